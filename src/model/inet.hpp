#pragma once
// Addresses as text, RFC 5952.

#include <optional>
#include <string>
#include <string_view>

#include "model/value.hpp"

namespace duet {

[[nodiscard]] std::string inet_text(const Inet& address);
/// Dotted IPv4 or IPv6 without a zone.
[[nodiscard]] std::optional<Inet> parse_inet(std::string_view text);

}  // namespace duet
