#pragma once
// How a version lies in the version field of a document (rules V0 and V2).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/record.hpp"
#include "model/schema.hpp"
#include "stores/elasticsearch/date_format.hpp"
#include "stores/elasticsearch/json.hpp"

namespace duet::elasticsearch {

/// The unit of a number that stands for a moment, by its size (V2); nanoseconds count as
/// microseconds here.
[[nodiscard]] Precision unit_of(std::int64_t number);
/// The moment of such a number in microseconds.
[[nodiscard]] std::int64_t micros_of(std::int64_t number);

/// Reads and writes stamps in the mapping's own format.
class StampFormat {
public:
    /// ISO 8601 with microseconds: what Duet's own mapping and any text field take.
    StampFormat();
    /// `field` is the version field's mapping, missing if there is none; `numbers` the unit of the
    /// documents' numbers. Throws Misconfigured, naming `index`, where a stamp cannot be written.
    static StampFormat of(const Json& field, std::optional<Precision> numbers,
                          std::string_view index, std::string_view name);

    [[nodiscard]] Precision precision() const { return precision_; }
    /// Empty: this is no stamp.
    [[nodiscard]] std::optional<Version> read(const Json& value) const;
    /// Cut to precision().
    void append(std::string& out, Version version) const;

private:
    std::optional<DateFormat> dates_;  // none: a number in units of precision_
    Precision precision_ = Precision::microseconds;
};

}  // namespace duet::elasticsearch
