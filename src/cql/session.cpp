#include "cql/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <span>
#include <utility>

#include "cql/connector.hpp"
#include "cql/failure.hpp"
#include "cql/prepared_cache.hpp"
#include "cql/request.hpp"
#include "net/backoff.hpp"
#include "net/gate.hpp"

namespace duet::cql {
namespace {

constexpr int attempt_limit = 4;        // of one request, the first included
constexpr int prepare_again_limit = 2;  // of one request: more means that the ids do not agree
constexpr std::chrono::milliseconds first_retry_backoff{50};
constexpr std::chrono::milliseconds retry_backoff_limit{2'000};
constexpr std::chrono::seconds agreement_timeout{30};
constexpr std::chrono::milliseconds agreement_poll{100};

bool same_type(const ColumnType& left, const ColumnType& right) {
    return left.code == right.code && left.custom_class == right.custom_class &&
           left.field_names == right.field_names &&
           std::equal(left.elements.begin(), left.elements.end(), right.elements.begin(),
                      right.elements.end(), same_type);
}

bool same_parameters(const std::vector<ResultColumn>& left,
                     const std::vector<ResultColumn>& right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](const ResultColumn& a, const ResultColumn& b) {
                          return a.name == b.name && same_type(a.type, b.type);
                      });
}

/// One request, however often it must be sent.
struct Request {
    // Anew for each attempt: the id or the host may have changed.
    std::function<Bytes(Version)> encode;
    std::string_view operation;  // for the text of errors
    bool idempotent = true;
    bool paced = false;
    std::vector<PreparedPtr> statements = {};  // that it executes
};

struct Answer {
    Response response;
    std::shared_ptr<Connection> connection;  // shared: as the connector's own
};

}  // namespace

struct Session::State {
    explicit State(SessionOptions given)
        : options(std::move(given)),
          connector(std::make_shared<Connector>(options)),
          writes(net::ConcurrencyLimit(options.first_paced, options.most_paced), "cassandra",
                 "writes") {}

    /// Throws for every ERROR of the server that trying again does not mend.
    Task<Answer> run(const Request& request);
    Task<Answer> run_until(const Request& request, TimePoint deadline);
    /// Empty: it failed in a way in which another attempt makes sense; `failure` says how.
    Task<std::optional<Answer>> attempt(const Request& request, TimePoint deadline,
                                        std::exception_ptr& failure);
    Task<PreparedResult> request_prepare(std::string_view cql, TimePoint deadline);
    Task<void> prepare_again(const std::vector<PreparedPtr>& statements, TimePoint deadline);

    [[nodiscard]] TimePoint new_deadline() const {
        return std::chrono::steady_clock::now() + options.request_timeout;
    }
    [[nodiscard]] QueryParameters parameters(const RequestOptions& request) const;

    SessionOptions options;
    std::shared_ptr<Connector> connector;  // shared: an attempt to connect may outlive the session
    net::Gate writes;                      // the paced ones
    PreparedCache prepared;
    std::uint64_t backoff_seed = 0;
};

QueryParameters Session::State::parameters(const RequestOptions& request) const {
    QueryParameters parameters;
    parameters.consistency = request.consistency.value_or(options.consistency);
    parameters.serial_consistency = request.serial_consistency.value_or(Consistency::local_serial);
    parameters.page_size = request.page_size;
    parameters.paging_state = request.paging_state;
    parameters.timestamp = request.timestamp;
    parameters.now_in_seconds = request.now_in_seconds;
    return parameters;
}

Task<Answer> Session::State::run(const Request& request) {
    if (!request.paced) co_return co_await run_until(request, new_deadline());
    const net::Gate::Pass pass = co_await writes.enter();
    co_return co_await run_until(request, new_deadline());
}

Task<Answer> Session::State::run_until(const Request& request, TimePoint deadline) {
    net::Backoff backoff(first_retry_backoff, retry_backoff_limit, ++backoff_seed);
    int prepared_again = 0;
    for (int attempts = 1;; ++attempts) {
        std::exception_ptr failure;
        std::optional<Answer> answer = co_await attempt(request, deadline, failure);
        if (answer) {
            const auto* error = std::get_if<ServerError>(&answer->response);
            if (error == nullptr) {
                co_return std::move(*answer);
            }
            const Retry retry = retry_after(*error);
            if (retry == Retry::prepare_first && !request.statements.empty() &&
                prepared_again < prepare_again_limit) {
                ++prepared_again;
                --attempts;  // the request itself was not tried
                co_await prepare_again(request.statements, deadline);
                continue;
            }
            if (error->code == ErrorCode::protocol_error) {
                answer->connection->close(error->message);
            }
            const bool again =
                retry == Retry::if_idempotent && request.idempotent && attempts < attempt_limit;
            if (!again) {
                throw_failure(*error, request.operation);
            }
            failure = nullptr;
        } else if (attempts >= attempt_limit) {
            std::rethrow_exception(failure);
        }
        const std::chrono::milliseconds wait = backoff.next();
        if (std::chrono::steady_clock::now() + wait >= deadline) {
            if (failure) {
                std::rethrow_exception(failure);
            }
            // Neither a failure nor done: the server has answered with an error.
            // NOLINTNEXTLINE(bugprone-unchecked-optional-access)
            throw_failure(std::get<ServerError>(answer->response), request.operation);
        }
        co_await sleep_for(wait);
    }
}

Task<std::optional<Answer>> Session::State::attempt(const Request& request, TimePoint deadline,
                                                    std::exception_ptr& failure) {
    // No other attempt where this fails: the connector has tried every host by itself.
    std::shared_ptr<Connection> connection = co_await connector->acquire(deadline);
    Bytes bytes = request.encode(connection->version());
    const TimePoint sent = std::chrono::steady_clock::now();
    try {
        Envelope envelope =
            co_await connection->call(std::move(bytes), deadline, request.operation);
        Answer answer{parse_response(std::move(envelope)), connection};
        if (request.paced) {
            const auto* error = std::get_if<ServerError>(&answer.response);
            if (error != nullptr && says_overloaded(*error)) {
                writes.overloaded();
            } else {
                writes.answered(sent);
            }
        }
        co_return std::move(answer);
    } catch (const ProtocolError& error) {
        connection->close(error.what());
        throw;
    } catch (const TimedOut&) {
        if (request.paced) writes.overloaded();
        throw;  // no time is left
    } catch (const NotSent&) {
        failure = std::current_exception();
    } catch (const Unavailable&) {
        if (!request.idempotent) {
            throw;
        }
        failure = std::current_exception();
    }
    co_return std::nullopt;
}

Task<PreparedResult> Session::State::request_prepare(std::string_view cql, TimePoint deadline) {
    Request request;
    request.encode = [cql](Version version) { return encode_prepare(version, cql); };
    request.operation = cql;
    Answer answer = co_await run_until(request, deadline);
    auto* result = std::get_if<PreparedResult>(&answer.response);
    if (result == nullptr) {
        answer.connection->close("PREPARE was answered with something else");
        throw ProtocolError(
            fmt::format("Cassandra did not answer PREPARE with a prepared statement: {}", cql));
    }
    co_return std::move(*result);
}

Task<void> Session::State::prepare_again(const std::vector<PreparedPtr>& statements,
                                         TimePoint deadline) {
    for (const PreparedPtr& statement : statements) {
        PreparedResult fresh = co_await request_prepare(statement->cql, deadline);
        if (!same_parameters(fresh.parameters, statement->parameters)) {
            // The values were encoded for other types: sent now, they would be taken for what they
            // are not.
            prepared.forget(statement->cql);
            throw Unavailable(fmt::format("the table was changed under a prepared statement: {}",
                                          statement->cql));
        }
        statement->id = std::move(fresh.id);
        statement->result = std::make_shared<const Prepared::Result>(
            Prepared::Result{std::move(fresh.result_metadata_id), std::move(fresh.columns)});
    }
}

Session::Session(SessionOptions options) : state_(std::make_unique<State>(std::move(options))) {}

Session::~Session() { state_->connector->close(); }

Task<void> Session::connect() {
    // Time enough to try every host; each attempt has a limit of its own (TCP, handshake, first
    // query; two versions).
    const auto hosts = static_cast<int>(state_->options.hosts.size());
    const auto limit = state_->options.connect_timeout * 6 * hosts + host_backoff_limit;
    static_cast<void>(
        co_await state_->connector->acquire(std::chrono::steady_clock::now() + limit));
}

Task<Rows> Session::query(std::string cql, RequestOptions options) {
    const QueryParameters parameters = state_->parameters(options);
    Request request;
    request.encode = [&](Version version) { return encode_query(version, cql, parameters); };
    request.operation = cql;
    request.idempotent = options.idempotent;
    Answer answer = co_await state_->run(request);
    if (auto* result = std::get_if<RowsResult>(&answer.response)) {
        if (!result->has_metadata) {
            answer.connection->close("an answer without its columns");
            throw ProtocolError(
                fmt::format("Cassandra left the columns out of its answer: {}", cql));
        }
        co_return std::move(result->rows);
    }
    co_return Rows{};
}

Task<PreparedPtr> Session::prepare(std::string cql) {
    if (PreparedPtr known = state_->prepared.find(cql)) {
        co_return known;
    }
    PreparedResult result = co_await state_->request_prepare(cql, state_->new_deadline());
    auto statement = std::make_shared<Prepared>();
    statement->cql = std::move(cql);
    statement->parameters = std::move(result.parameters);
    statement->id = std::move(result.id);
    statement->result = std::make_shared<const Prepared::Result>(
        Prepared::Result{std::move(result.result_metadata_id), std::move(result.columns)});
    state_->prepared.put(statement);
    co_return statement;
}

Task<Rows> Session::execute(PreparedPtr statement, std::vector<Bound> values,
                            RequestOptions options) {
    QueryParameters parameters = state_->parameters(options);
    parameters.values = values;
    // The columns that this attempt told the server it knows.
    std::shared_ptr<const Prepared::Result> sent;
    Request request;
    request.encode = [&](Version version) {
        sent = statement->result ? statement->result : std::make_shared<const Prepared::Result>();
        // v4 cannot tell that the columns have changed since: there they come with every answer.
        parameters.skip_metadata = version == Version::v5 && !sent->columns.empty();
        return encode_execute(version, statement->id, sent->metadata_id, parameters);
    };
    request.operation = statement->cql;
    request.idempotent = options.idempotent;
    request.paced = options.paced;
    request.statements = {statement};
    Answer answer = co_await state_->run(request);
    auto* result = std::get_if<RowsResult>(&answer.response);
    if (result == nullptr) {
        co_return Rows{};
    }
    if (!result->has_metadata) {
        if (sent->columns.size() != result->column_count) {
            answer.connection->close("an answer with other columns than prepared");
            throw ProtocolError(fmt::format("Cassandra answered with {} columns instead of {}: {}",
                                            result->column_count, sent->columns.size(),
                                            statement->cql));
        }
        result->rows.columns = sent->columns;
    } else if (result->new_metadata_id && !sent->columns.empty()) {
        statement->result = std::make_shared<const Prepared::Result>(
            Prepared::Result{std::move(*result->new_metadata_id), result->rows.columns});
    }
    co_return std::move(result->rows);
}

Task<void> Session::batch(std::vector<BatchItem> items, RequestOptions options) {
    const QueryParameters parameters = state_->parameters(options);
    const std::string operation = items.empty()
                                      ? "an empty batch"
                                      : fmt::format("a batch of {}, the first: {}", items.size(),
                                                    items.front().statement->cql);
    Request request;
    request.encode = [&](Version version) { return encode_batch(version, items, parameters); };
    request.operation = operation;
    request.idempotent = options.idempotent;
    request.paced = options.paced;
    for (const BatchItem& item : items) {
        request.statements.push_back(item.statement);
    }
    std::sort(request.statements.begin(), request.statements.end());
    request.statements.erase(std::unique(request.statements.begin(), request.statements.end()),
                             request.statements.end());
    static_cast<void>(co_await state_->run(request));
}

Task<void> Session::await_schema_agreement() {
    const TimePoint deadline = std::chrono::steady_clock::now() + agreement_timeout;
    RequestOptions options;
    options.consistency = Consistency::one;
    while (true) {
        std::vector<std::string> versions;
        for (const char* table : {"system.local", "system.peers"}) {
            std::string cql = fmt::format("SELECT schema_version FROM {}", table);
            const Rows rows = co_await query(std::move(cql), options);
            for (std::size_t row = 0; row < rows.size(); ++row) {
                if (const auto version = rows.cell(row, 0)) {
                    versions.emplace_back(as_text(*version));
                }
            }
        }
        std::sort(versions.begin(), versions.end());
        if (!versions.empty() && versions.front() == versions.back()) {
            co_return;
        }
        if (std::chrono::steady_clock::now() >= deadline) {
            throw Unavailable(
                fmt::format("Cassandra's nodes did not agree on the schema within {} s",
                            agreement_timeout.count()));
        }
        co_await sleep_for(agreement_poll);
    }
}

const std::string& Session::release_version() const { return state_->connector->release_version(); }

const std::string& Session::local_datacenter() const {
    return state_->connector->local_datacenter();
}

}  // namespace duet::cql
