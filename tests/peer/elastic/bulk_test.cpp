#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "peer/elastic/elastic_peer.hpp"

namespace duet::elastic {
namespace {

using peer::hang_up;
using peer::reply;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// An answer of _bulk with these statuses.
peer::Step outcomes(const std::vector<int>& statuses, const std::string& type = "some_exception") {
    std::string body = R"({"items":[)";
    for (const int status : statuses) {
        if (body.back() != '[') body += ',';
        body += R"({"create":{"status":)" + std::to_string(status);
        if (status >= 300) body += R"(,"error":{"type":")" + type + R"(","reason":"r"})";
        body += "}}";
    }
    return reply(200, body + "]}");
}

BulkBody documents(int count) {
    BulkBody body;
    for (int i = 0; i < count; ++i) body.create("id" + std::to_string(i), "{}");
    return body;
}

std::vector<int> statuses_of(const std::vector<BulkItem>& items) {
    std::vector<int> statuses;
    for (const BulkItem& item : items) statuses.push_back(item.status);
    return statuses;
}

TEST(Bulk, sends_all_items_into_the_index_past_its_pipelines) {
    ElasticPeer peer({outcomes({201, 201})});
    const BulkBody body = documents(2);
    EXPECT_EQ(statuses_of(peer.bulk(body)), (std::vector<int>{201, 201}));
    const auto& request = peer.server.requests().at(0);
    EXPECT_EQ(request.method, "POST");
    EXPECT_THAT(request.target, StartsWith("/shop.orders/_bulk?pipeline=_none&"));
    EXPECT_EQ(request.body, body.text());
    EXPECT_EQ(net::find_header(request.headers, "content-type"), "application/x-ndjson");
}

TEST(Bulk, of_nothing_asks_nothing) {
    ElasticPeer peer({outcomes({})});
    EXPECT_TRUE(peer.bulk(BulkBody()).empty());
    EXPECT_TRUE(peer.server.requests().empty());
}

TEST(Bulk, a_refused_item_is_an_outcome) {
    ElasticPeer peer({outcomes({201, 409, 400})});
    const auto items = peer.bulk(documents(3));
    EXPECT_EQ(statuses_of(items), (std::vector<int>{201, 409, 400}));
    EXPECT_EQ(items[2].error_type, "some_exception");
}

TEST(Bulk, sends_again_only_the_items_that_were_too_many) {
    ElasticPeer peer({outcomes({201, 429, 409, 429}), outcomes({429, 201}), outcomes({201})});
    EXPECT_EQ(statuses_of(peer.bulk(documents(4))), (std::vector<int>{201, 201, 409, 201}));
    const auto& second = peer.server.requests().at(1).body;
    EXPECT_THAT(second, HasSubstr("id1"));
    EXPECT_THAT(second, HasSubstr("id3"));
    EXPECT_THAT(second, Not(HasSubstr("id0")));
    EXPECT_THAT(second, Not(HasSubstr("id2")));
    EXPECT_THAT(peer.server.requests().at(2).body, HasSubstr("id1"));
}

TEST(Bulk, gives_back_what_stays_too_much) {
    ElasticPeer peer({outcomes({429})});
    EXPECT_EQ(statuses_of(peer.bulk(documents(1))), (std::vector<int>{429}));
    EXPECT_EQ(static_cast<int>(peer.server.requests().size()), peer.options.tries);
}

TEST(Bulk, does_not_wait_for_somebody_to_make_room_on_the_disk) {
    ElasticPeer peer({outcomes({429}, "cluster_block_exception")});
    EXPECT_EQ(statuses_of(peer.bulk(documents(1))), (std::vector<int>{429}));
    EXPECT_EQ(peer.server.requests().size(), 1U);
}

TEST(Bulk, halves_a_body_that_is_too_large) {
    ElasticPeer peer({reply(413, ""), outcomes({201, 409}), outcomes({200, 400})});
    EXPECT_EQ(statuses_of(peer.bulk(documents(4))), (std::vector<int>{201, 409, 200, 400}));
    const auto& requests = peer.server.requests();
    ASSERT_EQ(requests.size(), 3U);
    EXPECT_EQ(requests[1].body + requests[2].body, requests[0].body);
}

TEST(Bulk, remembers_what_was_too_large) {
    ElasticPeer peer({reply(413, ""), outcomes({201, 201}), outcomes({201, 201})});
    peer.bulk(documents(4), 2);
    EXPECT_EQ(peer.server.requests().size(), 5U) << "the second bulk begins with halves";
}

TEST(Bulk, a_single_item_that_is_too_large_is_refused_alone) {
    ElasticPeer peer({reply(413, ""), reply(413, ""), outcomes({201})});
    const auto items = peer.bulk(documents(2));
    EXPECT_EQ(statuses_of(items), (std::vector<int>{413, 201}));
    EXPECT_EQ(items[0].error_type, "request_entity_too_large");
}

TEST(Bulk, lost_in_flight_is_unavailable_and_not_sent_again) {
    ElasticPeer peer({outcomes({201}), hang_up(), outcomes({201})});
    EXPECT_THROW(peer.bulk(documents(1), 2), Unavailable);
    EXPECT_EQ(peer.server.requests().size(), 2U);
}

Task<void> bulk_once(Client& client, const BulkBody& body) {
    std::string index = "shop.orders";
    EXPECT_EQ((co_await client.bulk(std::move(index), body)).at(0).status, 201);
}

/// One bulk that is refused at first, then so many side by side.
Task<void> bulk_side_by_side(peer::ScriptedHttp& server, int bulks) {
    co_await server.open();
    ClientOptions options = quick_options();
    options.urls = {server.url()};
    options.max_bulks = 4;
    Client client(options);
    const BulkBody body = documents(1);
    co_await bulk_once(client, body);
    std::vector<Task<void>> tasks;
    for (int i = 0; i < bulks; ++i) tasks.push_back(bulk_once(client, body));
    co_await when_all(std::move(tasks));
}

int most_at_once_after(peer::Step refusal) {
    net::Runtime runtime;
    peer::Step slow = outcomes({201});
    slow.delay = std::chrono::milliseconds(10);
    std::vector<peer::Step> steps;
    if (!refusal.bytes.empty()) steps.push_back(std::move(refusal));
    steps.push_back(std::move(slow));
    peer::ScriptedHttp server(std::move(steps));
    runtime.run(bulk_side_by_side(server, 4));
    return server.most_at_once();
}

TEST(Bulk, fewer_are_on_their_way_when_the_server_has_too_much) {
    EXPECT_EQ(most_at_once_after({}), 4);
    EXPECT_EQ(most_at_once_after(reply(429, "{}")), 2) << "the whole request";
    EXPECT_EQ(most_at_once_after(outcomes({429})), 2) << "an item of it";
}

TEST(Bulk, refused_as_a_whole_is_sent_again) {
    ElasticPeer peer({reply(429, "{}"), reply(503, "{}"), outcomes({201})});
    EXPECT_EQ(statuses_of(peer.bulk(documents(1))), (std::vector<int>{201}));
}

TEST(Bulk, refused_as_a_whole_for_ever_is_unavailable) {
    for (const int status : {429, 503}) {
        ElasticPeer peer({reply(status, "{}")});
        EXPECT_THROW(peer.bulk(documents(1)), Unavailable) << status;
        EXPECT_EQ(static_cast<int>(peer.server.requests().size()), peer.options.tries);
    }
}

TEST(Bulk, without_the_right_is_misconfigured) {
    for (const int status : {401, 403}) {
        ElasticPeer peer({reply(status, "{}")});
        EXPECT_THROW(peer.bulk(documents(1)), Misconfigured) << status;
    }
}

TEST(Bulk, refused_for_another_reason_is_a_request_error) {
    ElasticPeer peer({reply(400, R"({"error":{"type":"illegal_argument_exception"}})")});
    EXPECT_THROW(peer.bulk(documents(1)), RequestError);
}

TEST(Bulk, answered_by_broken_json_is_a_protocol_error) {
    for (const char* body : {"", "{\"items\":[", "{}", "<html>", "{\"items\":{}}"}) {
        ElasticPeer peer({reply(200, body)});
        EXPECT_THROW(peer.bulk(documents(1)), ProtocolError) << body;
    }
}

TEST(Bulk, answered_by_another_number_of_items_is_a_protocol_error) {
    ElasticPeer peer({outcomes({201, 201})});
    EXPECT_THROW(peer.bulk(documents(3)), ProtocolError);
}

}  // namespace
}  // namespace duet::elastic
