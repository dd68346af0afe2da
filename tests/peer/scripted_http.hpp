#pragma once
// A server on 127.0.0.1 that does what it is told: the n-th request gets the n-th step, whatever it
// asks for; after the last step that one is repeated.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "net/http_codec.hpp"

namespace duet::peer {

/// What to do with one request.
struct Step {
    std::string bytes;                   // sent as they are
    bool close = false;                  // afterwards
    bool close_at_once = false;          // while the request is still coming in
    std::chrono::milliseconds delay{0};  // before the bytes
};

/// A whole answer in JSON.
[[nodiscard]] Step reply(int status, const std::string& body);
/// As reply, and the connection ends.
[[nodiscard]] Step reply_and_close(int status, const std::string& body);
/// These bytes, then the end of the connection.
[[nodiscard]] Step raw(const std::string& bytes);
/// The end of the connection instead of an answer.
[[nodiscard]] Step hang_up();
/// As reply, but late.
[[nodiscard]] Step late(std::chrono::milliseconds delay, int status, const std::string& body);

class ScriptedHttp {
public:
    explicit ScriptedHttp(std::vector<Step> steps);
    ~ScriptedHttp();
    ScriptedHttp(const ScriptedHttp&) = delete;
    ScriptedHttp& operator=(const ScriptedHttp&) = delete;

    /// Listens on a free port and serves until the loop ends.
    [[nodiscard]] Task<void> open();
    /// Refuses connections from now on; those there are stay.
    void refuse();
    [[nodiscard]] std::string url() const;
    [[nodiscard]] const std::vector<net::HttpRequest>& requests() const;
    [[nodiscard]] int connections() const;
    /// Requests that were not answered yet, at the most at one moment.
    [[nodiscard]] int most_at_once() const;

private:
    struct State;
    std::shared_ptr<State> state_;  // shared: connections end after it
};

}  // namespace duet::peer
