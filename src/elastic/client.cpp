#include "elastic/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <span>
#include <utility>

#include "base/bytes.hpp"
#include "elastic/answers.hpp"
#include "net/backoff.hpp"
#include "net/gate.hpp"
#include "net/http_client.hpp"

namespace duet::elastic {
namespace {

constexpr std::uint16_t default_port = 9200;
constexpr std::size_t shard_counts_limit = 10'000;  // indices remembered
constexpr std::string_view write_path =
    "/_bulk?pipeline=_none&filter_path=items.*.status,items.*._seq_no,items.*._primary_term,"
    "items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason";

constexpr std::string_view json = "application/json";
constexpr std::string_view lines = "application/x-ndjson";

/// An answer that says: not now. `refused`: the server did nothing; else it may have.
struct Busy {
    bool busy = false;
    bool refused = false;
};

Busy busy_by(int status) {
    switch (status) {
        case 429:
        case 503: return {.busy = true, .refused = true};
        case 502:
        case 504: return {.busy = true, .refused = false};
        default: return {};
    }
}

net::HttpClientOptions http_options(const ClientOptions& options) {
    net::HttpClientOptions http;
    http.urls = options.urls;
    http.default_port = default_port;
    http.connect_timeout = options.connect_timeout;
    http.request_timeout = options.request_timeout;
    http.max_connections = options.max_connections;
    http.limits.body_bytes = options.body_limit;
    if (!options.api_key.empty()) {
        // Given as "id:key" or as Elasticsearch's own "encoded" form of it.
        const bool plain = options.api_key.find(':') != std::string::npos;
        const std::string key = plain ? to_base64(as_bytes(options.api_key)) : options.api_key;
        http.headers.emplace_back("Authorization", "ApiKey " + key);
    } else if (!options.username.empty()) {
        const std::string pair = options.username + ":" + options.password;
        http.headers.emplace_back("Authorization", "Basic " + to_base64(as_bytes(pair)));
    }
    return http;
}

std::string hint_for(int status, const std::string& type) {
    if (status == 401) {
        return "check username and password, or api_key_file, under [elasticsearch] in duet.toml";
    }
    if (type == "cluster_block_exception") {
        return "remove the block: PUT /INDEX/_settings {\"index.blocks.write\": null, "
               "\"index.blocks.read_only\": null, \"index.blocks.read_only_allow_delete\": null}";
    }
    return "give this user or API key the privileges read, write, view_index_metadata, monitor "
           "and manage on the index, and monitor on the cluster";
}

/// The items of a bulk that travel together, by their numbers.
using Chunk = std::vector<std::size_t>;

std::size_t item_end(const BulkBody& body, std::size_t item) {
    return item + 1 < body.items() ? body.offsets()[item + 1] : body.bytes();
}

std::string join(const BulkBody& body, const Chunk& chunk) {
    if (chunk.size() == body.items()) return body.text();
    std::string joined;
    for (const std::size_t item : chunk) {
        const std::size_t start = body.offsets()[item];
        joined.append(body.text(), start, item_end(body, item) - start);
    }
    return joined;
}

bool is_worth_another_try(const BulkItem& item) {
    // Flood stage is a 429, too, but ends only when somebody makes room.
    return item.status == 429 && item.error_type != "cluster_block_exception";
}

}  // namespace

struct Client::State {
    explicit State(ClientOptions given)
        : options(std::move(given)),
          http(http_options(options)),
          bulks(net::ConcurrencyLimit(options.max_bulks, options.max_bulks), "elasticsearch",
                "bulks") {}

    ClientOptions options;
    net::HttpClient http;
    net::Gate bulks;
    std::random_device seeds;
    // The largest bulk that is not known to be too large: learned from 413, by this server or a
    // proxy before it.
    std::size_t bulk_limit = std::numeric_limits<std::size_t>::max();
    std::map<std::string, int> shard_counts;  // by index uuid
    bool hides_vectors = false;

    net::Backoff new_backoff() { return {options.first_wait, options.longest_wait, seeds()}; }

    /// Any answer but those that say "not now": these are tried again, then thrown as Unavailable.
    Task<net::HttpResponse> send(net::HttpRequest request, bool idempotent, bool paced = false) {
        net::Backoff backoff = new_backoff();
        for (int tries = 1;; ++tries) {
            net::HttpResponse response;
            if (paced) {
                response = co_await send_in_turn(request, idempotent);
            } else {
                response = co_await send_once(request, idempotent);
            }
            const Busy busy = busy_by(response.status);
            if (!busy.busy) co_return response;
            if (tries >= options.tries || (!idempotent && !busy.refused)) {
                throw Unavailable(describe(request, response.status, parse_error(response.body)));
            }
            co_await sleep_for(backoff.next());
        }
    }

    Task<net::HttpResponse> send_in_turn(const net::HttpRequest& request, bool idempotent) {
        const net::Gate::Pass pass = co_await bulks.enter();
        const auto sent = std::chrono::steady_clock::now();
        net::HttpResponse response = co_await send_once(request, idempotent);
        if (busy_by(response.status).busy) {
            bulks.overloaded();
        } else {
            bulks.answered(sent);
        }
        co_return response;
    }

    Task<net::HttpResponse> send_once(const net::HttpRequest& request, bool idempotent) {
        try {
            co_return co_await http.request(request, idempotent);
        } catch (const net::TooLarge& error) {
            throw RequestError(0, std::string(answer_too_large), describe(request, error));
        } catch (const ProtocolError& error) {
            throw ProtocolError(describe(request, error));
        } catch (const Unavailable& error) {
            throw Unavailable(describe(request, error));
        }
    }

    /// Without the parameters: they say nothing that the reader of a message asks for.
    static std::string path_of(const net::HttpRequest& request) {
        return request.target.substr(0, request.target.find('?'));
    }

    static std::string describe(const net::HttpRequest& request, const Error& error) {
        return fmt::format("Elasticsearch: {} {}: {}", request.method, path_of(request),
                           error.what());
    }

    static std::string describe(const net::HttpRequest& request, int status,
                                const ErrorAnswer& answer) {
        return fmt::format("Elasticsearch: {} {}: {} {}{}{}", request.method, path_of(request),
                           status, answer.type, answer.type.empty() ? "" : ": ", answer.reason);
    }

    [[noreturn]] static void refuse(const net::HttpRequest& request,
                                    const net::HttpResponse& response) {
        const ErrorAnswer answer = parse_error(response.body);
        const std::string what = describe(request, response.status, answer);
        if (response.status == 401 || response.status == 403) {
            throw Misconfigured(what, hint_for(response.status, answer.type));
        }
        throw RequestError(response.status, answer.type, what);
    }

    static net::HttpRequest make_request(std::string method, std::string path, std::string body,
                                         std::string_view content_type) {
        net::HttpRequest request;
        request.method = std::move(method);
        request.target = std::move(path);
        request.body = std::move(body);
        if (!request.body.empty()) request.headers.emplace_back("Content-Type", content_type);
        return request;
    }

    /// The items in chunks that are not known to be too large.
    std::deque<Chunk> chunks_of(const BulkBody& body) const {
        std::deque<Chunk> chunks;
        std::size_t bytes = 0;
        for (std::size_t item = 0; item < body.items(); ++item) {
            const std::size_t size = item_end(body, item) - body.offsets()[item];
            if (chunks.empty() || bytes + size > bulk_limit) {
                chunks.emplace_back();
                bytes = 0;
            }
            chunks.back().push_back(item);
            bytes += size;
        }
        return chunks;
    }

    /// The outcomes of one chunk; empty: it is too large.
    Task<std::optional<std::vector<BulkItem>>> send_chunk(std::string index, std::string text,
                                                          std::size_t items) {
        std::string path = "/" + escape_segment(index) + std::string(write_path);
        const net::HttpRequest request =
            make_request("POST", std::move(path), std::move(text), lines);
        const net::HttpResponse response = co_await send(request, false, true);
        if (response.status == 413) co_return std::nullopt;
        if (response.status >= 300) refuse(request, response);
        std::vector<BulkItem> outcomes = parse_bulk(response.body);
        if (outcomes.size() != items) {
            throw ProtocolError(fmt::format("Elasticsearch: _bulk into {}: {} outcomes of {} items",
                                            index, outcomes.size(), items));
        }
        co_return outcomes;
    }

    /// Cuts what was too large in two; a single item cannot be cut: that is its outcome.
    void halve(const Chunk& chunk, std::size_t bytes, std::deque<Chunk>& chunks,
               std::vector<BulkItem>& outcomes) {
        if (chunk.size() == 1) {
            BulkItem& outcome = outcomes[chunk.front()];
            outcome.status = 413;
            outcome.error_type = "request_entity_too_large";
            outcome.error_reason = fmt::format(
                "the document is larger than Elasticsearch (http.max_content_length) or a proxy "
                "before it takes: {} bytes",
                bytes);
            return;
        }
        bulk_limit = std::max<std::size_t>(bytes / 2, 1);
        const auto middle = chunk.begin() + static_cast<std::ptrdiff_t>(chunk.size() / 2);
        chunks.emplace_front(middle, chunk.end());
        chunks.emplace_front(chunk.begin(), middle);
    }

    Task<std::vector<BulkItem>> bulk(std::string index, const BulkBody& body) {
        std::vector<BulkItem> outcomes(body.items());
        std::deque<Chunk> chunks = chunks_of(body);
        net::Backoff backoff = new_backoff();
        for (int tries = 1; !chunks.empty(); ++tries) {
            Chunk again;
            while (!chunks.empty()) {
                const Chunk chunk = std::move(chunks.front());
                chunks.pop_front();
                std::string joined = join(body, chunk);
                const std::size_t bytes = joined.size();
                auto results = co_await send_chunk(index, std::move(joined), chunk.size());
                if (!results) {
                    halve(chunk, bytes, chunks, outcomes);
                    continue;
                }
                for (std::size_t i = 0; i < chunk.size(); ++i) {
                    if (is_worth_another_try((*results)[i])) again.push_back(chunk[i]);
                    outcomes[chunk[i]] = std::move((*results)[i]);
                }
            }
            if (again.empty()) break;
            bulks.overloaded();
            if (tries >= options.tries) break;
            chunks.push_back(std::move(again));
            co_await sleep_for(backoff.next());
        }
        co_return outcomes;
    }
};

Client::Client(ClientOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Client::~Client() = default;

Task<Client::Reply> Client::request(std::string method, std::string path, std::string body,
                                    bool idempotent, bool allow_missing) {
    const net::HttpRequest request =
        State::make_request(std::move(method), std::move(path), std::move(body), json);
    net::HttpResponse response = co_await state_->send(request, idempotent);
    const bool missing = response.status == 404 && allow_missing;
    if (response.status >= 400 && !missing) State::refuse(request, response);
    Reply reply;
    reply.status = response.status;
    reply.body = std::move(response.body);
    co_return reply;
}

Task<std::vector<BulkItem>> Client::bulk(std::string index, const BulkBody& body) {
    return state_->bulk(std::move(index), body);
}

Task<std::string> Client::version() {
    const Reply reply = co_await request("GET", "/_nodes?filter_path=nodes.*.version");
    std::string version = parse_lowest_version(reply.body);
    state_->hides_vectors = is_at_least(version, 9, 2);
    co_return version;
}

bool Client::hides_vectors() const { return state_->hides_vectors; }

Task<int> Client::shard_count(std::string index, std::string index_uuid) {
    const auto known = state_->shard_counts.find(index_uuid);
    if (known != state_->shard_counts.end()) co_return known->second;
    std::string path =
        "/" + escape_segment(index) + "/_settings?filter_path=*.settings.index.number_of_shards";
    const Reply reply = co_await request("GET", std::move(path));
    const int count = parse_shard_count(reply.body);
    if (state_->shard_counts.size() >= shard_counts_limit) state_->shard_counts.clear();
    state_->shard_counts.emplace(std::move(index_uuid), count);
    co_return count;
}

}  // namespace duet::elastic
