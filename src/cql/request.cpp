#include "cql/request.hpp"

#include <fmt/format.h>

#include <limits>

#include "cql/notation.hpp"

namespace duet::cql {
namespace {

enum Flag : std::uint32_t {
    flag_values = 0x01,
    flag_skip_metadata = 0x02,
    flag_page_size = 0x04,
    flag_paging_state = 0x08,
    flag_serial_consistency = 0x10,
    flag_timestamp = 0x20,
    flag_now_in_seconds = 0x100,
};

constexpr std::int32_t invalid_request = 0x2200;  // the code with which the server would refuse it
constexpr std::uint8_t unlogged = 1;
constexpr std::uint8_t prepared_kind = 1;

Bytes begin(Version version, Opcode opcode) {
    // flags, stream id and length follow: length by finish, stream id by set_stream.
    return {
        static_cast<std::uint8_t>(version), 0, 0, 0, static_cast<std::uint8_t>(opcode), 0, 0, 0, 0};
}

Bytes finish(Bytes request) {
    const std::size_t length = request.size() - envelope_header_size;
    if (length > request_limit) {
        throw QueryError(invalid_request,
                         fmt::format("a request to Cassandra has {} bytes; {} are allowed", length,
                                     request_limit));
    }
    for (std::size_t i = 0; i < 4; ++i) {
        request[5 + i] = static_cast<std::uint8_t>(length >> (8 * (3 - i)));
    }
    return request;
}

void append_count(Bytes& out, std::size_t count, std::string_view what) {
    if (count > std::numeric_limits<std::uint16_t>::max()) {
        throw QueryError(
            invalid_request,
            fmt::format("{} {} in one request to Cassandra; 65535 are allowed", count, what));
    }
    append_big(out, static_cast<std::uint16_t>(count));
}

void append_flags(Bytes& out, Version version, std::uint32_t flags) {
    if (version == Version::v4) {
        out.push_back(static_cast<std::uint8_t>(flags));
    } else {
        append_big(out, flags);
    }
}

bool tells_time(Version version, const QueryParameters& parameters) {
    return version == Version::v5 && parameters.now_in_seconds;
}

/// What stands last in every request that has parameters.
void append_times(Bytes& out, Version version, const QueryParameters& parameters) {
    if (parameters.timestamp) {
        append_big(out, *parameters.timestamp);
    }
    if (tells_time(version, parameters)) {
        append_big(out, static_cast<std::int32_t>(*parameters.now_in_seconds));
    }
}

void append_values(Bytes& out, std::span<const Bound> values) {
    append_count(out, values.size(), "values");
    for (const Bound& value : values) {
        switch (value.kind) {
            case Bound::Kind::value:
                if (value.bytes.size() > request_limit) {
                    throw QueryError(invalid_request,
                                     "a value is larger than a request to Cassandra may be");
                }
                append_int_bytes(out, value.bytes);
                break;
            case Bound::Kind::null: append_big(out, std::int32_t{-1}); break;
            case Bound::Kind::unset: append_big(out, std::int32_t{-2}); break;
        }
    }
}

void append_parameters(Bytes& out, Version version, const QueryParameters& parameters) {
    std::uint32_t flags = flag_serial_consistency;
    flags |= parameters.values.empty() ? 0U : flag_values;
    flags |= parameters.skip_metadata ? flag_skip_metadata : 0U;
    flags |= parameters.page_size > 0 ? flag_page_size : 0U;
    flags |= parameters.paging_state.empty() ? 0U : flag_paging_state;
    flags |= parameters.timestamp ? flag_timestamp : 0U;
    flags |= tells_time(version, parameters) ? flag_now_in_seconds : 0U;
    append_big(out, static_cast<std::uint16_t>(parameters.consistency));
    append_flags(out, version, flags);
    if (!parameters.values.empty()) {
        append_values(out, parameters.values);
    }
    if (parameters.page_size > 0) {
        append_big(out, parameters.page_size);
    }
    if (!parameters.paging_state.empty()) {
        append_int_bytes(out, parameters.paging_state);
    }
    append_big(out, static_cast<std::uint16_t>(parameters.serial_consistency));
    append_times(out, version, parameters);
}

}  // namespace

Bytes encode_options(Version version) { return finish(begin(version, Opcode::options)); }

Bytes encode_startup(Version version) {
    Bytes out = begin(version, Opcode::startup);
    append_count(out, 2, "options");
    append_string(out, "CQL_VERSION");
    append_string(out, "3.0.0");
    append_string(out, "DRIVER_NAME");  // shown in system_views.clients
    append_string(out, "duet");
    return finish(std::move(out));
}

Bytes encode_auth_response(Version version, ByteView token) {
    Bytes out = begin(version, Opcode::auth_response);
    append_int_bytes(out, token);
    return finish(std::move(out));
}

Bytes encode_query(Version version, std::string_view cql, const QueryParameters& parameters) {
    Bytes out = begin(version, Opcode::query);
    append_long_string(out, cql);
    append_parameters(out, version, parameters);
    return finish(std::move(out));
}

Bytes encode_prepare(Version version, std::string_view cql) {
    Bytes out = begin(version, Opcode::prepare);
    append_long_string(out, cql);
    if (version == Version::v5) {
        append_flags(out, version, 0);
    }
    return finish(std::move(out));
}

Bytes encode_execute(Version version, ByteView id, ByteView result_metadata_id,
                     const QueryParameters& parameters) {
    Bytes out = begin(version, Opcode::execute);
    append_short_bytes(out, id);
    if (version == Version::v5) {
        append_short_bytes(out, result_metadata_id);
    }
    append_parameters(out, version, parameters);
    return finish(std::move(out));
}

Bytes encode_batch(Version version, std::span<const BatchItem> items,
                   const QueryParameters& parameters) {
    Bytes out = begin(version, Opcode::batch);
    out.push_back(unlogged);
    append_count(out, items.size(), "statements");
    for (const BatchItem& item : items) {
        out.push_back(prepared_kind);
        append_short_bytes(out, item.statement->id);
        append_values(out, item.values);
    }
    append_big(out, static_cast<std::uint16_t>(parameters.consistency));
    std::uint32_t flags = flag_serial_consistency;
    flags |= parameters.timestamp ? flag_timestamp : 0U;
    flags |= tells_time(version, parameters) ? flag_now_in_seconds : 0U;
    append_flags(out, version, flags);
    append_big(out, static_cast<std::uint16_t>(parameters.serial_consistency));
    append_times(out, version, parameters);
    return finish(std::move(out));
}

}  // namespace duet::cql
