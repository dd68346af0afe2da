#pragma once
// Numbers and lists as people read them.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace duet::app {

/// 12345 as "12,345".
[[nodiscard]] std::string grouped(std::uint64_t number);
/// "1 pair", "2 pairs", "12,345 pairs".
[[nodiscard]] std::string counted(std::uint64_t number, std::string_view noun);
/// "a, b, c"
[[nodiscard]] std::string joined(const std::vector<std::string>& words);

}  // namespace duet::app
