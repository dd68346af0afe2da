#pragma once
// The Elasticsearch client as the rest of the program sees it. It knows nothing of records: JSON
// text in and out.
//
// Errors: Unavailable (no node answers, a deadline, 429/502/503/504 after back-off, a connection
// lost with the request in flight: it may have happened); Misconfigured (401, 403); RequestError
// (any other refusal of a whole request).

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/task.hpp"

namespace duet::elastic {

struct ClientOptions {
    std::vector<std::string> urls = {"http://127.0.0.1:9200"};  // used in turn
    std::string username;
    std::string password;
    std::string api_key;
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds request_timeout{30'000};
    std::size_t max_connections = 8;  // kept alive; further requests wait
    // At most so many bulks at a time, fewer while the server says 429 (net/concurrency_limit.hpp).
    std::size_t max_bulks = 8;
    std::size_t body_limit = 64U << 20;         // of an answer; beyond: answer_too_large
    int tries = 5;                              // of what is answered by 429, 502, 503 or 504
    std::chrono::milliseconds first_wait{100};  // before the second try; doubles
    std::chrono::milliseconds longest_wait{2'000};
};

/// The type of the RequestError (its status is 0) where an answer is larger than the limit: ask for
/// less at a time.
constexpr std::string_view answer_too_large = "answer_too_large";

class RequestError : public Error {
public:
    RequestError(int status, std::string type, const std::string& what)
        : Error(what), status_(status), type_(std::move(type)) {}
    [[nodiscard]] int status() const { return status_; }
    /// Elasticsearch's own name for it, such as "index_not_found_exception".
    [[nodiscard]] const std::string& type() const { return type_; }

private:
    int status_;
    std::string type_;
};

/// Outcome of one bulk item.
struct BulkItem {
    int status = 0;  // 200, 201: done; 409: the guard did not hold
    std::int64_t seq_no = -1;
    std::int64_t primary_term = 0;
    std::string error_type;  // empty: none
    std::string error_reason;
};

/// Collects operations as a bulk body (NDJSON). Ids and names are escaped here; sources are JSON
/// objects.
class BulkBody {
public:
    /// Creates; 409 where a document of that id is there.
    void create(std::string_view id, std::string_view source);
    /// Writes by compare-and-swap.
    void index(std::string_view id, std::int64_t if_seq_no, std::int64_t if_primary_term,
               std::string_view source);
    /// Writes whatever is there (generators and benchmarks).
    void index(std::string_view id, std::string_view source);
    /// Merges `partial` into the document, by compare-and-swap.
    void update(std::string_view id, std::int64_t if_seq_no, std::int64_t if_primary_term,
                std::string_view partial);
    /// Deletes by compare-and-swap.
    void remove(std::string_view id, std::int64_t if_seq_no, std::int64_t if_primary_term);
    /// For writers that render the source straight into the body: begin, append the source to
    /// text(), end or drop.
    void begin_create(std::string_view id);
    void begin_index(std::string_view id, std::int64_t if_seq_no, std::int64_t if_primary_term);
    void end_item();
    void drop_item();

    [[nodiscard]] std::string& text() { return text_; }
    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] const std::vector<std::size_t>& offsets() const {
        return offsets_;
    }  // start of each item
    [[nodiscard]] std::size_t items() const { return offsets_.size(); }
    /// The lines of one.
    [[nodiscard]] std::string_view item(std::size_t number) const;
    [[nodiscard]] std::size_t bytes() const { return text_.size(); }
    void clear();

private:
    void begin(std::string_view operation, std::string_view id);

    std::string text_;
    std::vector<std::size_t> offsets_;
};

class Client {
public:
    explicit Client(ClientOptions options);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    struct Reply {
        int status = 0;
        std::string body;
    };
    /// Any request; `path` begins with "/" and is already escaped. Returns replies with status
    /// below 400, and 404 if `allow_missing`; throws otherwise. Sent again after a lost reply only
    /// if `idempotent`.
    [[nodiscard]] Task<Reply> request(std::string method, std::string path, std::string body = {},
                                      bool idempotent = true, bool allow_missing = false);
    /// `_bulk` with pipeline=_none into one index: outcomes in the order of the items. 413 halves
    /// the body; items with 429 are sent again with back-off, so ids should differ; one that stays
    /// 429 is returned as such. `body` must live until it ends. A body lost in flight throws
    /// Unavailable.
    [[nodiscard]] Task<std::vector<BulkItem>> bulk(std::string index, const BulkBody& body);
    /// For example "8.19.0"; the lowest of a cluster.
    [[nodiscard]] Task<std::string> version();
    /// From 9.2 on vectors are left out of sources unless asked for. As of the last version().
    [[nodiscard]] bool hides_vectors() const;
    /// How many shards an index has: asked once, since that never changes for one uuid.
    [[nodiscard]] Task<int> shard_count(std::string index, std::string index_uuid);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Percent-escapes one path segment.
[[nodiscard]] std::string escape_segment(std::string_view text);
/// Appends a JSON string with its quotes.
void append_json_string(std::string& out, std::string_view text);

}  // namespace duet::elastic
