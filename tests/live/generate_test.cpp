// `duet generate` against the real stores: what its seed says is what stands there afterwards.

#include "app/generate/generate.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>
#include <set>

#include "app/generate/record_generator.hpp"
#include "elastic/index.hpp"
#include "live/support.hpp"
#include "model/record.hpp"
#include "stores/cassandra/codec.hpp"

namespace duet::live {
namespace {

constexpr const char* keyspace = "duet_live_generate";

app::GenerateOptions options_of(std::uint64_t count) {
    app::GenerateOptions options;
    options.keyspace = keyspace;
    options.count = count;
    options.rate = 0;
    options.seed = 77;
    return options;
}

std::string index_of(const app::DataSet& set) {
    return std::string(keyspace) + "." + std::string(set.name);
}

bool never() { return false; }
void say_nothing(const std::string&) {}

struct World {
    std::unique_ptr<cql::Session> session = new_session();
    std::unique_ptr<elastic::Client> client;
    SystemClock clock;

    World() {
        elastic::ClientOptions options;
        options.urls = {server_address("DUET_ELASTICSEARCH")};
        client = std::make_unique<elastic::Client>(std::move(options));
    }

    Task<void> clear() {
        std::string drop = std::string("DROP KEYSPACE IF EXISTS ") + keyspace;
        co_await session->query(std::move(drop));
        for (const app::DataSet& set : app::data_sets()) {
            co_await elastic::delete_index(*client, index_of(set));
        }
    }

    Task<void> generate_until(app::GenerateOptions options, std::function<bool()> stopping) {
        std::function<void(const std::string&)> report = say_nothing;
        co_await app::run_generate(std::move(options), session.get(), client.get(), clock,
                                   std::move(stopping), std::move(report));
    }

    Task<void> generate(app::GenerateOptions options) {
        std::function<bool()> stopping = never;
        co_await generate_until(std::move(options), std::move(stopping));
    }

    Task<std::uint64_t> documents() {
        std::uint64_t all = 0;
        for (const app::DataSet& set : app::data_sets()) {
            co_await elastic::refresh(*client, index_of(set));
            all += co_await elastic::count(*client, index_of(set));
        }
        co_return all;
    }

    Task<std::uint64_t> rows() {
        std::uint64_t all = 0;
        for (const app::DataSet& set : app::data_sets()) {
            std::string cql =
                std::string("SELECT id FROM ") + keyspace + "." + std::string(set.name);
            const cql::Rows rows = co_await session->query(std::move(cql));
            all += rows.size();
        }
        co_return all;
    }
};

using Story = Task<void> (*)(World&);

/// The world is the coroutine's own: its connections must end before the loop that runs them.
Task<void> tell_to(Story story) {
    World world;
    co_await world.session->connect();
    co_await world.clear();
    co_await story(world);
    co_await world.clear();
}

void tell(Story story) { run(tell_to(story)); }

/// What a seed leaves on one side: for each id the values that were written last.
std::map<Id, std::vector<app::NamedValue>> expected(std::uint64_t count, app::Side side,
                                                    const app::DataSet& set, std::int64_t now) {
    app::GeneratorOptions options;
    options.seed = options_of(count).seed;
    options.update_share = options_of(count).update_share;
    app::RecordGenerator generator(std::move(options));
    std::map<Id, std::vector<app::NamedValue>> records;
    for (std::uint64_t i = 0; i < count; ++i) {
        const app::GeneratedRecord record = generator.next(now + static_cast<std::int64_t>(i));
        if (record.side != side || record.set != &set) continue;
        auto& values = records[record.id];
        if (values.empty()) values = record.values;
        for (std::size_t j = 0; j < values.size(); ++j) {
            if (record.values[j].changed) values[j] = record.values[j];
        }
    }
    return records;
}

/// Values that follow from the seed alone, not from the clock.
bool is_timeless(const Column& column) {
    return column.type.kind != Kind::timestamp && column.type.kind != Kind::date &&
           column.type.kind != Kind::timeuuid;
}

Task<void> compare_rows(World& world, const app::DataSet& set, std::uint64_t count) {
    auto wanted = expected(count, app::Side::cassandra, set, world.clock.now());
    std::string names = "id, updated_at";
    for (const Column& column : set.columns) names += ", \"" + column.name + "\"";
    std::string cql = "SELECT " + names + " FROM " + keyspace + "." + std::string(set.name);
    const cql::Rows rows = co_await world.session->query(std::move(cql));
    EXPECT_EQ(rows.size(), wanted.size()) << set.name;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Uuid id;
        const ByteView key = *rows.cell(i, 0);
        std::copy(key.begin(), key.end(), id.bytes.begin());
        EXPECT_TRUE(rows.cell(i, 1)) << "no updated_at";
        for (const app::NamedValue& named : wanted[id]) {
            const auto place = static_cast<std::size_t>(named.column - set.columns.data());
            const auto cell = rows.cell(i, place + 2);
            const Type& type = named.column->type;
            const Value value = cell ? cassandra::decode(*cell, type) : Value();
            EXPECT_TRUE(!is_timeless(*named.column) || same_value(value, named.value, type))
                << set.name << "." << named.column->name << " of " << id.to_string();
        }
    }
}

Task<void> compare_ids_of_documents(World& world, const app::DataSet& set, std::uint64_t count) {
    co_await elastic::refresh(*world.client, index_of(set));
    std::string path = "/" + index_of(set) + "/_search?size=10000&_source=false";
    const elastic::Client::Reply reply = co_await world.client->request("GET", std::move(path));
    const boost::json::value answer = boost::json::parse(reply.body);
    std::set<std::string> ids;
    for (const auto& hit : answer.at("hits").at("hits").as_array()) {
        ids.emplace(hit.at("_id").as_string());
    }
    std::set<std::string> wanted;
    for (const auto& [id, values] :
         expected(count, app::Side::elasticsearch, set, world.clock.now())) {
        wanted.insert(id.to_string());
    }
    EXPECT_EQ(ids, wanted) << set.name;
}

Task<void> rows_story(World& world) {
    app::GenerateOptions options = options_of(600);
    co_await world.generate(std::move(options));
    for (const app::DataSet& set : app::data_sets()) co_await compare_rows(world, set, 600);
}

TEST(Generate, leaves_the_rows_that_its_seed_says) { tell(rows_story); }

Task<void> documents_story(World& world) {
    app::GenerateOptions options = options_of(600);
    co_await world.generate(std::move(options));
    for (const app::DataSet& set : app::data_sets()) {
        co_await compare_ids_of_documents(world, set, 600);
    }
}

TEST(Generate, leaves_the_documents_that_its_seed_says) { tell(documents_story); }

Task<void> again_story(World& world) {
    app::GenerateOptions options = options_of(300);
    co_await world.generate(std::move(options));
    const std::uint64_t rows = co_await world.rows();
    const std::uint64_t documents = co_await world.documents();
    app::GenerateOptions again = options_of(300);
    co_await world.generate(std::move(again));
    EXPECT_EQ(co_await world.rows(), rows);
    EXPECT_EQ(co_await world.documents(), documents);
}

TEST(Generate, the_same_seed_again_makes_no_new_records) { tell(again_story); }

/// Says stop when it was asked so often, and remembers when it was asked first.
struct StopAfter {
    const Clock& clock;
    int questions;
    std::int64_t first_asked = 0;

    bool asked() {
        if (first_asked == 0) first_asked = clock.now();
        return --questions < 0;
    }
};

Task<void> stop_story(World& world) {
    app::GenerateOptions options = options_of(0);
    options.rate = 50;
    options.update_share = 0;
    StopAfter stop{world.clock, 40};
    std::function<bool()> stopping = [&stop] { return stop.asked(); };
    co_await world.generate_until(std::move(options), std::move(stopping));
    const double seconds = static_cast<double>(world.clock.now() - stop.first_asked) / 1e6;
    const std::uint64_t rows = co_await world.rows();
    const std::uint64_t written = rows + co_await world.documents();
    EXPECT_GT(written, 0U);
    EXPECT_LE(static_cast<double>(written), 50 * seconds + 1);
}

TEST(Generate, keeps_its_pace_and_stops_when_it_is_told) { tell(stop_story); }

Task<void> one_side_story(World& world) {
    app::GenerateOptions options = options_of(100);
    options.side = "elasticsearch";
    options.tables = {"logs"};
    options.update_share = 0;
    co_await world.generate(std::move(options));
    co_await elastic::refresh(*world.client, std::string(keyspace) + ".logs");
    EXPECT_EQ(co_await elastic::count(*world.client, std::string(keyspace) + ".logs"), 100U);
    EXPECT_FALSE(co_await elastic::exists(*world.client, std::string(keyspace) + ".products"));
    std::string cql = "SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = '" +
                      std::string(keyspace) + "'";
    const cql::Rows rows = co_await world.session->query(std::move(cql));
    EXPECT_EQ(rows.size(), 0U);
}

TEST(Generate, touches_only_the_side_and_the_tables_it_was_told) { tell(one_side_story); }

}  // namespace
}  // namespace duet::live
