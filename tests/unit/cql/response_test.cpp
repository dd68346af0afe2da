#include "cql/response.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/error.hpp"
#include "peer/cql_wire.hpp"
#include "unit/cql/bytes_of.hpp"

namespace duet::cql {
namespace {

using peer::Body;
using peer::received;

template <class T>
T parsed(Opcode opcode, Bytes body, int version = 5, int flags = 0) {
    return std::get<T>(parse_response(received(opcode, std::move(body), version, flags)));
}

ServerError error_of(ErrorCode code, const Bytes& rest, int version = 5) {
    return parsed<ServerError>(Opcode::error, peer::error_body(code, "text", rest), version);
}

const Bytes one_failure_with_reason =
    Body().u16(6).i32(1).i32(2).i32(1).byte(4).i32(0x7F000001).u16(1);

/// Every kind of answer that a server may give, whole and well-formed.
std::vector<Envelope> every_answer() {
    const Bytes two_rows = peer::rows_body(
        {{{"id", TypeCode::int_}, {"name"}}, {{"abcd", "x"}, {"efgh", ""}}, "next page", "new id"});
    std::vector<Envelope> list;
    list.push_back(received(Opcode::supported, peer::supported_body({"4/v4", "5/v5"})));
    list.push_back(received(Opcode::authenticate, Body().text("org.x.PasswordAuthenticator")));
    list.push_back(received(Opcode::auth_challenge, Body().value("token")));
    list.push_back(received(Opcode::result, two_rows));
    list.push_back(
        received(Opcode::result, peer::prepared_body({"id", "m", {{"a"}, {"b"}}, {{"c"}, {"d"}}})));
    list.push_back(received(Opcode::result, Body().i32(3).text("ks")));
    list.push_back(
        received(Opcode::result, Body().i32(5).text("CREATED").text("TABLE").text("ks").text("t")));
    const auto error = [&](ErrorCode code, const Bytes& rest) {
        list.push_back(received(Opcode::error, peer::error_body(code, "text", rest)));
    };
    error(ErrorCode::invalid, {});
    error(ErrorCode::unavailable, Body().u16(6).i32(2).i32(1));
    error(ErrorCode::write_timeout, Body().u16(6).i32(0).i32(1).text("SIMPLE"));
    error(ErrorCode::read_timeout, Body().u16(6).i32(0).i32(1).byte(1));
    error(ErrorCode::read_failure, Body().append(one_failure_with_reason).byte(0));
    error(ErrorCode::write_failure, Body().append(one_failure_with_reason).text("SIMPLE"));
    error(ErrorCode::cas_write_unknown, Body().u16(6).i32(1).i32(2));
    error(ErrorCode::function_failure, Body().text("ks").text("f").u16(1).text("int"));
    error(ErrorCode::already_exists, Body().text("ks").text("t"));
    error(ErrorCode::unprepared, Body().short_bytes("id"));
    return list;
}

TEST(Response, rows_of_a_real_server) {
    const auto rows = parsed<RowsResult>(
        Opcode::result,
        bytes_of("000000020000000100000001000673797374656d00056c6f63616c00036b6579000d00000001"
                 "000000056c6f63616c"));
    ASSERT_EQ(rows.rows.size(), 1U);
    EXPECT_EQ(rows.rows.columns[0].keyspace, "system");
    EXPECT_EQ(rows.rows.columns[0].table, "local");
    EXPECT_EQ(rows.rows.columns[0].name, "key");
    EXPECT_EQ(as_text(*rows.rows.cell(0, 0)), "local");
    EXPECT_TRUE(rows.rows.paging_state.empty());
}

TEST(Response, error_of_a_real_server) {
    const auto error = parsed<ServerError>(
        Opcode::error,
        bytes_of("0000220000"
                 "30556e646566696e656420636f6c756d6e206e616d65206e6f706520696e20746162"
                 "6c652073797374656d2e6c6f63616c"));
    EXPECT_EQ(error.code, ErrorCode::invalid);
    EXPECT_EQ(error.message, "Undefined column name nope in table system.local");
}

TEST(Response, null_and_empty_cells_are_different) {
    const Bytes body = Body()
                           .i32(2)
                           .i32(peer::global_table)
                           .i32(2)
                           .append(peer::columns({{"a"}, {"b"}}))
                           .i32(1)
                           .null()
                           .value("");
    const auto rows = parsed<RowsResult>(Opcode::result, body);
    EXPECT_FALSE(rows.rows.cell(0, 0).has_value());
    ASSERT_TRUE(rows.rows.cell(0, 1).has_value());
    EXPECT_TRUE(rows.rows.cell(0, 1)->empty());
}

TEST(Response, a_page_says_where_the_next_begins_and_which_columns_are_new) {
    const auto rows = parsed<RowsResult>(
        Opcode::result, peer::rows_body({{{"a"}}, {{"1"}, {"2"}, {"3"}}, "state", "columns 2"}));
    EXPECT_EQ(as_text(rows.rows.paging_state), "state");
    ASSERT_TRUE(rows.new_metadata_id.has_value());
    EXPECT_EQ(as_text(*rows.new_metadata_id), "columns 2");
    EXPECT_EQ(as_text(*rows.rows.cell(2, 0)), "3");
}

TEST(Response, rows_without_metadata_still_have_their_cells) {
    peer::RowsAnswer answer{{{"a"}, {"b"}}, {{"1", "2"}, {"3", "4"}}};
    answer.with_metadata = false;
    const auto rows = parsed<RowsResult>(Opcode::result, peer::rows_body(answer));
    EXPECT_FALSE(rows.has_metadata);
    EXPECT_EQ(rows.column_count, 2U);
    EXPECT_EQ(rows.rows.cells.size(), 4U);
}

TEST(Response, columns_of_several_tables_each_name_theirs) {
    const Bytes body = Body()
                           .i32(2)
                           .i32(0)
                           .i32(2)
                           .text("ks1")
                           .text("t1")
                           .text("a")
                           .u16(0x09)
                           .text("ks2")
                           .text("t2")
                           .text("b")
                           .u16(0x0D)
                           .i32(0);
    const auto rows = parsed<RowsResult>(Opcode::result, body);
    EXPECT_EQ(rows.rows.columns[0].table, "t1");
    EXPECT_EQ(rows.rows.columns[1].keyspace, "ks2");
}

TEST(Response, warnings_trace_id_and_payload_are_passed_over) {
    const Bytes body = Body()
                           .i64(1)
                           .i64(2)  // trace id
                           .u16(1)
                           .text("Batch is too large")  // warnings
                           .u16(1)
                           .text("key")
                           .value("payload")  // custom payload
                           .append(peer::rows_body({{{"a"}}, {{"1"}}}));
    const auto rows = parsed<RowsResult>(Opcode::result, body, 5, 0x02 | 0x04 | 0x08);
    EXPECT_EQ(as_text(*rows.rows.cell(0, 0)), "1");
}

TEST(Response, prepared_statement_of_both_versions) {
    const auto five = parsed<PreparedResult>(
        Opcode::result, peer::prepared_body({"id", "meta", {{"p", TypeCode::uuid}}, {{"c"}}}));
    EXPECT_EQ(as_text(five.id), "id");
    EXPECT_EQ(as_text(five.result_metadata_id), "meta");
    EXPECT_EQ(five.parameters.at(0).type.code, TypeCode::uuid);
    EXPECT_EQ(five.columns.at(0).name, "c");
    const auto four =
        parsed<PreparedResult>(Opcode::result, peer::prepared_body({"id", "", {{"p"}}, {}, 4}), 4);
    EXPECT_TRUE(four.result_metadata_id.empty());
    EXPECT_EQ(four.parameters.size(), 1U);
    EXPECT_TRUE(four.columns.empty());
}

TEST(Response, types_are_read_at_every_depth) {
    // map<text, list<tuple<int, udt ks.u { a set<vector> }>>>
    const Bytes type = Body()
                           .u16(0x21)
                           .u16(0x0D)
                           .u16(0x20)
                           .u16(0x31)
                           .u16(2)
                           .u16(0x09)
                           .u16(0x30)
                           .text("ks")
                           .text("u")
                           .u16(1)
                           .text("a")
                           .u16(0x22)
                           .u16(0x00)
                           .text("org.x.VectorType(org.x.FloatType, 3)");
    BodyReader body{ByteView(type)};
    const ColumnType map = read_type(body);
    EXPECT_EQ(map.code, TypeCode::map);
    const ColumnType& tuple = map.elements.at(1).elements.at(0);
    EXPECT_EQ(tuple.code, TypeCode::tuple);
    const ColumnType& udt = tuple.elements.at(1);
    EXPECT_EQ(udt.udt_name, "u");
    EXPECT_EQ(udt.field_names, std::vector<std::string>{"a"});
    EXPECT_EQ(udt.elements.at(0).elements.at(0).custom_class,
              "org.x.VectorType(org.x.FloatType, 3)");
    EXPECT_EQ(body.left(), 0U);
}

TEST(Response, a_type_nested_beyond_the_limit_is_an_error) {
    Body type;
    for (int i = 0; i < 100'000; ++i) type.u16(0x20);
    const Bytes bytes = type;
    BodyReader body{ByteView(bytes)};
    EXPECT_THROW(static_cast<void>(read_type(body)), ProtocolError);
}

TEST(Response, an_unknown_type_is_an_error) {
    const Bytes bytes = Body().u16(0x77);
    BodyReader body{ByteView(bytes)};
    EXPECT_THROW(static_cast<void>(read_type(body)), ProtocolError);
}

TEST(Response, errors_carry_their_extra_fields) {
    const auto unavailable = error_of(ErrorCode::unavailable, Body().u16(4).i32(3).i32(1));
    EXPECT_EQ(unavailable.consistency, Consistency::quorum);
    EXPECT_EQ(unavailable.required, 3);
    EXPECT_EQ(unavailable.received, 1);
    const auto write =
        error_of(ErrorCode::write_timeout, Body().u16(6).i32(1).i32(2).text("CAS").u16(3));
    EXPECT_EQ(write.received, 1);
    EXPECT_EQ(write.required, 2);
    EXPECT_EQ(write.write_type, "CAS");
    EXPECT_TRUE(
        error_of(ErrorCode::read_timeout, Body().u16(6).i32(1).i32(1).byte(1)).data_present);
    const auto function = error_of(ErrorCode::function_failure,
                                   Body().text("ks").text("f").u16(2).text("int").text("text"));
    EXPECT_EQ(function.argument_types.size(), 2U);
    EXPECT_EQ(error_of(ErrorCode::already_exists, Body().text("ks").text("t")).object, "t");
    EXPECT_EQ(as_text(error_of(ErrorCode::unprepared, Body().short_bytes("xyz")).unknown_id),
              "xyz");
}

TEST(Response, read_failure_names_the_reasons_in_version_5) {
    const auto error =
        error_of(ErrorCode::read_failure, Body().append(one_failure_with_reason).byte(0));
    EXPECT_EQ(error.failures, 1);
    EXPECT_EQ(error.reasons, std::vector<FailureReason>{FailureReason::read_too_many_tombstones});
}

TEST(Response, read_failure_of_version_4_has_only_their_number) {
    const auto error =
        error_of(ErrorCode::read_failure, Body().u16(6).i32(0).i32(1).i32(2).byte(1), 4);
    EXPECT_EQ(error.failures, 2);
    EXPECT_TRUE(error.reasons.empty());
    EXPECT_TRUE(error.data_present);
}

TEST(Response, an_error_code_of_the_future_is_kept) {
    const auto error = error_of(static_cast<ErrorCode>(0x7777), Body().text("more"));
    EXPECT_EQ(static_cast<int>(error.code), 0x7777);
    EXPECT_EQ(error.message, "text");
}

TEST(Response, every_answer_cut_short_anywhere_is_an_error) {
    for (const Envelope& whole : every_answer()) {
        static_cast<void>(parse_response(whole));  // the whole one is fine
        for (std::size_t size = 0; size < whole.body.size(); ++size) {
            Envelope cut = whole;
            cut.body.resize(size);
            cut.body.shrink_to_fit();  // so that ASan sees a read beyond the end
            EXPECT_THROW(static_cast<void>(parse_response(std::move(cut))), ProtocolError)
                << "opcode " << static_cast<int>(whole.opcode) << " cut to " << size;
        }
    }
}

TEST(Response, damaged_answers_end_in_a_response_or_a_protocol_error) {
    const auto answers = every_answer();
    const bool holds = rc::check("damaged answers", [&] {
        Envelope answer = answers[*rc::gen::inRange<std::size_t>(0, answers.size())];
        const int flips = *rc::gen::inRange(1, 8);
        for (int i = 0; i < flips; ++i) {
            answer.body[*rc::gen::inRange<std::size_t>(0, answer.body.size())] =
                *rc::gen::arbitrary<std::uint8_t>();
        }
        answer.flags = *rc::gen::element<std::uint8_t>(0, 0, 0, 0x02, 0x04, 0x08, 0x0E);
        try {
            Response response = parse_response(std::move(answer));
            if (const auto* rows = std::get_if<RowsResult>(&response)) {
                for (const Rows::Cell& cell : rows->rows.cells) {
                    RC_ASSERT(cell.offset + std::max(cell.length, 0) <=
                              static_cast<std::int32_t>(rows->rows.body.size()));
                }
            }
        } catch (const ProtocolError&) {
        }
    });
    EXPECT_TRUE(holds);
}

TEST(Response, a_false_row_count_costs_no_memory) {
    const Bytes body = Body()
                           .i32(2)
                           .i32(peer::global_table)
                           .i32(1)
                           .append(peer::columns({{"a"}}))
                           .i32(0x7FFFFFFF)
                           .value("x");
    EXPECT_THROW(static_cast<void>(parse_response(received(Opcode::result, body))), ProtocolError);
}

TEST(Response, a_request_opcode_is_no_answer) {
    EXPECT_THROW(static_cast<void>(parse_response(received(Opcode::query, {}))), ProtocolError);
    EXPECT_THROW(static_cast<void>(parse_response(received(static_cast<Opcode>(0x44), {}))),
                 ProtocolError);
}

TEST(Response, compression_that_was_not_agreed_upon_is_an_error) {
    EXPECT_THROW(
        static_cast<void>(parse_response(received(Opcode::result, peer::void_body(), 4, 0x01))),
        ProtocolError);
}

}  // namespace
}  // namespace duet::cql
