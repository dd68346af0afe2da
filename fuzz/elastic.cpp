// Elasticsearch's answers. The first byte says what was asked.

#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "elastic/answers.hpp"
#include "elastic/index.hpp"

using namespace duet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view body = as_text(ByteView(data + 1, size - 1));
    try {
        switch (data[0] % 10) {
            case 0: static_cast<void>(elastic::parse_error(body)); break;
            case 1: static_cast<void>(elastic::parse_bulk(body)); break;
            case 2: static_cast<void>(elastic::parse_lowest_version(body)); break;
            case 3: static_cast<void>(elastic::parse_count(body)); break;
            case 4: static_cast<void>(elastic::parse_deletes(body)); break;
            case 5: static_cast<void>(elastic::parse_member(body, "id")); break;
            case 6: static_cast<void>(elastic::parse_shard_count(body)); break;
            case 7: static_cast<void>(elastic::parse_position(body)); break;
            case 8: static_cast<void>(elastic::parse_positions(body)); break;
            case 9: static_cast<void>(elastic::parse_node_times(body)); break;
        }
    } catch (const Unavailable&) {
        return 0;  // a ProtocolError, too
    } catch (const Misconfigured&) {
        return 0;  // not one index answers, but several or none
    }
    return 0;
}
