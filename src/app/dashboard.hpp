#pragma once
// What a browser, a monitor and Prometheus are told: pure answers to requests. The server is net's.

#include <map>
#include <string>
#include <vector>

#include "net/http_codec.hpp"
#include "sync/daemon.hpp"

namespace duet::app {

/// What the daemon knows of itself at this moment.
struct Overview {
    bool connected = false;  // to both servers, once at least
    std::vector<sync::PairStatus> pairs;
    std::map<std::string, std::string> left_out;  // name and reason
    std::int64_t now = 0;                         // microseconds since 1970
};

/// `/` a page, `/metrics` for Prometheus, `/healthz` the process answers, `/readyz` every pair is
/// level (else 503),
/// `/api/status` all of it as JSON; 404 for the rest.
[[nodiscard]] net::HttpResponse answer(const net::HttpRequest& request, const Overview& overview);

}  // namespace duet::app
