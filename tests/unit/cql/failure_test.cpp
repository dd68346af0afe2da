#include "cql/failure.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace duet::cql {
namespace {

ServerError server_error(ErrorCode code, std::string message = "text") {
    ServerError error;
    error.code = code;
    error.message = std::move(message);
    return error;
}

template <class Expected>
void expect_thrown(const ServerError& error) {
    EXPECT_THROW(throw_failure(error, "SELECT 1"), Expected)
        << "code 0x" << std::hex << static_cast<int>(error.code);
}

TEST(Failure, what_may_pass_by_itself_is_unavailable) {
    for (const ErrorCode code :
         {ErrorCode::server_error, ErrorCode::unavailable, ErrorCode::overloaded,
          ErrorCode::is_bootstrapping, ErrorCode::truncate_error, ErrorCode::write_timeout,
          ErrorCode::read_timeout, ErrorCode::read_failure, ErrorCode::write_failure,
          ErrorCode::cdc_write_failure, ErrorCode::cas_write_unknown, ErrorCode::unprepared}) {
        expect_thrown<Unavailable>(server_error(code));
    }
}

TEST(Failure, what_is_wrong_with_the_statement_is_a_query_error_with_its_code) {
    for (const ErrorCode code :
         {ErrorCode::syntax_error, ErrorCode::invalid, ErrorCode::config_error,
          ErrorCode::already_exists, ErrorCode::function_failure, static_cast<ErrorCode>(0x7777)}) {
        try {
            throw_failure(server_error(code), "SELECT 1");
        } catch (const QueryError& error) {
            EXPECT_EQ(error.code(), static_cast<std::int32_t>(code));
            EXPECT_STREQ(error.what(), "SELECT 1: Cassandra says: text");
        }
    }
}

TEST(Failure, too_many_tombstones_is_known_by_the_reason) {
    ServerError error = server_error(ErrorCode::read_failure);
    expect_thrown<Unavailable>(error);
    error.reasons = {FailureReason::unknown, FailureReason::read_too_many_tombstones};
    expect_thrown<TooManyTombstones>(error);
}

TEST(Failure, too_many_tombstones_is_known_by_the_text_in_version_4) {
    expect_thrown<TooManyTombstones>(server_error(
        ErrorCode::read_failure,
        "Operation failed - received 0 responses and 1 failures: READ_TOO_MANY_TOMBSTONES from x"));
}

TEST(Failure, what_a_person_must_change_is_misconfigured) {
    expect_thrown<Misconfigured>(server_error(ErrorCode::unauthorized, "no MODIFY permission"));
    expect_thrown<Misconfigured>(server_error(ErrorCode::bad_credentials));
    expect_thrown<Misconfigured>(server_error(ErrorCode::invalid, "keyspace shop does not exist"));
    expect_thrown<Misconfigured>(
        server_error(ErrorCode::invalid, "Keyspace 'shop' does not exist"));
    expect_thrown<QueryError>(server_error(ErrorCode::invalid, "table shop.t does not exist"));
}

TEST(Failure, only_passing_trouble_is_tried_again) {
    for (const ErrorCode code :
         {ErrorCode::unavailable, ErrorCode::overloaded, ErrorCode::is_bootstrapping,
          ErrorCode::write_timeout, ErrorCode::read_timeout}) {
        EXPECT_EQ(retry_after(server_error(code)), Retry::if_idempotent);
    }
    EXPECT_EQ(retry_after(server_error(ErrorCode::unprepared)), Retry::prepare_first);
    for (const ErrorCode code : {ErrorCode::invalid, ErrorCode::read_failure,
                                 ErrorCode::cas_write_unknown, static_cast<ErrorCode>(0x7777)}) {
        EXPECT_EQ(retry_after(server_error(code)), Retry::never);
    }
}

TEST(Failure, a_long_statement_is_cut_in_the_text) {
    try {
        throw_failure(server_error(ErrorCode::invalid), std::string(100'000, 'x'));
    } catch (const QueryError& error) {
        EXPECT_LT(std::string_view(error.what()).size(), 400U);
    }
}

}  // namespace
}  // namespace duet::cql
