#include "peer/scripted_cassandra.hpp"

#include <deque>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "cql/frame.hpp"
#include "cql/notation.hpp"
#include "net/runtime.hpp"
#include "net/transport.hpp"
#include "peer/cql_wire.hpp"

namespace duet::peer {

using cql::Opcode;

std::string Seen::cql() const {
    cql::BodyReader reader{ByteView(body)};
    return std::string(as_text(*reader.read_bytes()));
}

bool Seen::contains(std::string_view text) const {
    return as_text(body).find(text) != std::string_view::npos;
}

Reaction result(const Bytes& body) {
    Reaction reaction;
    reaction.body = body;
    return reaction;
}

Reaction error(cql::ErrorCode code, std::string_view message, const Bytes& rest) {
    Reaction reaction;
    reaction.opcode = Opcode::error;
    reaction.body = error_body(code, message, rest);
    return reaction;
}

Reaction sound(const Seen& seen) {
    Reaction reaction;
    switch (seen.opcode) {
        case Opcode::options:
            reaction.opcode = Opcode::supported;
            reaction.body = supported_body({"3/v3", "4/v4", "5/v5"});
            return reaction;
        case Opcode::startup: reaction.opcode = Opcode::ready; return reaction;
        case Opcode::auth_response:
            reaction.opcode = Opcode::auth_success;
            reaction.body = Body().null();
            return reaction;
        case Opcode::query: {
            if (seen.cql().find("release_version") != std::string::npos) {
                return result(
                    rows_body({{{"data_center"}, {"release_version"}}, {{"dc1", "5.0.8"}}}));
            }
            return result(rows_body({{{"cql"}}, {{seen.cql()}}}));
        }
        case Opcode::prepare:
            return result(prepared_body({"id", "columns 1", {}, {{"v"}}, seen.version}));
        case Opcode::execute: {
            const bool second = seen.contains("page 2");
            RowsAnswer rows{{{"v"}}, {{second ? "second" : "first"}}, second ? "" : "page 2"};
            rows.with_metadata = seen.version < 5;
            return result(rows_body(rows));
        }
        default: return result(void_body());
    }
}

struct ScriptedCassandra::Peer {
    std::unique_ptr<net::Transport> transport;
    int number = 0;
    bool framed = false;
    bool writing = false;
    cql::FrameReader frames;
    Bytes pending;  // of requests
    std::deque<Bytes> out;

    /// Takes bytes off the wire as the client sent them.
    void feed(ByteView bytes) {
        if (!framed) {
            append(pending, bytes);
            return;
        }
        frames.feed(bytes);
        while (const auto frame = frames.next()) append(pending, frame->payload);
    }

    std::optional<Seen> next() {
        constexpr std::size_t header = cql::envelope_header_size;
        if (pending.size() < header) return std::nullopt;
        const auto length = static_cast<std::size_t>(load_big<std::int32_t>(&pending[5]));
        if (pending.size() < header + length) return std::nullopt;
        Seen seen;
        seen.connection = number;
        seen.version = pending[0];
        seen.stream = load_big<std::int16_t>(&pending[2]);
        seen.opcode = static_cast<Opcode>(pending[4]);
        const auto end = pending.begin() + static_cast<std::ptrdiff_t>(header + length);
        seen.body.assign(pending.begin() + header, end);
        pending.erase(pending.begin(), end);
        return seen;
    }

    /// The answer as it goes on the wire; READY and AUTHENTICATE switch to frames.
    Bytes encode(const Seen& seen, const Reaction& reaction) {
        const int version = reaction.version != 0 ? reaction.version : seen.version;
        const Bytes answer = envelope(reaction.opcode, reaction.body, seen.stream, version);
        if (framed) {
            cql::FrameWriter writer;
            writer.add(answer);
            return writer.take();
        }
        framed = version == 5 &&
                 (reaction.opcode == Opcode::ready || reaction.opcode == Opcode::authenticate);
        return answer;
    }
};

struct ScriptedCassandra::State {
    Script script;
    std::unique_ptr<net::Listener> listener;
    std::vector<Seen> seen;
    std::vector<std::weak_ptr<Peer>> peers;
};

Task<std::unique_ptr<ScriptedCassandra>> ScriptedCassandra::start(Script script) {
    auto state = std::make_shared<State>();
    state->script = std::move(script);
    net::Endpoint any{"127.0.0.1", 0};
    state->listener = co_await net::Listener::open(std::move(any));
    Task<void> loop = accept_loop(state);
    co_await net::spawn_here(std::move(loop), "scripted cassandra");
    co_return std::unique_ptr<ScriptedCassandra>(new ScriptedCassandra(std::move(state)));
}

Task<void> ScriptedCassandra::accept_loop(std::shared_ptr<State> state) {
    try {
        while (true) {
            auto peer = std::make_shared<Peer>();
            peer->transport = co_await state->listener->accept();
            state->peers.push_back(peer);
            peer->number = static_cast<int>(state->peers.size());
            Task<void> serving = serve(state, peer);
            co_await net::spawn_here(std::move(serving), "scripted connection");
        }
    } catch (const Unavailable&) {
        // The listener was closed: the test is over.
    }
}

Task<void> ScriptedCassandra::serve(std::shared_ptr<State> state, std::shared_ptr<Peer> peer) {
    Bytes buffer(65'536);
    try {
        while (true) {
            const std::size_t size = co_await peer->transport->read_some(buffer);
            if (size == 0) break;
            peer->feed(ByteView(buffer).first(size));
            while (auto seen = peer->next()) {
                state->seen.push_back(*seen);
                Reaction reaction = state->script(*seen);
                Seen request = std::move(*seen);
                Task<void> reacting = react(peer, std::move(request), std::move(reaction));
                co_await net::spawn_here(std::move(reacting), "scripted answer");
            }
        }
    } catch (const Unavailable&) {
        // The client has gone, or the script has closed the connection.
    }
}

Task<void> ScriptedCassandra::react(std::shared_ptr<Peer> peer, Seen seen, Reaction reaction) {
    if (reaction.kind == Reaction::Kind::silence) co_return;
    if (reaction.delay.count() > 0) co_await sleep_for(reaction.delay);
    if (reaction.kind == Reaction::Kind::close) {
        peer->transport->close();
        co_return;
    }
    Bytes bytes =
        reaction.kind == Reaction::Kind::garbage ? Bytes(200, 0xEE) : peer->encode(seen, reaction);
    const bool cut = reaction.kind == Reaction::Kind::truncate;
    if (cut) bytes.resize(bytes.size() / 2);
    peer->out.push_back(std::move(bytes));
    if (peer->writing) co_return;
    peer->writing = true;
    try {
        while (!peer->out.empty()) {
            const Bytes next = std::move(peer->out.front());
            peer->out.pop_front();
            co_await peer->transport->write(next);
        }
    } catch (const Unavailable&) {
        // The client has gone.
    }
    peer->writing = false;
    if (cut) peer->transport->close();
}

ScriptedCassandra::ScriptedCassandra(std::shared_ptr<State> state) : state_(std::move(state)) {}

ScriptedCassandra::~ScriptedCassandra() {
    state_->listener->close();
    cut();
}

std::string ScriptedCassandra::address() const {
    return "127.0.0.1:" + std::to_string(state_->listener->port());
}

const std::vector<Seen>& ScriptedCassandra::seen() const { return state_->seen; }

int ScriptedCassandra::count(Opcode opcode) const {
    int count = 0;
    for (const Seen& seen : state_->seen) count += seen.opcode == opcode ? 1 : 0;
    return count;
}

int ScriptedCassandra::connections() const { return static_cast<int>(state_->peers.size()); }

void ScriptedCassandra::cut() {
    for (const auto& each : state_->peers) {
        if (const auto peer = each.lock()) peer->transport->close();
    }
}

}  // namespace duet::peer
