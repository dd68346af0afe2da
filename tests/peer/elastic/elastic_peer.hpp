#pragma once
// One scripted Elasticsearch and one client that talk for the length of a call.

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "elastic/client.hpp"
#include "net/runtime.hpp"
#include "peer/scripted_http.hpp"

namespace duet::elastic {

/// Waits that a test can afford.
inline ClientOptions quick_options() {
    ClientOptions options;
    options.connect_timeout = std::chrono::milliseconds(1'000);
    options.request_timeout = std::chrono::milliseconds(5'000);
    options.first_wait = std::chrono::milliseconds(1);
    options.longest_wait = std::chrono::milliseconds(4);
    return options;
}

/// What a test asks of the client.
struct Call {
    std::string method = "GET";
    std::string path = "/a";
    std::string body;
    bool idempotent = true;
    bool allow_missing = false;
    int times = 1;
};

class ElasticPeer {
public:
    explicit ElasticPeer(std::vector<peer::Step> steps) : server(std::move(steps)) {}

private:
    net::Runtime runtime_;  // before the server, whose sockets must not outlive it

public:
    peer::ScriptedHttp server;
    ClientOptions options = quick_options();

    /// The last reply; throws what the client throws.
    Client::Reply ask(Call call = {}) {
        Client::Reply reply;
        runtime_.run(ask_on_loop(std::move(call), reply));
        return reply;
    }

    std::vector<BulkItem> bulk(const BulkBody& body, int times = 1) {
        std::vector<BulkItem> items;
        runtime_.run(bulk_on_loop(body, times, items));
        return items;
    }

private:
    Task<void> ask_on_loop(Call call, Client::Reply& reply) {
        co_await server.open();
        options.urls = {server.url()};
        Client client(options);
        for (int i = 0; i < call.times; ++i) {
            reply = co_await client.request(call.method, call.path, call.body, call.idempotent,
                                            call.allow_missing);
        }
    }

    Task<void> bulk_on_loop(const BulkBody& body, int times, std::vector<BulkItem>& items) {
        co_await server.open();
        options.urls = {server.url()};
        Client client(options);
        for (int i = 0; i < times; ++i) {
            std::string index = "shop.orders";
            items = co_await client.bulk(std::move(index), body);
        }
    }
};

/// What the client threw, as text; fails the test where it threw something else or nothing.
template <class Expected, class Action>
std::string text_of(Action&& action) {
    try {
        action();
    } catch (const Expected& error) {
        return error.what();
    }
    return "nothing was thrown";
}

}  // namespace duet::elastic
