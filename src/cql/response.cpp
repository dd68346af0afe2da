#include "cql/response.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/log.hpp"

namespace duet::cql {
namespace {

enum EnvelopeFlag : std::uint8_t {
    flag_compressed = 0x01,
    flag_tracing = 0x02,
    flag_custom_payload = 0x04,
    flag_warnings = 0x08,
};

enum MetadataFlag : std::uint32_t {
    flag_global_table = 0x01,
    flag_more_pages = 0x02,
    flag_no_metadata = 0x04,
    flag_metadata_changed = 0x08,
};

enum class ResultKind : std::int32_t {
    void_ = 1,
    rows = 2,
    set_keyspace = 3,
    prepared = 4,
    schema_change = 5
};

constexpr std::int32_t column_limit = 65'535;

Bytes copy(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

std::vector<std::string> read_string_list(BodyReader& body) {
    std::vector<std::string> list;
    for (int left = body.read_short(); left > 0; --left) {
        list.emplace_back(body.read_string());
    }
    return list;
}

// What the header's flags put before the message: a trace id, warnings, a custom payload.
void skip_preamble(BodyReader& body, std::uint8_t flags) {
    if ((flags & flag_compressed) != 0) {
        throw ProtocolError("Cassandra compressed an answer though no compression was agreed upon");
    }
    if ((flags & flag_tracing) != 0) {
        body.skip(16);
    }
    if ((flags & flag_warnings) != 0) {
        for (std::string& warning : read_string_list(body)) {
            log::debug("cassandra warning", {{"text", std::move(warning)}});
        }
    }
    if ((flags & flag_custom_payload) != 0) {
        for (int left = body.read_short(); left > 0; --left) {
            static_cast<void>(body.read_string());
            static_cast<void>(body.read_bytes());
        }
    }
}

std::int32_t read_column_count(BodyReader& body) {
    const std::int32_t count = body.read_int();
    if (count < 0 || count > column_limit) {
        throw ProtocolError(fmt::format("Cassandra announced an answer of {} columns", count));
    }
    return count;
}

std::vector<ResultColumn> read_columns(BodyReader& body, std::int32_t count, std::uint32_t flags) {
    std::string keyspace;
    std::string table;
    const bool global = (flags & flag_global_table) != 0;
    if (global && count > 0) {
        keyspace = body.read_string();
        table = body.read_string();
    }
    std::vector<ResultColumn> columns;
    for (; count > 0; --count) {
        ResultColumn column;
        column.keyspace = global ? keyspace : std::string(body.read_string());
        column.table = global ? table : std::string(body.read_string());
        column.name = body.read_string();
        column.type = read_type(body);
        columns.push_back(std::move(column));
    }
    return columns;
}

struct ResultMetadata {
    std::int32_t column_count = 0;
    bool has_columns = false;
    std::vector<ResultColumn> columns;
    Bytes paging_state;
    std::optional<Bytes> new_id;
};

ResultMetadata read_result_metadata(BodyReader& body) {
    ResultMetadata metadata;
    const auto flags = static_cast<std::uint32_t>(body.read_int());
    metadata.column_count = read_column_count(body);
    if ((flags & flag_more_pages) != 0) {
        const auto state = body.read_bytes();
        if (!state || state->empty()) {
            throw ProtocolError(
                "Cassandra announced a further page without saying where it begins");
        }
        metadata.paging_state = copy(*state);
    }
    if ((flags & flag_metadata_changed) != 0) {
        metadata.new_id = copy(body.read_short_bytes());
    }
    metadata.has_columns = (flags & flag_no_metadata) == 0;
    if (metadata.has_columns) {
        metadata.columns = read_columns(body, metadata.column_count, flags);
    }
    return metadata;
}

PreparedResult read_prepared(BodyReader& body, unsigned version) {
    PreparedResult prepared;
    prepared.id = copy(body.read_short_bytes());
    if (version >= 5) {
        prepared.result_metadata_id = copy(body.read_short_bytes());
    }
    const auto flags = static_cast<std::uint32_t>(body.read_int());
    const std::int32_t count = read_column_count(body);
    const std::int32_t key_count = body.read_int();
    if (key_count < 0 || key_count > count) {
        throw ProtocolError(
            fmt::format("Cassandra announced {} key parameters of {}", key_count, count));
    }
    for (std::int32_t i = 0; i < key_count; ++i) {
        prepared.key_parameters.push_back(body.read_short());
        if (prepared.key_parameters.back() >= count) {
            throw ProtocolError("Cassandra named a key parameter that the statement does not have");
        }
    }
    prepared.parameters = read_columns(body, count, flags);
    prepared.columns = read_result_metadata(body).columns;
    return prepared;
}

SchemaChange read_schema_change(BodyReader& body) {
    SchemaChange change;
    change.change = body.read_string();
    change.target = body.read_string();
    change.keyspace = body.read_string();
    if (change.target != "KEYSPACE") {
        change.object = body.read_string();
    }
    return change;
}

Response read_result(BodyReader& body, Envelope& envelope) {
    switch (const std::int32_t kind = body.read_int(); static_cast<ResultKind>(kind)) {
        case ResultKind::void_: return Void{};
        case ResultKind::rows: {
            ResultMetadata metadata = read_result_metadata(body);
            RowsResult result;
            result.column_count = static_cast<std::size_t>(metadata.column_count);
            result.has_metadata = metadata.has_columns;
            result.new_metadata_id = std::move(metadata.new_id);
            result.rows.columns = std::move(metadata.columns);
            result.rows.paging_state = std::move(metadata.paging_state);
            read_cells(body, result.column_count, result.rows);
            result.rows.body = std::move(envelope.body);
            return result;
        }
        case ResultKind::set_keyspace: return SetKeyspace{std::string(body.read_string())};
        case ResultKind::prepared: return read_prepared(body, envelope.version & 0x7FU);
        case ResultKind::schema_change: return read_schema_change(body);
        default:
            throw ProtocolError(
                fmt::format("Cassandra sent a result of the unknown kind {}", kind));
    }
}

void read_failures(BodyReader& body, unsigned version, ServerError& error) {
    error.failures = body.read_int();
    if (version < 5) {
        return;  // v4 says only how many
    }
    for (std::int32_t i = 0; i < error.failures; ++i) {
        body.skip(body.read_byte());  // the replica's address
        error.reasons.push_back(static_cast<FailureReason>(body.read_short()));
    }
}

void read_answered(BodyReader& body, ServerError& error) {
    error.consistency = static_cast<Consistency>(body.read_short());
    error.received = body.read_int();
    error.required = body.read_int();
}

ServerError read_error(BodyReader& body, unsigned version) {
    ServerError error;
    error.code = static_cast<ErrorCode>(body.read_int());
    error.message = body.read_string();
    switch (error.code) {
        case ErrorCode::unavailable:
            error.consistency = static_cast<Consistency>(body.read_short());
            error.required = body.read_int();
            error.received = body.read_int();
            break;
        case ErrorCode::write_timeout:
            read_answered(body, error);
            error.write_type = body.read_string();
            break;
        case ErrorCode::read_timeout:
            read_answered(body, error);
            error.data_present = body.read_byte() != 0;
            break;
        case ErrorCode::read_failure:
            read_answered(body, error);
            read_failures(body, version, error);
            error.data_present = body.read_byte() != 0;
            break;
        case ErrorCode::write_failure:
            read_answered(body, error);
            read_failures(body, version, error);
            error.write_type = body.read_string();
            break;
        case ErrorCode::cas_write_unknown: read_answered(body, error); break;
        case ErrorCode::function_failure:
            error.keyspace = body.read_string();
            error.object = body.read_string();
            error.argument_types = read_string_list(body);
            break;
        case ErrorCode::already_exists:
            error.keyspace = body.read_string();
            error.object = body.read_string();
            break;
        case ErrorCode::unprepared: error.unknown_id = copy(body.read_short_bytes()); break;
        case ErrorCode::server_error:
        case ErrorCode::protocol_error:
        case ErrorCode::bad_credentials:
        case ErrorCode::overloaded:
        case ErrorCode::is_bootstrapping:
        case ErrorCode::truncate_error:
        case ErrorCode::cdc_write_failure:
        case ErrorCode::syntax_error:
        case ErrorCode::unauthorized:
        case ErrorCode::invalid:
        case ErrorCode::config_error: break;
    }
    return error;
}

Supported read_supported(BodyReader& body) {
    Supported supported;
    for (int left = body.read_short(); left > 0; --left) {
        const std::string name(body.read_string());
        supported.options[name] = read_string_list(body);
    }
    return supported;
}

}  // namespace

ColumnType read_type(BodyReader& body, int depth) {
    if (depth > type_depth_limit) {
        throw ProtocolError(
            fmt::format("Cassandra described a type nested more than {} deep", type_depth_limit));
    }
    ColumnType type;
    type.code = static_cast<TypeCode>(body.read_short());
    switch (type.code) {
        case TypeCode::custom: type.custom_class = body.read_string(); break;
        case TypeCode::list:
        case TypeCode::set: type.elements.push_back(read_type(body, depth + 1)); break;
        case TypeCode::map:
            type.elements.push_back(read_type(body, depth + 1));
            type.elements.push_back(read_type(body, depth + 1));
            break;
        case TypeCode::udt:
            type.udt_keyspace = body.read_string();
            type.udt_name = body.read_string();
            for (int left = body.read_short(); left > 0; --left) {
                type.field_names.emplace_back(body.read_string());
                type.elements.push_back(read_type(body, depth + 1));
            }
            break;
        case TypeCode::tuple:
            for (int left = body.read_short(); left > 0; --left) {
                type.elements.push_back(read_type(body, depth + 1));
            }
            break;
        case TypeCode::ascii:
        case TypeCode::bigint:
        case TypeCode::blob:
        case TypeCode::boolean:
        case TypeCode::counter:
        case TypeCode::decimal:
        case TypeCode::double_:
        case TypeCode::float_:
        case TypeCode::int_:
        case TypeCode::timestamp:
        case TypeCode::uuid:
        case TypeCode::text:
        case TypeCode::varint:
        case TypeCode::timeuuid:
        case TypeCode::inet:
        case TypeCode::date:
        case TypeCode::time:
        case TypeCode::smallint:
        case TypeCode::tinyint:
        case TypeCode::duration: break;
        default:
            throw ProtocolError(
                fmt::format("Cassandra described a column of the unknown type 0x{:04x}",
                            static_cast<unsigned>(type.code)));
    }
    return type;
}

Response parse_response(Envelope envelope) {
    BodyReader body(envelope.body);
    skip_preamble(body, envelope.flags);
    switch (envelope.opcode) {
        case Opcode::error: return read_error(body, envelope.version & 0x7FU);
        case Opcode::ready: return Ready{};
        case Opcode::authenticate: return Authenticate{std::string(body.read_string())};
        case Opcode::auth_challenge:
            return AuthChallenge{copy(body.read_bytes().value_or(ByteView{}))};
        case Opcode::auth_success: return AuthSuccess{};
        case Opcode::supported: return read_supported(body);
        case Opcode::result: return read_result(body, envelope);
        case Opcode::startup:
        case Opcode::options:
        case Opcode::query:
        case Opcode::prepare:
        case Opcode::execute:
        case Opcode::register_:
        case Opcode::event:
        case Opcode::batch:
        case Opcode::auth_response: break;
    }
    throw ProtocolError(fmt::format("Cassandra answered with the opcode 0x{:02x}",
                                    static_cast<unsigned>(envelope.opcode)));
}

}  // namespace duet::cql
