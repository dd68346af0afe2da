#pragma once
// HTTP/1.1 to a few servers that are as good as each other: kept connections, a deadline for each
// request, servers in turn. It knows statuses no better than its caller: any complete response is a
// result.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "net/http_codec.hpp"

namespace duet::net {

struct HttpClientOptions {
    std::vector<std::string> urls;  // http://host:port/prefix
    std::uint16_t default_port = 80;
    HttpHeaders headers;  // sent with every request
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds request_timeout{
        30'000};                                     // from the call to the last byte of the answer
    std::chrono::milliseconds idle_timeout{45'000};  // proxies close what is idle for a minute
    std::size_t max_connections = 8;                 // further requests wait
    HttpLimits limits;
};

/// Throws the UsageError that HttpClient would throw for this address: for who reads a
/// configuration, and must refuse it before anything is built of it.
void check_url(const std::string& url);

class HttpClient {
public:
    /// Throws UsageError where an address is none (check_url).
    explicit HttpClient(HttpClientOptions options);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// Servers that refuse the connection are passed over, each is asked once. Throws Unavailable:
    /// none can be reached, the time is up, or the connection was lost: then the request may have
    /// happened. Only an idempotent one is sent again, once, where a kept connection was lost
    /// before the answer began. Throws TooLarge, ProtocolError.
    [[nodiscard]] Task<HttpResponse> request(const HttpRequest& request, bool idempotent);

private:
    struct State;
    std::shared_ptr<State>
        state_;  // shared: requests that are dropped later still give back their slots
};

}  // namespace duet::net
