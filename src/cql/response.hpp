#pragma once
// The answers of a server, parsed (protocol section 4.2). Whatever the bytes are, parsing ends in a
// Response or a ProtocolError and never reads beyond the body.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "cql/envelope.hpp"
#include "cql/notation.hpp"
#include "cql/session.hpp"

namespace duet::cql {

/// Protocol section 9; a code that is none of these is kept as its number.
enum class ErrorCode : std::int32_t {
    server_error = 0x0000,
    protocol_error = 0x000A,
    bad_credentials = 0x0100,
    unavailable = 0x1000,
    overloaded = 0x1001,
    is_bootstrapping = 0x1002,
    truncate_error = 0x1003,
    write_timeout = 0x1100,
    read_timeout = 0x1200,
    read_failure = 0x1300,
    function_failure = 0x1400,
    write_failure = 0x1500,
    cdc_write_failure = 0x1600,
    cas_write_unknown = 0x1700,
    syntax_error = 0x2000,
    unauthorized = 0x2100,
    invalid = 0x2200,
    config_error = 0x2300,
    already_exists = 0x2400,
    unprepared = 0x2500,
};

/// Why a replica failed (the codes of the reason map); others are kept as their number.
enum class FailureReason : std::uint16_t { unknown = 0, read_too_many_tombstones = 1 };

struct ServerError {
    ErrorCode code = ErrorCode::server_error;
    std::string message;

    // What follows the message, by code; untouched where the code has no such field.
    Consistency consistency = Consistency::any;
    std::int32_t received = 0;  // replicas that answered (unavailable: are alive)
    std::int32_t required = 0;
    std::int32_t failures = 0;           // read_failure, write_failure
    std::vector<FailureReason> reasons;  // the same two, v5
    bool data_present = false;           // read_timeout, read_failure
    std::string write_type;  // write_timeout, write_failure: SIMPLE, UNLOGGED_BATCH, CAS, CDC …
    std::string keyspace;    // already_exists, function_failure
    std::string object;      // the table or the function
    std::vector<std::string> argument_types;  // function_failure
    Bytes unknown_id;                         // unprepared
};

struct Ready {};
struct Authenticate {
    std::string authenticator;
};
struct AuthChallenge {
    Bytes token;
};
struct AuthSuccess {};
struct Supported {
    std::map<std::string, std::vector<std::string>> options;
};
struct Void {};
struct SetKeyspace {
    std::string keyspace;
};
struct SchemaChange {
    std::string change;  // CREATED, UPDATED, DROPPED
    std::string target;  // KEYSPACE, TABLE, TYPE, FUNCTION, AGGREGATE
    std::string keyspace;
    std::string object;
};
struct RowsResult {
    Rows rows;  // rows.columns are empty where the server left the metadata out
    std::size_t column_count = 0;
    bool has_metadata = false;
    /// The columns have changed since the statement was prepared.
    std::optional<Bytes> new_metadata_id;
};
struct PreparedResult {
    Bytes id;
    Bytes result_metadata_id;  // v5
    std::vector<ResultColumn> parameters;
    std::vector<std::uint16_t> key_parameters;  // which parameters make the partition key
    std::vector<ResultColumn> columns;          // empty: not a SELECT
};

using Response =
    std::variant<ServerError, Ready, Authenticate, AuthChallenge, AuthSuccess, Supported, Void,
                 RowsResult, SetKeyspace, PreparedResult, SchemaChange>;

/// Throws ProtocolError where the body is not what its opcode says.
[[nodiscard]] Response parse_response(Envelope envelope);

/// How deep types may be nested; a body of a few KiB could else exhaust the stack.
constexpr int type_depth_limit = 64;

[[nodiscard]] ColumnType read_type(BodyReader& body, int depth = 0);

/// Reads <rows_count><rows_content> into `rows.cells`, whose offsets count from the start of the
/// body.
void read_cells(BodyReader& body, std::size_t column_count, Rows& rows);

}  // namespace duet::cql
