#pragma once
// What a browser, a monitor and Prometheus are told: pure answers to requests. The server is net's.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/journal_status.hpp"
#include "net/http_codec.hpp"
#include "sync/daemon.hpp"

namespace duet::app {

/// What the daemon knows of itself at this moment.
struct Overview {
    bool connected = false;   // to both servers, once at least
    bool discovered = false;  // what there is to be paired was looked for, once at least
    std::vector<sync::PairStatus> pairs;
    std::map<std::string, std::string> left_out;  // name and reason
    std::optional<JournalStatus> journal;         // empty: none is followed
    std::int64_t now = 0;                         // microseconds since 1970
};

/// How long a side's oldest write that nobody has looked at may be waiting already, in seconds;
/// empty: the first look is not over. Documents are looked at by every pass, rows by a sweep.
[[nodiscard]] std::optional<double> lag_seconds(std::int64_t seen_at, std::int64_t now);

/// `/` a page, `/metrics` for Prometheus, `/healthz` the process answers, `/readyz` pairs were
/// looked for and every one is level (else 503), `/api/status` all of it as JSON; 404 for the rest.
[[nodiscard]] net::HttpResponse answer(const net::HttpRequest& request, const Overview& overview);

}  // namespace duet::app
