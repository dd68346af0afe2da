#include "model/inet.hpp"

#include <arpa/inet.h>

#include <array>

namespace duet {

std::string inet_text(const Inet& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = address.size == 4 ? AF_INET : AF_INET6;
    ::inet_ntop(family, address.bytes.data(), text.data(), static_cast<socklen_t>(text.size()));
    return text.data();
}

std::optional<Inet> parse_inet(std::string_view text) {
    const std::string ended(text);
    if (ended.find('\0') != std::string::npos) return std::nullopt;
    Inet address;
    address.size = ended.find(':') == std::string::npos ? 4 : 16;
    const int family = address.size == 4 ? AF_INET : AF_INET6;
    if (::inet_pton(family, ended.c_str(), address.bytes.data()) != 1) return std::nullopt;
    return address;
}

}  // namespace duet
