#pragma once
// An index of a real Elasticsearch for the tests of stores/elasticsearch.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "elastic/client.hpp"
#include "elastic/index.hpp"
#include "live/support.hpp"
#include "stores/elasticsearch/index.hpp"

namespace duet::live {

constexpr const char* index_name = "duet_live_index";
constexpr const char* other_index = "duet_live_index_other";

/// One story's index, gone before and after it.
struct ElasticWorld {
    std::unique_ptr<elastic::Client> client;
    SystemClock clock;
    std::unique_ptr<ElasticIndex> index;
    std::uint64_t last_id = 0;

    ElasticWorld() {
        elastic::ClientOptions options;
        options.urls = {server_address("DUET_ELASTICSEARCH")};
        client = std::make_unique<elastic::Client>(std::move(options));
        IndexOptions names;
        names.index = index_name;
        index = std::make_unique<ElasticIndex>(*client, clock, names);
    }

    Task<void> clean() {
        for (const char* name : {index_name, other_index})
            co_await elastic::delete_index(*client, name);
    }

    Task<std::string> ask(std::string method, std::string path, std::string body = {}) {
        elastic::Client::Reply reply =
            co_await client->request(std::move(method), std::move(path), std::move(body));
        co_return std::move(reply.body);
    }
    Task<void> make(std::string body) {
        const std::string path = std::string("/") + index_name;
        static_cast<void>(co_await ask("PUT", path, std::move(body)));
    }
    Task<void> put(std::string id, std::string source, std::string query = "") {
        const std::string path = std::string("/") + index_name + "/_doc/" + id + query;
        static_cast<void>(co_await ask("PUT", path, std::move(source)));
    }
    Task<std::string> source(Id id) {
        const std::string path = std::string("/") + index_name + "/_source/" + id.to_string();
        co_return co_await ask("GET", path);
    }
    /// Agrees on what the index itself describes.
    Task<Schema> open() {
        Schema schema = co_await index->describe();
        co_await index->provision(schema, true);
        co_return schema;
    }
    Id new_id() {
        ++last_id;
        return Uuid::version4(0x9E37'79B9'7F4A'7C15U * last_id, 0xD6E8'FEB8'6659'FD93U * last_id);
    }
};

inline Type of(Kind kind, std::vector<Type> elements = {}) {
    Type type;
    type.kind = kind;
    type.elements = std::move(elements);
    return type;
}

inline Schema two_columns() {
    Schema schema;
    schema.name = index_name;
    schema.columns = {{"name", of(Kind::text)}, {"amount", of(Kind::int_)}};
    return schema;
}

inline Content content_of(std::string name, std::int64_t amount) {
    Content content;
    content.values = {Value(std::move(name)), Value(amount)};
    return content;
}

inline Write write_of(const Id& id, const Content& content, std::int64_t version,
                      const Guard& guard = {}) {
    Write write;
    write.id = id;
    write.content = &content;
    write.version = Version{version};
    write.guard = guard;
    return write;
}

constexpr std::int64_t noon = 1'795'176'000'000'000;

inline Task<Outcome> apply_one(ElasticWorld& world, Id id, Content content, std::int64_t version,
                               Guard guard) {
    const std::vector<Write> writes{write_of(id, content, version, guard)};
    const std::vector<Outcome> outcomes = co_await world.index->apply(writes);
    co_return outcomes.front();
}

/// Of a document that is not there: writing with it creates.
inline const Guard unseen;

inline Task<State> look_at(ElasticWorld& world, Id id) {
    const std::vector<Id> ids{id};
    const std::vector<State> states = co_await world.index->look(ids);
    co_return states.front();
}

/// Everything from `since` on, page by page; the latest state of each id.
inline Task<std::map<Id, State>> read_all(ElasticWorld& world, Cursor since, std::size_t limit) {
    std::map<Id, State> found;
    const Cursor upto = co_await world.index->position();
    for (bool more = true; more;) {
        ChangeBatch batch = co_await world.index->changes(since, upto, limit, true);
        EXPECT_LE(batch.changes.size(), limit);
        for (Change& change : batch.changes) found[change.id] = std::move(*change.document);
        more = !batch.caught_up;
        since = std::move(batch.next);
    }
    EXPECT_EQ(since.shards, upto.shards);
    co_return found;
}

inline Task<Cursor> nothing_yet(ElasticWorld& world) {
    Cursor cursor = co_await world.index->position();
    std::fill(cursor.shards.begin(), cursor.shards.end(), -1);
    co_return cursor;
}

using Story = Task<void> (*)(ElasticWorld&);

inline Task<void> tell(Story story) {
    ElasticWorld world;
    co_await world.clean();
    co_await story(world);
    co_await world.clean();
}

/// A test whose body is a coroutine with a `world`. Use EXPECT_...: ASSERT_... would return from
/// it.
#define INDEX_STORY(name)                                         \
    static Task<void> elastic_index_##name(ElasticWorld& world);  \
    TEST(ElasticIndex, name) { run(tell(elastic_index_##name)); } \
    static Task<void> elastic_index_##name([[maybe_unused]] ElasticWorld& world)

}  // namespace duet::live
