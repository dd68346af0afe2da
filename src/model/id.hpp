#pragma once
// The identity of a record.

#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/uuid.hpp"

namespace duet {

/// The `_id` of the record's document, which is its table's key as text (model/key.hpp). The usual
/// one, a UUID in canonical form, is held in 16 bytes and never on the heap. A total order: UUIDs
/// first.
class Id {
public:
    /// The nil UUID, the least of all.
    Id() = default;
    Id(const Uuid& uuid) : held_(uuid) {}  // NOLINT(google-explicit-constructor): a UUID is an id
    /// Any text; one that is a UUID in canonical form is the same id as that UUID.
    [[nodiscard]] static Id of(std::string_view text) {
        Id id;
        if (const auto uuid = Uuid::parse(text)) {
            id.held_ = *uuid;
        } else {
            id.held_ = std::string(text);
        }
        return id;
    }

    /// nullptr: another text.
    [[nodiscard]] const Uuid* uuid() const { return std::get_if<Uuid>(&held_); }
    [[nodiscard]] std::string to_string() const {
        const Uuid* id = uuid();
        return id == nullptr ? *std::get_if<std::string>(&held_) : id->to_string();
    }

    bool operator==(const Id& other) const = default;
    auto operator<=>(const Id& other) const = default;

private:
    friend struct std::hash<Id>;
    std::variant<Uuid, std::string> held_;
};

}  // namespace duet

template <>
struct std::hash<duet::Id> {
    std::size_t operator()(const duet::Id& id) const noexcept {
        const duet::Uuid* uuid = id.uuid();
        return uuid == nullptr ? std::hash<std::string>()(*std::get_if<std::string>(&id.held_))
                               : std::hash<duet::Uuid>()(*uuid);
    }
};
