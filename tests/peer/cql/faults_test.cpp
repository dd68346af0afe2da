// Every step of a conversation fails in turn, in every way: the session reports Unavailable and
// nothing else, recovers by itself, and never takes one answer for another.

#include <tuple>

#include "peer/cql/session_peer.hpp"

namespace duet::cql {
namespace {

using Kind = peer::Reaction::Kind;

enum class Step {
    options,
    startup,
    authentication,
    first_query,
    prepare,
    execute,
    next_page,
    batch
};

const char* step_name(Step step) {
    switch (step) {
        case Step::options: return "options";
        case Step::startup: return "startup";
        case Step::authentication: return "authentication";
        case Step::first_query: return "first_query";
        case Step::prepare: return "prepare";
        case Step::execute: return "execute";
        case Step::next_page: return "next_page";
        case Step::batch: return "batch";
    }
    return "?";
}

bool is_step(const peer::Seen& seen, Step step) {
    switch (step) {
        case Step::options: return seen.opcode == Opcode::options;
        case Step::startup: return seen.opcode == Opcode::startup;
        case Step::authentication: return seen.opcode == Opcode::auth_response;
        case Step::first_query: return seen.opcode == Opcode::query;
        case Step::prepare: return seen.opcode == Opcode::prepare;
        case Step::execute: return seen.opcode == Opcode::execute && !seen.contains("page 2");
        case Step::next_page: return seen.opcode == Opcode::execute && seen.contains("page 2");
        case Step::batch: return seen.opcode == Opcode::batch;
    }
    return false;
}

/// A conversation with every step; true: all of it was right.
Task<bool> converse(Session& session) {
    co_await session.connect();
    const PreparedPtr statement = co_await session.prepare("SELECT v FROM ks.t");
    RequestOptions options;
    const Rows first = co_await execute(session, statement, options);
    EXPECT_EQ(text(first), "first");
    options.paging_state = first.paging_state;
    const Rows second = co_await execute(session, statement, options);
    EXPECT_EQ(text(second), "second");
    EXPECT_TRUE(second.paging_state.empty());
    std::vector<BatchItem> items(2);
    for (BatchItem& item : items) item.statement = statement;
    co_await session.batch(std::move(items));
    co_return text(first) == "first" && text(second) == "second";
}

Task<void> fail_once(Step step, Kind kind) {
    int faults = 0;
    const peer::Script script = [&faults, step, kind](const peer::Seen& seen) {
        peer::Reaction reaction = peer::sound(seen);
        if (seen.opcode == Opcode::startup) {
            reaction.opcode = Opcode::authenticate;
            reaction.body = peer::Body().text("PasswordAuthenticator");
        }
        if (is_step(seen, step) && faults == 0) {
            ++faults;
            reaction.kind = kind;
        }
        return reaction;
    };
    const auto server = co_await peer::ScriptedCassandra::start(script);
    SessionOptions options = options_for(*server);
    options.username = "alice";
    options.password = "secret";
    options.connect_timeout = std::chrono::milliseconds(200);
    options.request_timeout = std::chrono::milliseconds(300);
    Session session(options);
    bool done = false;
    int tries = 0;
    for (; !done && tries < 5; ++tries) {
        try {
            done = co_await converse(session);
        } catch (const Unavailable& error) {
            EXPECT_FALSE(std::string(error.what()).empty());
        }
    }
    EXPECT_TRUE(done) << "no conversation succeeded after one fault";
    EXPECT_EQ(faults, 1) << "the step was never reached";
}

class Faults : public testing::TestWithParam<std::tuple<Step, Kind>> {};

TEST_P(Faults, are_unavailable_and_pass) {
    const auto [step, kind] = GetParam();
    run(fail_once(step, kind));
}

INSTANTIATE_TEST_SUITE_P(
    every_step, Faults,
    testing::Combine(testing::Values(Step::options, Step::startup, Step::authentication,
                                     Step::first_query, Step::prepare, Step::execute,
                                     Step::next_page, Step::batch),
                     testing::Values(Kind::close, Kind::garbage, Kind::truncate, Kind::silence)),
    [](const auto& instance) {
        return std::string(step_name(std::get<0>(instance.param))) + "_" +
               name_of(std::get<1>(instance.param));
    });

}  // namespace
}  // namespace duet::cql
