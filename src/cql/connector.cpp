#include "cql/connector.hpp"

#include <fmt/format.h>

#include <cctype>
#include <random>
#include <utility>

#include "base/log.hpp"
#include "cql/failure.hpp"
#include "cql/request.hpp"

namespace duet::cql {
namespace {

/// Another host may be in the right one.
class WrongDatacenter : public Misconfigured {
public:
    using Misconfigured::Misconfigured;
};

/// The cause alone: the endpoint is named by the text around it.
std::string cause_of(const Unavailable& error, const net::Endpoint& endpoint) {
    std::string cause = error.what();
    const std::string prefix = "connect to " + endpoint.to_string() + ": ";
    if (cause.starts_with(prefix) && cause.size() > prefix.size()) {
        cause.erase(0, prefix.size());
        cause.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(cause.front())));
    }
    return cause;
}

std::string text_of(const Rows& rows, std::size_t column) {
    return std::string(as_text(rows.cell(0, column).value_or(ByteView{})));
}

}  // namespace

Connector::Connector(const SessionOptions& options)
    : hosts_(options.hosts, std::random_device{}()), datacenter_(options.local_datacenter) {
    options_.credentials = {options.username, options.password};
    options_.connect_timeout = options.connect_timeout;
    options_.max_in_flight = options.max_in_flight;
}

Task<std::shared_ptr<Connection>> Connector::acquire(TimePoint deadline) {
    if (current_ && current_->is_open()) {
        co_return current_;
    }
    if (closed_) {
        throw Unavailable("the session with Cassandra is closed");
    }
    const std::uint64_t seen = rounds_;
    if (!connecting_) {
        connecting_ = true;
        Task<void> round = run_round(shared_from_this());
        co_await net::spawn_here(std::move(round), "cassandra connect");
    }
    while (rounds_ == seen) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        const bool in_time = left.count() > 0 && co_await round_ended_.wait_for(left);
        if (!in_time && rounds_ == seen) {
            throw Unavailable(fmt::format("cannot reach Cassandra at {}: no connection in time",
                                          hosts_.endpoint(0).to_string()));
        }
    }
    if (failure_) {
        std::rethrow_exception(failure_);
    }
    if (!current_) {
        throw Unavailable("the session with Cassandra is closed");
    }
    co_return current_;
}

/// The loop may drop a round where it waits (net::Runtime::run): the next loop begins a new one.
struct Connector::RoundGuard {
    Connector& connector;

    explicit RoundGuard(Connector& guarded) : connector(guarded) {}
    ~RoundGuard() { connector.connecting_ = false; }
    RoundGuard(const RoundGuard&) = delete;
    RoundGuard& operator=(const RoundGuard&) = delete;
};

Task<void> Connector::run_round(std::shared_ptr<Connector> self) {
    const RoundGuard guard(*self);
    std::shared_ptr<Connection> connection;
    std::exception_ptr failure;
    std::string causes;  // of all hosts
    bool next_may_help = true;
    for (std::size_t tried = 0; !connection && next_may_help && tried < self->hosts_.size();
         ++tried) {
        const Hosts::Choice choice = self->hosts_.choose(std::chrono::steady_clock::now());
        try {
            if (choice.wait.count() > 0) {
                co_await sleep_for(choice.wait);
            }
            connection = co_await self->try_host(choice.index);
        } catch (const WrongDatacenter&) {
            failure = std::current_exception();
        } catch (const Misconfigured&) {
            failure = std::current_exception();
            next_may_help = false;  // it is the same user and password everywhere
        } catch (const Unavailable& unavailable) {
            failure = std::current_exception();
            causes += (causes.empty() ? "" : "; ") + std::string(unavailable.what());
            if (tried > 0) failure = std::make_exception_ptr(Unavailable(causes));
        } catch (...) {
            failure = std::current_exception();
        }
        if (!connection) {
            self->hosts_.failed(choice.index, std::chrono::steady_clock::now());
        }
    }
    if (connection && self->closed_) {
        connection->close("the session was closed");
        connection = nullptr;
    }
    self->failure_ = connection ? nullptr : failure;
    self->current_ = std::move(connection);
    self->connecting_ = false;
    ++self->rounds_;
    self->round_ended_.notify_all();
}

Task<std::shared_ptr<Connection>> Connector::try_host(std::size_t index) {
    const net::Endpoint& endpoint = hosts_.endpoint(index);
    std::shared_ptr<Connection> connection = co_await open(endpoint);
    std::exception_ptr failure;
    try {
        co_await inspect(connection);
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        connection->close("the first query failed");
        std::rethrow_exception(failure);
    }
    hosts_.answered(index);
    log::info("cassandra connected", {{"host", endpoint.to_string()},
                                      {"version", release_version_},
                                      {"datacenter", datacenter_},
                                      {"protocol", static_cast<int>(connection->version())}});
    co_return connection;
}

Task<std::shared_ptr<Connection>> Connector::open(net::Endpoint endpoint) {
    std::string cause;
    for (const Version version : {Version::v5, Version::v4}) {
        ConnectionOptions options = options_;
        options.version = version;
        net::Endpoint target = endpoint;
        try {
            co_return co_await Connection::open(std::move(target), std::move(options));
        } catch (const VersionRefused& refused) {
            cause = refused.what();
        } catch (const ProtocolError&) {
            throw;
        } catch (const Unavailable& unavailable) {
            throw Unavailable(fmt::format("cannot reach Cassandra at {}: {}", endpoint.to_string(),
                                          cause_of(unavailable, endpoint)));
        }
    }
    throw Misconfigured(fmt::format("{} speaks neither version 5 nor 4 of Cassandra's protocol: {}",
                                    endpoint.to_string(), cause),
                        "Duet needs Cassandra 3.0 or newer; check hosts in [cassandra]");
}

Task<void> Connector::inspect(std::shared_ptr<Connection> connection) {
    const TimePoint deadline = std::chrono::steady_clock::now() + options_.connect_timeout;
    QueryParameters parameters;
    parameters.consistency = Consistency::one;
    Bytes request = encode_query(
        connection->version(), "SELECT data_center, release_version FROM system.local", parameters);
    Envelope envelope =
        co_await connection->call(std::move(request), deadline, "reading system.local");
    const Response answer = parse_response(std::move(envelope));
    if (const auto* error = std::get_if<ServerError>(&answer)) {
        throw_failure(*error, "reading system.local");
    }
    const auto* result = std::get_if<RowsResult>(&answer);
    if (result == nullptr || result->rows.size() != 1 || result->column_count != 2) {
        throw ProtocolError(fmt::format("Cassandra at {} does not say who it is (system.local)",
                                        connection->endpoint().to_string()));
    }
    const std::string datacenter = text_of(result->rows, 0);
    if (!datacenter_.empty() && datacenter_ != datacenter) {
        throw WrongDatacenter(
            fmt::format("Cassandra at {} is in datacenter {}, not in {}",
                        connection->endpoint().to_string(), datacenter, datacenter_),
            "name hosts of one datacenter only, and that one in local_datacenter, in [cassandra]");
    }
    datacenter_ = datacenter;
    release_version_ = text_of(result->rows, 1);
}

void Connector::close() {
    closed_ = true;
    if (current_) {
        current_->close("the session was closed");
    }
}

}  // namespace duet::cql
