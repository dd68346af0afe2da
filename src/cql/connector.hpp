#pragma once
// Keeps one connection to one of the hosts, and makes a new one when it is lost.

#include <cstdint>
#include <exception>
#include <memory>
#include <string>

#include "base/task.hpp"
#include "cql/connection.hpp"
#include "cql/hosts.hpp"
#include "cql/session.hpp"
#include "net/runtime.hpp"

namespace duet::cql {

/// Ask it for the connection before each request. However many ask, one attempt runs at a time: a
/// round in which each host is tried once, after its backoff; its failure is everybody's who waited
/// for it.
class Connector : public std::enable_shared_from_this<Connector> {
public:
    /// Throws UsageError for an address that cannot be read.
    explicit Connector(const SessionOptions& options);

    /// Throws Unavailable (no host answers, or the deadline) or Misconfigured (password,
    /// datacenter).
    [[nodiscard]] Task<std::shared_ptr<Connection>> acquire(TimePoint deadline);
    /// Closes the connection for good.
    void close();

    /// Of the server of the newest connection; empty before the first.
    [[nodiscard]] const std::string& release_version() const { return release_version_; }
    [[nodiscard]] const std::string& local_datacenter() const { return datacenter_; }

private:
    struct RoundGuard;

    static Task<void> run_round(std::shared_ptr<Connector> self);

    [[nodiscard]] Task<std::shared_ptr<Connection>> try_host(std::size_t index);
    [[nodiscard]] Task<std::shared_ptr<Connection>> open(net::Endpoint endpoint);
    /// Reads who the server is; throws where it is not in our datacenter.
    [[nodiscard]] Task<void> inspect(std::shared_ptr<Connection> connection);

    ConnectionOptions options_;
    Hosts hosts_;
    std::string datacenter_;
    std::string release_version_;
    std::shared_ptr<Connection> current_;
    std::exception_ptr failure_;  // of the last round
    std::uint64_t rounds_ = 0;    // that have ended
    net::Event round_ended_;
    bool connecting_ = false;
    bool closed_ = false;
};

}  // namespace duet::cql
