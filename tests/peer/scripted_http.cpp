#include "peer/scripted_http.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "net/runtime.hpp"
#include "net/transport.hpp"

namespace duet::peer {
namespace {

constexpr std::size_t read_bytes = 64 * 1024;

std::string response_text(int status, const std::string& body, bool keep_alive) {
    net::HttpResponse response;
    response.status = status;
    response.headers.emplace_back("Content-Type", "application/json");
    response.body = body;
    std::string text;
    net::append_response(text, response, keep_alive);
    return text;
}

}  // namespace

Step reply(int status, const std::string& body) {
    Step step;
    step.bytes = response_text(status, body, true);
    return step;
}

Step reply_and_close(int status, const std::string& body) {
    Step step = raw(response_text(status, body, false));
    return step;
}

Step raw(const std::string& bytes) {
    Step step;
    step.bytes = bytes;
    step.close = true;
    return step;
}

Step hang_up() { return raw({}); }

Step late(std::chrono::milliseconds delay, int status, const std::string& body) {
    Step step = reply(status, body);
    step.delay = delay;
    return step;
}

struct ScriptedHttp::State {
    std::vector<Step> steps;
    std::unique_ptr<net::Listener> listener;
    std::uint16_t port = 0;
    std::vector<net::HttpRequest> requests;
    int connections = 0;
    int unanswered = 0;
    int most_at_once = 0;

    const Step& next_step() const { return steps[std::min(requests.size(), steps.size() - 1)]; }

    static Task<std::optional<net::HttpRequest>> receive(State& state, net::Transport& transport,
                                                         net::RequestParser& parser) {
        Bytes buffer(read_bytes);
        auto request = parser.feed({});
        while (!request) {
            const std::size_t count = co_await transport.read_some(buffer);
            if (count == 0) co_return std::nullopt;
            if (state.next_step().close_at_once) {
                state.requests.emplace_back();
                co_return std::nullopt;
            }
            request = parser.feed(ByteView(buffer).first(count));
        }
        co_return request;
    }

    static Task<void> converse(State& state, net::Transport& transport) {
        net::RequestParser parser{net::HttpLimits()};
        while (auto request = co_await receive(state, transport, parser)) {
            const Step step = state.next_step();
            state.requests.push_back(std::move(*request));
            state.most_at_once = std::max(state.most_at_once, ++state.unanswered);
            if (step.delay.count() > 0) co_await sleep_for(step.delay);
            --state.unanswered;
            if (!step.bytes.empty()) co_await transport.write(as_bytes(step.bytes));
            if (step.close) co_return;
        }
    }

    static Task<void> serve(std::shared_ptr<State> state,
                            std::unique_ptr<net::Transport> transport) {
        ++state->connections;
        try {
            co_await converse(*state, *transport);
        } catch (const Unavailable&) {
            // The client went away: some tests are about that.
        }
    }

    static Task<void> accept_all(std::shared_ptr<State> state, net::Listener& listener) {
        try {
            while (true) {
                auto transport = co_await listener.accept();
                auto connection = serve(state, std::move(transport));
                co_await net::spawn_here(std::move(connection), "scripted connection");
            }
        } catch (const Unavailable&) {
            // refuse()
        }
    }

    static Task<void> open(std::shared_ptr<State> state) {
        net::Endpoint any{.host = "127.0.0.1", .port = 0};
        state->listener = co_await net::Listener::open(std::move(any));
        state->port = state->listener->port();
        auto acceptor = accept_all(state, *state->listener);
        co_await net::spawn_here(std::move(acceptor), "scripted server");
    }
};

ScriptedHttp::ScriptedHttp(std::vector<Step> steps) : state_(std::make_shared<State>()) {
    state_->steps = std::move(steps);
}

ScriptedHttp::~ScriptedHttp() = default;

Task<void> ScriptedHttp::open() { return State::open(state_); }

void ScriptedHttp::refuse() { state_->listener->close(); }

std::string ScriptedHttp::url() const { return "http://127.0.0.1:" + std::to_string(state_->port); }

const std::vector<net::HttpRequest>& ScriptedHttp::requests() const { return state_->requests; }

int ScriptedHttp::connections() const { return state_->connections; }

int ScriptedHttp::most_at_once() const { return state_->most_at_once; }

}  // namespace duet::peer
