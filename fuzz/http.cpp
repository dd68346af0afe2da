// HTTP messages of any bytes, at once and in two pieces: both ways give the same. The first byte
// says where they are cut, its lowest bit whether it is a request or a response.

#include <optional>
#include <string>

#include "base/error.hpp"
#include "net/http_codec.hpp"

using namespace duet;
using namespace duet::net;

namespace {

constexpr HttpLimits limits{.header_bytes = 4'096, .body_bytes = 65'536};

/// Empty: not complete. "!": an error.
std::string response(ByteView first, ByteView second) {
    ResponseParser parser(limits);
    parser.start(false);
    try {
        bool complete = parser.feed(first);
        if (!complete && !second.empty()) complete = parser.feed(second);
        if (!complete) complete = parser.finish();
        if (!complete) return {};
        // Not compared: whether the connection lives depends on a surplus that may come later.
        static_cast<void>(parser.keep_alive());
        const HttpResponse taken = parser.take();
        std::string text = std::to_string(taken.status) + "\n";
        for (const auto& [name, value] : taken.headers) text += name + ":" + value + "\n";
        return text + taken.body;
    } catch (const ProtocolError&) {
        return "!";
    } catch (const TooLarge&) {
        return "!";
    }
}

std::string request(ByteView first, ByteView second) {
    RequestParser parser(limits);
    try {
        std::optional<HttpRequest> taken = parser.feed(first);
        if (!taken) taken = parser.feed(second);
        if (!taken) return {};
        std::string text = taken->method + " " + taken->target + "\n";
        for (const auto& [name, value] : taken->headers) text += name + ":" + value + "\n";
        return text + taken->body;
    } catch (const ProtocolError&) {
        return "!";
    } catch (const TooLarge&) {
        return "!";
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const ByteView rest(data + 1, size - 1);
    const std::size_t cut = rest.size() * data[0] / 256;
    const auto read = (data[0] & 1) != 0 ? request : response;
    const std::string whole = read(rest, {});
    const std::string pieces = read(rest.first(cut), rest.subspan(cut));
    // In pieces an error may come before the end is seen, and the other way round.
    if (whole != "!" && pieces != "!" && whole != pieces) __builtin_trap();
    return 0;
}
