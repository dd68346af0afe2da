// The Elasticsearch client against a real server (DUET_ELASTICSEARCH, see `./dev servers up`).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "elastic/client.hpp"
#include "elastic/index.hpp"
#include "elastic/search.hpp"
#include "net/runtime.hpp"

namespace duet::elastic {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

constexpr const char* index_name = "duet_live_elastic_client";

/// One index of two shards, made for each test and deleted afterwards.
class ElasticClient : public testing::Test {
protected:
    void SetUp() override {
        const char* const url = std::getenv("DUET_ELASTICSEARCH");
        ASSERT_NE(url, nullptr)
            << "DUET_ELASTICSEARCH is not set: start the servers with `./dev servers up`";
        ClientOptions options;
        options.urls = {url};
        client_ = std::make_unique<Client>(std::move(options));
        runtime_.run(remake());
    }

    void TearDown() override {
        if (client_ != nullptr) runtime_.run(delete_index(*client_, index_name));
    }

    Task<void> remake() {
        std::string body = R"({"settings":{"number_of_shards":2,"number_of_replicas":0},
                               "mappings":{"properties":{"n":{"type":"long"}}}})";
        co_await delete_index(*client_, index_name);
        static_cast<void>(co_await create_index(*client_, index_name, std::move(body)));
    }

    /// What the task gives; throws what it throws.
    template <class T>
    T get(Task<T> task) {
        std::vector<T> result;
        runtime_.run(keep(std::move(task), result));
        return std::move(result.at(0));
    }

    template <class T>
    static Task<void> keep(Task<T> task, std::vector<T>& result) {
        result.push_back(co_await std::move(task));
    }

    std::vector<BulkItem> write(const BulkBody& body) {
        return get(client_->bulk(index_name, body));
    }

    /// Documents 0 ... count-1.
    void write_documents(int count) {
        BulkBody body;
        for (int i = 0; i < count; ++i) {
            body.create("id" + std::to_string(i), "{\"n\":" + std::to_string(i) + "}");
        }
        for (const BulkItem& item : write(body)) ASSERT_EQ(item.status, 201) << item.error_reason;
    }

    net::Runtime runtime_;
    std::unique_ptr<Client> client_;
};

std::size_t occurrences(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
    return count;
}

TEST_F(ElasticClient, tells_the_version) {
    EXPECT_THAT(get(client_->version()), MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+.*"));
}

TEST_F(ElasticClient, counts_after_a_refresh) {
    write_documents(10);
    runtime_.run(refresh(*client_, index_name));
    EXPECT_EQ(get(count(*client_, index_name)), 10U);
}

TEST_F(ElasticClient, tells_where_the_shards_stand) {
    const IndexPosition before = get(index_position(*client_, index_name));
    ASSERT_EQ(before.shards.size(), 2U);
    EXPECT_EQ(before.shards[0].global_checkpoint, -1);
    EXPECT_EQ(before.shards[1].global_checkpoint, -1);
    write_documents(20);
    const IndexPosition after = get(index_position(*client_, index_name));
    EXPECT_EQ(after.index_uuid, before.index_uuid);
    EXPECT_EQ(after.history_uuid, before.history_uuid);
    EXPECT_EQ(after.shards[0].global_checkpoint + after.shards[1].global_checkpoint, 18);
    EXPECT_EQ(after.shards[0].global_checkpoint, after.shards[0].max_seq_no);
}

TEST_F(ElasticClient, an_index_made_anew_is_another_index) {
    const IndexPosition before = get(index_position(*client_, index_name));
    runtime_.run(remake());
    const IndexPosition after = get(index_position(*client_, index_name));
    EXPECT_NE(after.index_uuid, before.index_uuid);
    EXPECT_NE(after.history_uuid, before.history_uuid);
}

TEST_F(ElasticClient, pages_by_position_find_every_document_once) {
    write_documents(50);
    const IndexPosition position = get(index_position(*client_, index_name));
    runtime_.run(refresh(*client_, index_name));
    std::size_t found = 0;
    for (const ShardPosition& shard : position.shards) {
        for (std::int64_t after = -1; after < shard.global_checkpoint; after += 7) {
            const std::int64_t upto = std::min(after + 7, shard.global_checkpoint);
            const std::string page =
                get(seq_no_page(*client_, index_name, shard.shard, after, upto, 100, true));
            EXPECT_EQ(occurrences(page, "\"_id\""), static_cast<std::size_t>(upto - after));
            EXPECT_EQ(occurrences(page, "\"_source\""), occurrences(page, "\"_id\""));
            EXPECT_EQ(occurrences(page, "\"_primary_term\""), occurrences(page, "\"_id\""));
            found += occurrences(page, "\"_id\"");
        }
    }
    EXPECT_EQ(found, 50U);
}

TEST_F(ElasticClient, pages_by_position_carry_guards_without_sources) {
    write_documents(10);
    const IndexPosition position = get(index_position(*client_, index_name));
    runtime_.run(refresh(*client_, index_name));
    const auto last = position.shards[0].global_checkpoint;
    const std::string page = get(seq_no_page(*client_, index_name, 0, -1, last, 100, false));
    EXPECT_EQ(occurrences(page, "\"_seq_no\""), static_cast<std::size_t>(last + 1));
    EXPECT_THAT(page, Not(HasSubstr("_source")));
    EXPECT_THAT(page, Not(HasSubstr("took")));
}

TEST_F(ElasticClient, gives_numbers_digit_by_digit) {
    const std::string source =
        R"({"a":1.10,"b":12345678901234567890.123456789,"c":123456789012345678})";
    BulkBody body;
    body.create("x", source);
    ASSERT_EQ(write(body).at(0).status, 201);
    EXPECT_THAT(get(mget(*client_, index_name, {"x"})), HasSubstr(source));
    runtime_.run(refresh(*client_, index_name));
    std::string pages;
    for (int shard = 0; shard < 2; ++shard) {
        pages += get(seq_no_page(*client_, index_name, shard, -1, 10, 10, true));
    }
    EXPECT_THAT(pages, HasSubstr(source));
}

TEST_F(ElasticClient, finds_by_id_without_a_refresh) {
    write_documents(3);
    const std::string docs = get(mget(*client_, index_name, {"id2", "nobody", "id0"}));
    EXPECT_EQ(occurrences(docs, "\"found\":true"), 2U);
    EXPECT_EQ(occurrences(docs, "\"found\":false"), 1U);
    EXPECT_LT(docs.find("id2"), docs.find("nobody"));
    EXPECT_LT(docs.find("nobody"), docs.find("id0"));
    const std::string guards = get(mget_guards(*client_, index_name, {"id2", "nobody"}));
    EXPECT_THAT(guards, HasSubstr("\"_seq_no\""));
    EXPECT_THAT(guards, Not(HasSubstr("_source")));
}

TEST_F(ElasticClient, writes_only_what_is_unchanged) {
    write_documents(1);
    BulkBody first;
    first.index("id0", 0, 1, R"({"n":7})");
    const auto done = write(first);
    ASSERT_EQ(done.at(0).status, 200);
    EXPECT_EQ(done.at(0).seq_no, 1);
    EXPECT_EQ(done.at(0).primary_term, 1);
    BulkBody second;
    second.index("id0", 0, 1, R"({"n":8})");
    second.create("id0", R"({"n":8})");
    second.update("id0", 1, 1, R"({"m":9})");
    second.create("bad", R"({"n":"no number"})");
    const auto items = write(second);
    EXPECT_EQ(items.at(0).status, 409);
    EXPECT_EQ(items.at(1).status, 409);
    EXPECT_EQ(items.at(1).error_type, "version_conflict_engine_exception");
    EXPECT_EQ(items.at(2).status, 200);
    EXPECT_EQ(items.at(3).status, 400);
    EXPECT_THAT(items.at(3).error_reason, HasSubstr("no number"));
}

TEST_F(ElasticClient, ids_and_texts_survive_any_characters) {
    const std::string id = "q\"b\\n\n\u00e9\U0001F600/%?#";
    std::string source = "{\"t\":";
    append_json_string(source, id);
    source += "}";
    BulkBody body;
    body.create(id, source);
    ASSERT_EQ(write(body).at(0).status, 201);
    EXPECT_THAT(get(mget(*client_, index_name, {id})), HasSubstr("\"found\":true"));
}

TEST_F(ElasticClient, reads_a_point_in_time_slice_by_slice) {
    write_documents(30);
    runtime_.run(refresh(*client_, index_name));
    std::string pit = get(open_point_in_time(*client_, index_name, 30));
    BulkBody late;
    late.create("late", "{}");
    static_cast<void>(write(late));
    runtime_.run(refresh(*client_, index_name));
    std::size_t found = 0;
    for (int slice = 0; slice < 2; ++slice) {
        PointInTimePage page;
        page.pit = pit;
        page.keep_alive_seconds = 30;
        page.size = 4;
        page.slice = slice;
        page.slices = 2;
        page.source = false;
        while (true) {
            const std::string text = get(point_in_time_page(*client_, page));
            EXPECT_THAT(text, Not(HasSubstr("late")));
            const std::size_t hits = occurrences(text, "\"_id\"");
            found += hits;
            if (hits == 0) break;
            const std::size_t sort = text.rfind("\"sort\":[");
            page.search_after = text.substr(sort + 7, text.find(']', sort) - sort - 6);
        }
    }
    EXPECT_EQ(found, 30U);
    runtime_.run(close_point_in_time(*client_, pit));
    runtime_.run(close_point_in_time(*client_, pit));
    PointInTimePage gone;
    gone.pit = pit;
    EXPECT_THROW(get(point_in_time_page(*client_, gone)), RequestError);
}

TEST_F(ElasticClient, makes_and_maps_an_index_once) {
    EXPECT_TRUE(get(exists(*client_, index_name)));
    EXPECT_FALSE(get(create_index(*client_, index_name, "{}")));
    runtime_.run(put_mapping(*client_, index_name, R"({"properties":{"m":{"type":"keyword"}}})"));
    EXPECT_THAT(get(mapping(*client_, index_name)), HasSubstr(R"("m":{"type":"keyword"})"));
    EXPECT_THAT(get(settings(*client_, index_name)), HasSubstr(R"("number_of_shards":"2")"));
    EXPECT_THROW(
        runtime_.run(put_mapping(*client_, index_name, R"({"properties":{"n":{"type":"text"}}})")),
        RequestError);
    runtime_.run(delete_index(*client_, index_name));
    runtime_.run(delete_index(*client_, index_name));
    EXPECT_FALSE(get(exists(*client_, index_name)));
}

TEST_F(ElasticClient, says_which_index_is_missing) {
    try {
        static_cast<void>(get(index_position(*client_, "duet_live_nobody")));
        FAIL() << "nothing was thrown";
    } catch (const RequestError& error) {
        EXPECT_EQ(error.type(), "index_not_found_exception");
        EXPECT_EQ(error.status(), 404);
    }
}

TEST_F(ElasticClient, patterns_are_no_index) {
    for (const char* name : {"*", "a,b", "_all", "", "-a"}) {
        EXPECT_THROW(runtime_.run(delete_index(*client_, name)), UsageError) << name;
    }
}

TEST_F(ElasticClient, a_bulk_into_a_blocked_index_fails_item_by_item) {
    const std::string path = std::string("/") + index_name + "/_settings";
    static_cast<void>(get(client_->request("PUT", path, R"({"index":{"blocks":{"write":true}}})")));
    BulkBody body;
    body.create("x", "{}");
    const auto items = write(body);
    EXPECT_EQ(items.at(0).status, 403);
    EXPECT_EQ(items.at(0).error_type, "cluster_block_exception");
}

TEST_F(ElasticClient, many_requests_side_by_side_share_the_connections) {
    write_documents(1);
    std::vector<Task<void>> tasks;
    std::vector<std::vector<std::string>> answers(100);
    const std::vector<std::string> ids = {"id0"};
    for (auto& answer : answers) {
        tasks.push_back(keep(mget(*client_, index_name, ids), answer));
    }
    runtime_.run(when_all(std::move(tasks)));
    for (const auto& answer : answers) EXPECT_THAT(answer.at(0), HasSubstr("\"found\":true"));
}

}  // namespace
}  // namespace duet::elastic
