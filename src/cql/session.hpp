#pragma once
// The Cassandra client as the rest of the program sees it. It knows nothing of records.
//
// Errors: Unavailable (no host answers, a deadline, overload after back-off, a connection lost with
// the request in flight: it may have happened); Misconfigured (wrong password, no right, no such
// keyspace); QueryError (the server refuses this statement or these values).

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/task.hpp"
#include "cql/type.hpp"  // ColumnType: the CQL type tree of result and parameter metadata

namespace duet::cql {

enum class Consistency : std::uint16_t {
    any = 0,
    one = 1,
    two = 2,
    three = 3,
    quorum = 4,
    all = 5,
    local_quorum = 6,
    each_quorum = 7,
    serial = 8,
    local_serial = 9,
    local_one = 10,
};

struct SessionOptions {
    std::vector<std::string> hosts = {"127.0.0.1:9042"};  // host:port, used in turn
    std::string username;
    std::string password;
    std::string local_datacenter;  // empty: the first host's
    Consistency consistency = Consistency::local_quorum;
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds request_timeout{12'000};
    std::size_t max_in_flight = 1'024;  // requests on one connection; further ones wait
    // Paced requests of the session: adapts to what the servers take (net/concurrency_limit.hpp).
    std::size_t first_paced = 32;
    std::size_t most_paced = 128;
};

/// The server's refusal of one statement (protocol section 9: SyntaxError, Invalid, Configuration,
/// Already_exists, Unauthorized and the like), or of the answer's size.
class QueryError : public Error {
public:
    QueryError(std::int32_t code, const std::string& what) : Error(what), code_(code) {}
    [[nodiscard]] std::int32_t code() const { return code_; }

private:
    std::int32_t code_;
};

/// READ_TOO_MANY_TOMBSTONES: ask for smaller pages.
class TooManyTombstones : public Unavailable {
public:
    using Unavailable::Unavailable;
};

struct ResultColumn {
    std::string keyspace;
    std::string table;
    std::string name;
    ColumnType type;
};

/// A statement that the server knows. Kept by the session; prepared again behind its back when a
/// server has forgotten it.
struct Prepared {
    std::string cql;
    std::vector<ResultColumn> parameters;

    /// The columns of its answers; replaced as a whole when a schema change moves them.
    struct Result {
        Bytes metadata_id;  // protocol v5: how the server notices that we know older columns
        std::vector<ResultColumn> columns;
    };
    Bytes id;  // by which the server knows it; the session's business
    std::shared_ptr<const Result>
        result;  // shared: a request in flight keeps the columns it was sent with
};
using PreparedPtr =
    std::shared_ptr<Prepared>;  // shared: the session's cache and the requests in flight

/// One bound value: null and "not set" (leaves the column alone) are different.
struct Bound {
    enum class Kind : std::uint8_t { value, null, unset };
    Kind kind = Kind::null;
    Bytes bytes;
};

struct RequestOptions {
    std::optional<Consistency> consistency;         // else the session's
    std::optional<Consistency> serial_consistency;  // for LWT; else local_serial
    std::int32_t page_size = 5'000;
    Bytes paging_state;                     // of the page before
    std::optional<std::int64_t> timestamp;  // default timestamp of the request (microseconds)
    /// What time it is, as far as TTLs are concerned (seconds since 1970); else, and in v4, the
    /// server's.
    std::optional<std::int64_t> now_in_seconds;
    bool idempotent = true;  // may be sent again after a lost reply (not LWT)
    bool paced = false;      // one of many writes: waits until the server has room for one more
};

/// A page of rows. Cells point into `body`.
class Rows {
public:
    std::vector<ResultColumn> columns;
    Bytes paging_state;  // empty: the last page
    [[nodiscard]] std::size_t size() const {
        return columns.empty() ? 0 : cells.size() / columns.size();
    }
    /// The bytes of a cell; empty optional: null.
    [[nodiscard]] std::optional<ByteView> cell(std::size_t row, std::size_t column) const;

    struct Cell {
        std::int32_t offset = 0;
        std::int32_t length = -1;
    };
    std::vector<Cell> cells;  // row by row
    Bytes body;               // what the cells point into
};

/// One statement of an unlogged batch.
struct BatchItem {
    PreparedPtr statement;
    std::vector<Bound> values;
};

class Session {
public:
    explicit Session(SessionOptions options);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Connects to the first host that answers; throws Unavailable or Misconfigured. Later calls
    /// reconnect by themselves, with backoff and jitter.
    [[nodiscard]] Task<void> connect();
    /// Runs a statement without parameters, not prepared (DDL and system tables); first page only.
    [[nodiscard]] Task<Rows> query(std::string cql, RequestOptions options = {});
    [[nodiscard]] Task<PreparedPtr> prepare(std::string cql);
    [[nodiscard]] Task<Rows> execute(PreparedPtr statement, std::vector<Bound> values,
                                     RequestOptions options = {});
    /// UNLOGGED batch. With `timestamp` in the options all items get that timestamp unless their
    /// CQL says USING TIMESTAMP.
    [[nodiscard]] Task<void> batch(std::vector<BatchItem> items, RequestOptions options = {});
    /// Waits until all nodes have the same schema version; throws Unavailable after 30 s.
    [[nodiscard]] Task<void> await_schema_agreement();
    /// For example "5.0.8".
    [[nodiscard]] const std::string& release_version() const;
    [[nodiscard]] const std::string& local_datacenter() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace duet::cql
