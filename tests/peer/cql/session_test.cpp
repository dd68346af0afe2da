// What a session does about the errors of a server.

#include <map>
#include <set>

#include "base/error.hpp"
#include "peer/cql/session_peer.hpp"

namespace duet::cql {
namespace {

using peer::ScriptedCassandra;
using peer::Seen;

constexpr const char* overload = "the coordinator is overloaded";

/// Answers the first `times` requests of this kind with an error, then soundly.
peer::Script failing(Opcode opcode, int times, peer::Reaction reaction) {
    return [opcode, left = times, reaction](const Seen& seen) mutable {
        if (seen.opcode == opcode && left > 0) {
            --left;
            return reaction;
        }
        return peer::sound(seen);
    };
}

Task<void> an_overloaded_server_is_asked_again() {
    const auto server = co_await ScriptedCassandra::start(
        failing(Opcode::execute, 2, peer::error(ErrorCode::overloaded, overload)));
    Session session(options_for(*server));
    const PreparedPtr statement = co_await session.prepare("SELECT v FROM ks.t");
    const Rows rows = co_await execute(session, statement);
    EXPECT_EQ(text(rows), "first");
    EXPECT_EQ(server->count(Opcode::execute), 3);
}
TEST(Session, an_overloaded_server_is_asked_again) { run(an_overloaded_server_is_asked_again()); }

Task<void> a_server_that_stays_overloaded_is_unavailable() {
    const auto server = co_await ScriptedCassandra::start(
        failing(Opcode::execute, 1'000, peer::error(ErrorCode::overloaded, overload)));
    Session session(options_for(*server));
    const PreparedPtr statement = co_await session.prepare("SELECT v FROM ks.t");
    try {
        static_cast<void>(co_await execute(session, statement));
        ADD_FAILURE() << "it succeeded";
    } catch (const Unavailable& error) {
        EXPECT_NE(std::string(error.what()).find(overload), std::string::npos) << error.what();
    }
    EXPECT_EQ(server->count(Opcode::execute), 4);
}
TEST(Session, a_server_that_stays_overloaded_is_unavailable) {
    run(a_server_that_stays_overloaded_is_unavailable());
}

Task<void> a_conditional_write_is_not_sent_again() {
    const auto server = co_await ScriptedCassandra::start(
        failing(Opcode::execute, 1,
                peer::error(ErrorCode::write_timeout, "timed out",
                            peer::Body().u16(9).i32(0).i32(1).text("CAS"))));
    Session session(options_for(*server));
    const PreparedPtr statement = co_await session.prepare("UPDATE ks.t … IF v = 1");
    RequestOptions options;
    options.idempotent = false;
    bool thrown = false;
    try {
        static_cast<void>(co_await execute(session, statement, options));
    } catch (const Unavailable&) {
        thrown = true;
    }
    EXPECT_TRUE(thrown);
    EXPECT_EQ(server->count(Opcode::execute), 1);
}
TEST(Session, a_conditional_write_is_not_sent_again) {
    run(a_conditional_write_is_not_sent_again());
}

Task<void> a_conditional_write_lost_with_its_connection_is_not_sent_again() {
    peer::Reaction close;
    close.kind = peer::Reaction::Kind::close;
    const auto server = co_await ScriptedCassandra::start(failing(Opcode::execute, 1, close));
    Session session(options_for(*server));
    const PreparedPtr statement = co_await session.prepare("UPDATE ks.t … IF v = 1");
    RequestOptions options;
    options.idempotent = false;
    std::string error;
    try {
        static_cast<void>(co_await execute(session, statement, options));
    } catch (const Unavailable& thrown) {
        error = thrown.what();
    }
    EXPECT_EQ(error, "lost the connection to Cassandra at " + server->address() +
                         ": the server closed it");
    EXPECT_EQ(server->count(Opcode::execute), 1);
}
TEST(Session, a_conditional_write_lost_with_its_connection_is_not_sent_again) {
    run(a_conditional_write_lost_with_its_connection_is_not_sent_again());
}

peer::Reaction forgotten() {
    return peer::error(ErrorCode::unprepared, "Prepared query with ID 6964 not found",
                       peer::Body().short_bytes("id"));
}

Task<void> a_forgotten_statement_is_prepared_again() {
    const auto server = co_await ScriptedCassandra::start(failing(Opcode::execute, 1, forgotten()));
    Session session(options_for(*server));
    const PreparedPtr statement = co_await session.prepare("SELECT v FROM ks.t");
    RequestOptions options;
    options.idempotent = false;  // nothing has happened: it may be sent again all the same
    const Rows rows = co_await execute(session, statement, options);
    EXPECT_EQ(text(rows), "first");
    EXPECT_EQ(server->count(Opcode::prepare), 2);
    EXPECT_EQ(server->count(Opcode::execute), 2);
}
TEST(Session, a_forgotten_statement_is_prepared_again) {
    run(a_forgotten_statement_is_prepared_again());
}

Task<void> a_statement_prepared_again_goes_by_its_new_id() {
    int prepared = 0;
    const peer::Script script = [&prepared](const Seen& seen) {
        if (seen.opcode == Opcode::prepare) {
            const std::string id = "id " + std::to_string(++prepared);
            return peer::result(peer::prepared_body({id, "columns 1", {}, {{"v"}}}));
        }
        const bool old = seen.opcode == Opcode::execute && !seen.contains("id 2");
        return old ? forgotten() : peer::sound(seen);
    };
    const auto server = co_await ScriptedCassandra::start(script);
    Session session(options_for(*server));
    const PreparedPtr statement = co_await session.prepare("SELECT v FROM ks.t");
    const Rows rows = co_await execute(session, statement);
    EXPECT_EQ(text(rows), "first");
    EXPECT_EQ(server->count(Opcode::execute), 2);
}
TEST(Session, a_statement_prepared_again_goes_by_its_new_id) {
    run(a_statement_prepared_again_goes_by_its_new_id());
}

Task<void> a_batch_prepares_each_of_its_statements_again() {
    const auto server = co_await ScriptedCassandra::start(failing(Opcode::batch, 1, forgotten()));
    Session session(options_for(*server));
    std::vector<BatchItem> items(3);
    items[0].statement = co_await session.prepare("INSERT 1");
    items[1].statement = co_await session.prepare("INSERT 2");
    items[2].statement = items[0].statement;
    co_await session.batch(std::move(items));
    EXPECT_EQ(server->count(Opcode::prepare), 4);
    EXPECT_EQ(server->count(Opcode::batch), 2);
}
TEST(Session, a_batch_prepares_each_of_its_statements_again) {
    run(a_batch_prepares_each_of_its_statements_again());
}

/// How many batches were on their way at the same time after a first one, whose first answer this
/// was.
Task<void> send_paced(peer::Reaction first, std::size_t expected) {
    std::size_t most = 0;
    std::size_t inside = 0;
    bool begun = false;
    const peer::Script script = [&](const Seen& seen) {
        if (seen.opcode != Opcode::batch) return peer::sound(seen);
        if (!std::exchange(begun, true)) return first;
        most = std::max(most, ++inside);
        peer::Reaction reaction = peer::sound(seen);
        reaction.delay = std::chrono::milliseconds(10);
        return reaction;
    };
    const auto server = co_await ScriptedCassandra::start(script);
    SessionOptions options = options_for(*server);
    options.first_paced = 4;
    options.most_paced = 4;
    Session session(options);
    const PreparedPtr statement = co_await session.prepare("INSERT 1");
    const auto send = [](Session& to, PreparedPtr insert, std::size_t& under_way) -> Task<void> {
        std::vector<BatchItem> items(1);
        items[0].statement = std::move(insert);
        RequestOptions paced;
        paced.paced = true;
        co_await to.batch(std::move(items), std::move(paced));
        under_way -= under_way > 0 ? 1 : 0;
    };
    co_await send(session, statement, inside);
    std::vector<Task<void>> batches;
    inside = 0;
    for (int i = 0; i < 4; ++i) batches.push_back(send(session, statement, inside));
    co_await when_all(std::move(batches));
    EXPECT_EQ(most, expected);
}
TEST(Session, fewer_paced_requests_are_on_their_way_when_the_server_has_too_much) {
    const std::string_view message = "Request breached limit on bytes in flight";
    run(send_paced(peer::result(peer::void_body()), 4));
    run(send_paced(peer::error(ErrorCode::overloaded, message), 2));
}

Task<void> a_server_that_forgets_again_and_again_is_unavailable() {
    const auto server =
        co_await ScriptedCassandra::start(failing(Opcode::execute, 1'000, forgotten()));
    Session session(options_for(*server));
    const PreparedPtr statement = co_await session.prepare("SELECT v FROM ks.t");
    bool thrown = false;
    try {
        static_cast<void>(co_await execute(session, statement));
    } catch (const Unavailable&) {
        thrown = true;
    }
    EXPECT_TRUE(thrown);
    EXPECT_LE(server->count(Opcode::execute), 3);
}
TEST(Session, a_server_that_forgets_again_and_again_is_unavailable) {
    run(a_server_that_forgets_again_and_again_is_unavailable());
}

Task<void> values_are_not_sent_to_a_statement_whose_parameters_have_changed() {
    int prepared = 0;
    const peer::Script script = [&prepared](const Seen& seen) {
        if (seen.opcode == Opcode::prepare) {
            const auto type = ++prepared == 1 ? TypeCode::int_ : TypeCode::text;
            return peer::result(peer::prepared_body({"id", "m", {{"p", type}}, {{"v"}}}));
        }
        return seen.opcode == Opcode::execute ? forgotten() : peer::sound(seen);
    };
    const auto server = co_await ScriptedCassandra::start(script);
    Session session(options_for(*server));
    const PreparedPtr statement = co_await session.prepare("UPDATE ks.t SET p = ?");
    std::vector<Bound> values(1);
    bool thrown = false;
    try {
        static_cast<void>(co_await session.execute(statement, std::move(values)));
    } catch (const Unavailable&) {
        thrown = true;
    }
    EXPECT_TRUE(thrown);
    EXPECT_EQ(server->count(Opcode::execute), 1);
    const PreparedPtr fresh = co_await session.prepare("UPDATE ks.t SET p = ?");
    EXPECT_EQ(fresh->parameters.at(0).type.code, TypeCode::text);
}
TEST(Session, values_are_not_sent_to_a_statement_whose_parameters_have_changed) {
    run(values_are_not_sent_to_a_statement_whose_parameters_have_changed());
}

Task<void> changed_columns_are_learned_from_the_answer() {
    int executed = 0;
    const peer::Script script = [&executed](const Seen& seen) {
        if (seen.opcode != Opcode::execute) return peer::sound(seen);
        ++executed;
        peer::RowsAnswer rows{{{"v"}, {"added"}}, {{"1", "2"}}};
        const bool knows_them = seen.contains("columns 2");
        if (!knows_them) rows.new_metadata_id = "columns 2";
        rows.with_metadata = !knows_them;
        return peer::result(peer::rows_body(rows));
    };
    const auto server = co_await ScriptedCassandra::start(script);
    Session session(options_for(*server));
    const PreparedPtr statement = co_await session.prepare("SELECT * FROM ks.t");
    for (int i = 0; i < 2; ++i) {
        const Rows rows = co_await execute(session, statement);
        EXPECT_EQ(rows.columns.size(), 2U);
        EXPECT_EQ(rows.columns.at(1).name, "added");
        EXPECT_EQ(text(rows, 0, 1), "2");
    }
    EXPECT_TRUE(server->seen().back().contains("columns 2"));
    EXPECT_EQ(server->count(Opcode::prepare), 1);
}
TEST(Session, changed_columns_are_learned_from_the_answer) {
    run(changed_columns_are_learned_from_the_answer());
}

Task<void> an_answer_with_another_number_of_columns_is_a_protocol_error() {
    const peer::Script script = [](const Seen& seen) {
        if (seen.opcode != Opcode::execute) return peer::sound(seen);
        peer::RowsAnswer rows{{{"v"}, {"added"}}, {{"1", "2"}}};
        rows.with_metadata = false;
        return peer::result(peer::rows_body(rows));
    };
    const auto server = co_await ScriptedCassandra::start(script);
    Session session(options_for(*server));
    const PreparedPtr statement = co_await session.prepare("SELECT * FROM ks.t");
    bool thrown = false;
    try {
        static_cast<void>(co_await execute(session, statement));
    } catch (const ProtocolError&) {
        thrown = true;
    }
    EXPECT_TRUE(thrown);
}
TEST(Session, an_answer_with_another_number_of_columns_is_a_protocol_error) {
    run(an_answer_with_another_number_of_columns_is_a_protocol_error());
}

Task<void> tombstones_are_told_apart() {
    const Bytes reason =
        peer::Body().u16(6).i32(0).i32(1).i32(1).byte(4).i32(0x7F000001).u16(1).byte(0);
    const auto server = co_await ScriptedCassandra::start(
        failing(Opcode::execute, 1, peer::error(ErrorCode::read_failure, "failed", reason)));
    Session session(options_for(*server));
    const PreparedPtr statement = co_await session.prepare("SELECT v FROM ks.t");
    bool thrown = false;
    try {
        static_cast<void>(co_await execute(session, statement));
    } catch (const TooManyTombstones&) {
        thrown = true;
    }
    EXPECT_TRUE(thrown);
    EXPECT_EQ(server->count(Opcode::execute), 1);
}
TEST(Session, tombstones_are_told_apart) { run(tombstones_are_told_apart()); }

Task<void> a_statement_is_prepared_once() {
    const auto server = co_await ScriptedCassandra::start(peer::sound);
    Session session(options_for(*server));
    const PreparedPtr first = co_await session.prepare("SELECT v FROM ks.t");
    const PreparedPtr second = co_await session.prepare("SELECT v FROM ks.t");
    EXPECT_EQ(first, second);
    EXPECT_EQ(server->count(Opcode::prepare), 1);
}
TEST(Session, a_statement_is_prepared_once) { run(a_statement_is_prepared_once()); }

Task<void> query_text(Session& session, int number, int& right) {
    const std::string cql = "SELECT " + std::to_string(number);
    const Rows rows = co_await session.query(cql);
    if (text(rows) == cql) ++right;
}

Task<void> answers_out_of_order_go_to_their_requests() {
    int asked = 0;
    const peer::Script script = [&asked](const Seen& seen) {
        peer::Reaction reaction = peer::sound(seen);
        reaction.delay = std::chrono::milliseconds((asked++ * 7) % 13);
        return reaction;
    };
    const auto server = co_await ScriptedCassandra::start(script);
    Session session(options_for(*server));
    co_await session.connect();
    int right = 0;
    std::vector<Task<void>> queries;
    for (int i = 0; i < 500; ++i) queries.push_back(query_text(session, i, right));
    co_await when_all(std::move(queries));
    EXPECT_EQ(right, 500);
}
TEST(Session, answers_out_of_order_go_to_their_requests) {
    run(answers_out_of_order_go_to_their_requests());
}

Task<void> no_more_requests_are_in_flight_than_allowed() {
    std::size_t most = 0;
    std::map<int, std::chrono::steady_clock::time_point> busy;  // by stream, until its answer
    const peer::Script script = [&](const Seen& seen) {
        peer::Reaction reaction = peer::sound(seen);
        if (seen.opcode != Opcode::query) return reaction;
        reaction.delay = std::chrono::milliseconds(5);
        const auto now = std::chrono::steady_clock::now();
        std::erase_if(busy, [now](const auto& each) { return each.second <= now; });
        busy[seen.stream] = now + reaction.delay;
        most = std::max(most, busy.size());
        return reaction;
    };
    const auto server = co_await ScriptedCassandra::start(script);
    SessionOptions options = options_for(*server);
    options.max_in_flight = 8;
    Session session(options);
    co_await session.connect();
    int right = 0;
    std::vector<Task<void>> queries;
    for (int i = 0; i < 100; ++i) queries.push_back(query_text(session, i, right));
    co_await when_all(std::move(queries));
    EXPECT_EQ(right, 100);
    EXPECT_LE(most, 8U);
    EXPECT_GE(most, 4U) << "hardly anything ran side by side";
}
TEST(Session, no_more_requests_are_in_flight_than_allowed) {
    run(no_more_requests_are_in_flight_than_allowed());
}

Task<void> a_large_answer_comes_whole() {
    const std::string large(3'000'000, 'x');
    const peer::Script script = [&large](const Seen& seen) {
        if (seen.opcode != Opcode::execute) return peer::sound(seen);
        return peer::result(peer::rows_body({{{"v"}}, {{large}}}));
    };
    const auto server = co_await ScriptedCassandra::start(script);
    Session session(options_for(*server));
    const PreparedPtr statement = co_await session.prepare("SELECT v FROM ks.t");
    const Rows rows = co_await execute(session, statement);
    EXPECT_EQ(text(rows), large);
}
TEST(Session, a_large_answer_comes_whole) { run(a_large_answer_comes_whole()); }

Task<void> a_large_request_arrives_whole() {
    const std::string large = "SELECT " + std::string(1'000'000, 'y');
    const auto server = co_await ScriptedCassandra::start(peer::sound);
    Session session(options_for(*server));
    const Rows rows = co_await session.query(large);
    EXPECT_EQ(text(rows), large);
}
TEST(Session, a_large_request_arrives_whole) { run(a_large_request_arrives_whole()); }

}  // namespace
}  // namespace duet::cql
