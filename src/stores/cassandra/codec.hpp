#pragma once
// Values as CQL's bytes (native protocol v5, section 6) and back.
//
// Rule: the Type must be the column's own. What does not fit it is a ValueError, never a different
// value; bytes from a server are not trusted.

#include <string>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "model/type.hpp"
#include "model/value.hpp"

namespace duet::cassandra {

/// A value that its type cannot hold, or bytes that are no value of the type. It concerns one
/// record only.
class ValueError : public Error {
public:
    ValueError(std::string value, const std::string& reason)
        : Error(reason), value_(std::move(value)) {}
    /// The value as text, cut to shown_value_limit bytes; may be empty.
    [[nodiscard]] const std::string& value() const { return value_; }

private:
    std::string value_;
};

constexpr std::size_t shown_value_limit = 200;  // bytes of a value that a message shows

/// Appends the bytes of a value that is not null; throws ValueError.
void encode(const Value& value, const Type& type, Bytes& out);

/// The value of some bytes; throws ValueError. Empty bytes are an empty text or blob; of every
/// other type they are Cassandra's old "empty" value, which is read as null.
[[nodiscard]] Value decode(ByteView bytes, const Type& type);

/// A value for people: at most shown_value_limit bytes of UTF-8.
[[nodiscard]] std::string shown(const Value& value);

/// Well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
[[nodiscard]] bool is_utf8(ByteView bytes);
[[nodiscard]] bool is_ascii(ByteView bytes);
/// None of its parts is below zero where another is above.
[[nodiscard]] bool has_one_sign(const Duration& duration);

/// True where a vector holds elements of this type one after another without their lengths.
[[nodiscard]] bool has_fixed_size(const Type& type);
/// The bytes of such an element.
[[nodiscard]] std::size_t fixed_size(const Type& type);

}  // namespace duet::cassandra
