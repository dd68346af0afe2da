#pragma once
// The requests that Duet sends, as whole envelopes with stream id 0 (`set_stream` gives them theirs
// when they go out).

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.hpp"
#include "cql/envelope.hpp"
#include "cql/session.hpp"

namespace duet::cql {

/// The protocol's own limit; servers default to 16 MiB.
constexpr std::size_t request_limit = 256UL << 20;

/// What QUERY and EXECUTE have in common. The views must live until the request is encoded.
struct QueryParameters {
    Consistency consistency = Consistency::local_quorum;
    Consistency serial_consistency = Consistency::local_serial;
    std::int32_t page_size = 0;  // 0: the server does not cut the answer into pages
    ByteView paging_state;
    std::optional<std::int64_t> timestamp;
    std::optional<std::int64_t> now_in_seconds;  // v5
    std::span<const Bound> values;
    bool skip_metadata = false;  // the columns of the answer are known from PREPARE
};

[[nodiscard]] Bytes encode_options(Version version);
[[nodiscard]] Bytes encode_startup(Version version);
[[nodiscard]] Bytes encode_auth_response(Version version, ByteView token);
/// All below throw QueryError when the request breaks a limit of the protocol.
[[nodiscard]] Bytes encode_query(Version version, std::string_view cql,
                                 const QueryParameters& parameters);
[[nodiscard]] Bytes encode_prepare(Version version, std::string_view cql);
/// `result_metadata_id` goes out in v5 only.
[[nodiscard]] Bytes encode_execute(Version version, ByteView id, ByteView result_metadata_id,
                                   const QueryParameters& parameters);
/// UNLOGGED. Of the parameters it takes the consistencies, the timestamp and the time.
[[nodiscard]] Bytes encode_batch(Version version, std::span<const BatchItem> items,
                                 const QueryParameters& parameters);

}  // namespace duet::cql
