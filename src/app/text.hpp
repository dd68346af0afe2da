#pragma once
// Numbers as people read them.

#include <cstdint>
#include <string>
#include <string_view>

namespace duet::app {

/// 12345 as "12,345".
[[nodiscard]] std::string grouped(std::uint64_t number);
/// "1 pair", "2 pairs", "12,345 pairs".
[[nodiscard]] std::string counted(std::uint64_t number, std::string_view noun);

}  // namespace duet::app
