#include <charconv>

#include "base/error.hpp"
#include "net/transport.hpp"

namespace duet::net {
namespace {

std::uint16_t parse_port(std::string_view digits, const std::string& text) {
    std::uint16_t port = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, port);
    if (error != std::errc{} || stop != end || port == 0) {
        throw UsageError("\"" + text + "\": the port is a number from 1 to 65535");
    }
    return port;
}

}  // namespace

std::string Endpoint::to_string() const {
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Endpoint Endpoint::parse(const std::string& text, std::uint16_t default_port) {
    Endpoint endpoint{.host = text, .port = default_port};
    const std::size_t colon = text.find(':');
    if (text.starts_with('[')) {
        const std::size_t close = text.find(']');
        if (close == std::string::npos) throw UsageError("\"" + text + "\": a ']' is missing");
        endpoint.host = text.substr(1, close - 1);
        const std::string_view rest = std::string_view(text).substr(close + 1);
        if (rest.starts_with(':')) {
            endpoint.port = parse_port(rest.substr(1), text);
        } else if (!rest.empty()) {
            throw UsageError("\"" + text + "\": after ']' comes only a colon and the port");
        }
    } else if (colon != std::string::npos) {
        if (text.find(':', colon + 1) != std::string::npos) {
            throw UsageError("\"" + text + "\": write an IPv6 address in brackets, such as [::1]");
        }
        endpoint.host = text.substr(0, colon);
        endpoint.port = parse_port(std::string_view(text).substr(colon + 1), text);
    }
    if (endpoint.host.empty()) throw UsageError("\"" + text + "\": the host is missing");
    if (endpoint.host.find_first_of(" \t\r\n/@?#") != std::string::npos) {
        throw UsageError("\"" + text + "\": a host is a name or an address");
    }
    return endpoint;
}

}  // namespace duet::net
