#include "cql/request.hpp"

#include <gtest/gtest.h>

#include "unit/cql/bytes_of.hpp"

namespace duet::cql {
namespace {

QueryParameters plain() {
    QueryParameters parameters;
    parameters.consistency = Consistency::quorum;
    parameters.serial_consistency = Consistency::local_serial;
    return parameters;
}

Bound value(std::string_view text) {
    const ByteView bytes = as_bytes(text);
    return {Bound::Kind::value, {bytes.begin(), bytes.end()}};
}

TEST(Request, options_is_a_bare_header) {
    EXPECT_EQ(to_hex(encode_options(Version::v5)), "050000000500000000");
    EXPECT_EQ(to_hex(encode_options(Version::v4)), "040000000500000000");
}

TEST(Request, startup_names_the_cql_version) {
    const Bytes request = encode_startup(Version::v5);
    EXPECT_EQ(request[4], 0x01);
    const std::string_view text = as_text(request);
    EXPECT_NE(text.find("CQL_VERSION"), std::string_view::npos);
    EXPECT_EQ(load_big<std::int32_t>(&request[5]), static_cast<int>(request.size()) - 9);
}

TEST(Request, stream_id_is_written_into_the_header) {
    Bytes request = encode_options(Version::v5);
    set_stream(request, StreamId{0x1234});
    EXPECT_EQ(to_hex(request), "050012340500000000");
}

TEST(Request, query_of_version_5_has_flags_of_four_bytes) {
    EXPECT_EQ(to_hex(encode_query(Version::v5, "X", plain())),
              "05000000070000000d"  // length 13
              "0000000158"          // [long string] X
              "0004"
              "00000010"
              "0009");  // quorum, serial flag, local_serial
}

TEST(Request, query_of_version_4_has_flags_of_one_byte) {
    EXPECT_EQ(to_hex(encode_query(Version::v4, "X", plain())),
              "04000000070000000a"
              "0000000158"
              "0004"
              "10"
              "0009");
}

TEST(Request, parameters_follow_in_the_order_of_the_protocol) {
    const std::vector<Bound> values = {
        value("ab"), {Bound::Kind::null, {}}, {Bound::Kind::unset, {}}};
    const Bytes state = {0x77};
    QueryParameters parameters = plain();
    parameters.values = values;
    parameters.page_size = 500;
    parameters.paging_state = state;
    parameters.timestamp = 5;
    parameters.skip_metadata = true;
    EXPECT_EQ(to_hex(ByteView(encode_query(Version::v5, "X", parameters)).subspan(14)),
              "0004"
              "0000003f"
              "0003"
              "000000026162"
              "ffffffff"
              "fffffffe"
              "000001f4"
              "0000000177"
              "0009"
              "0000000000000005");
}

TEST(Request, prepare_of_version_5_has_flags) {
    EXPECT_EQ(to_hex(encode_prepare(Version::v5, "X")),
              "050000000900000009"
              "0000000158"
              "00000000");
    EXPECT_EQ(to_hex(encode_prepare(Version::v4, "X")),
              "040000000900000005"
              "0000000158");
}

TEST(Request, execute_of_version_5_tells_which_columns_it_knows) {
    const Bytes id = {0xAA, 0xBB};
    const Bytes metadata_id = {0xCC};
    EXPECT_EQ(to_hex(ByteView(encode_execute(Version::v5, id, metadata_id, plain())).subspan(9)),
              "0002aabb"
              "0001cc"
              "0004"
              "00000010"
              "0009");
    EXPECT_EQ(to_hex(ByteView(encode_execute(Version::v4, id, metadata_id, plain())).subspan(9)),
              "0002aabb"
              "0004"
              "10"
              "0009");
}

TEST(Request, batch_is_unlogged_and_carries_the_timestamp) {
    const auto statement = std::make_shared<Prepared>();
    statement->id = {0xAA};
    const std::vector<BatchItem> items = {{statement, {value("a")}}, {statement, {}}};
    QueryParameters parameters = plain();
    parameters.timestamp = 7;
    EXPECT_EQ(to_hex(ByteView(encode_batch(Version::v5, items, parameters)).subspan(9)),
              "01"
              "0002"
              "01"
              "0001aa"
              "0001"
              "0000000161"
              "01"
              "0001aa"
              "0000"
              "0004"
              "00000030"
              "0009"
              "0000000000000007");
}

TEST(Request, the_time_stands_last_and_only_in_version_5) {
    QueryParameters parameters = plain();
    parameters.timestamp = 7;
    parameters.now_in_seconds = 9;
    EXPECT_EQ(to_hex(ByteView(encode_query(Version::v5, "X", parameters)).subspan(14)),
              "0004"
              "00000130"
              "0009"
              "0000000000000007"
              "00000009");
    EXPECT_EQ(to_hex(ByteView(encode_query(Version::v4, "X", parameters)).subspan(14)),
              "0004"
              "30"
              "0009"
              "0000000000000007");
    EXPECT_EQ(to_hex(ByteView(encode_batch(Version::v5, {}, parameters)).subspan(9)),
              "01"
              "0000"
              "0004"
              "00000130"
              "0009"
              "0000000000000007"
              "00000009");
}

TEST(Request, more_statements_than_the_protocol_can_count_are_refused) {
    const std::vector<BatchItem> items(65'536, BatchItem{std::make_shared<Prepared>(), {}});
    EXPECT_THROW(static_cast<void>(encode_batch(Version::v5, items, plain())), QueryError);
}

TEST(Request, more_values_than_the_protocol_can_count_are_refused) {
    const std::vector<Bound> values(65'536);
    QueryParameters parameters = plain();
    parameters.values = values;
    EXPECT_THROW(static_cast<void>(encode_query(Version::v5, "X", parameters)), QueryError);
}

TEST(Request, auth_response_carries_the_token) {
    EXPECT_EQ(to_hex(encode_auth_response(Version::v5, bytes_of("006100"))),
              "050000000f00000007"
              "00000003"
              "006100");
}

}  // namespace
}  // namespace duet::cql
