#pragma once
// A Cassandra of a few lines: it does with each request what a script says, also what no server
// should.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/task.hpp"
#include "cql/envelope.hpp"
#include "cql/response.hpp"

namespace duet::peer {

/// A request as the server saw it.
struct Seen {
    int connection = 0;  // from 1
    int version = 5;
    int stream = 0;
    cql::Opcode opcode = cql::Opcode::options;
    Bytes body;

    /// The statement of QUERY and PREPARE.
    [[nodiscard]] std::string cql() const;
    [[nodiscard]] bool contains(std::string_view text) const;
};

/// What the server does with it.
struct Reaction {
    enum class Kind : std::uint8_t {
        answer,
        silence,
        close,
        garbage,   // bytes that are no answer
        truncate,  // half an answer, then the end
    };
    Kind kind = Kind::answer;
    cql::Opcode opcode = cql::Opcode::result;
    Bytes body = {};
    std::chrono::milliseconds delay{0};
    int version = 0;  // 0: the request's
};

using Script = std::function<Reaction(const Seen&)>;

/// What a sound server does: one node of datacenter dc1; every prepared statement has the id "id",
/// no parameters and one column "v"; EXECUTE gives two pages, "first" and "second"; QUERY gives
/// back its own text.
[[nodiscard]] Reaction sound(const Seen& seen);
[[nodiscard]] Reaction error(cql::ErrorCode code, std::string_view message, const Bytes& rest = {});
[[nodiscard]] Reaction result(const Bytes& body);

/// Runs on the loop of its test, and ends with it.
class ScriptedCassandra {
public:
    [[nodiscard]] static Task<std::unique_ptr<ScriptedCassandra>> start(Script script);
    ~ScriptedCassandra();
    ScriptedCassandra(const ScriptedCassandra&) = delete;
    ScriptedCassandra& operator=(const ScriptedCassandra&) = delete;

    /// 127.0.0.1:port
    [[nodiscard]] std::string address() const;
    [[nodiscard]] const std::vector<Seen>& seen() const;
    [[nodiscard]] int count(cql::Opcode opcode) const;
    [[nodiscard]] int connections() const;
    /// Closes all connections, and takes new ones as before.
    void cut();

private:
    struct State;
    struct Peer;
    explicit ScriptedCassandra(std::shared_ptr<State> state);
    static Task<void> accept_loop(std::shared_ptr<State> state);
    static Task<void> serve(std::shared_ptr<State> state, std::shared_ptr<Peer> peer);
    static Task<void> react(std::shared_ptr<Peer> peer, Seen seen, Reaction reaction);
    std::shared_ptr<State> state_;  // shared: with its coroutines, which end later
};

}  // namespace duet::peer
