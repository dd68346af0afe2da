// The daemon's life against real servers: what appears is served, a configuration is taken over, a
// stop is obeyed.

#include "app/service.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "elastic/index.hpp"
#include "live/support.hpp"

namespace duet::live {
namespace {

constexpr const char* keyspace = "duet_live_service";
constexpr const char* notes = "duet_live_service_notes";
constexpr std::chrono::milliseconds patience{30'000};

const std::string one = "11111111-1111-4111-8111-111111111111";
const std::string two = "22222222-2222-4222-8222-222222222222";

/// A configuration file that can be written anew.
class ConfigFile {
public:
    ConfigFile() {
        std::string name = (std::filesystem::temp_directory_path() / "duet-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
    }
    ~ConfigFile() { std::filesystem::remove_all(folder_); }
    ConfigFile(const ConfigFile&) = delete;
    ConfigFile& operator=(const ConfigFile&) = delete;

    void write(const std::string& tables,
               std::string url = server_address("DUET_ELASTICSEARCH")) const {
        write_text("period = \"100ms\"\n[cassandra]\nhosts = [\"" +
                   server_address("DUET_CASSANDRA") + "\"]\n[elasticsearch]\nurls = [\"" + url +
                   "\"]\n[state]\nkeyspace = \"" + notes + "\"\n[[pair]]\nkeyspace = \"" +
                   keyspace + "\"\ntables = " + tables + "\n");
    }
    void write_text(const std::string& text) const { std::ofstream(path()) << text; }
    [[nodiscard]] std::filesystem::path path() const { return folder_ / "duet.toml"; }

private:
    std::filesystem::path folder_;
};

/// Clients of the test's own, and the service under test.
struct World {
    ConfigFile file;
    SystemClock clock;
    std::unique_ptr<cql::Session> session = new_session();
    std::unique_ptr<elastic::Client> client;
    std::unique_ptr<app::Service> service;
    bool ended = false;

    World() {
        elastic::ClientOptions options;
        options.urls = {server_address("DUET_ELASTICSEARCH")};
        client = std::make_unique<elastic::Client>(std::move(options));
        file.write("[\"*\"]");
    }

    Task<void> clear() {
        std::string drop = std::string("DROP KEYSPACE IF EXISTS ") + keyspace;
        co_await session->query(std::move(drop));
        drop = std::string("DROP KEYSPACE IF EXISTS ") + notes;
        co_await session->query(std::move(drop));
        for (const char* table : {"a", "b"}) co_await elastic::delete_index(*client, index(table));
    }

    Task<void> make_keyspace() {
        std::string make =
            std::string("CREATE KEYSPACE ") + keyspace +
            " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}";
        co_await session->query(std::move(make));
    }

    static std::string index(const std::string& table) {
        return std::string(keyspace) + "." + table;
    }

    /// `$` stands for the keyspace.
    Task<cql::Rows> cql(std::string text) {
        for (std::size_t at = text.find('$'); at != std::string::npos; at = text.find('$')) {
            text.replace(at, 1, keyspace);
        }
        co_return co_await session->query(std::move(text));
    }

    Task<void> put(const std::string& table, const std::string& id, std::string document) {
        std::string path = "/" + index(table) + "/_doc/" + id;
        std::string method = "PUT";
        co_await client->request(std::move(method), std::move(path), std::move(document));
    }

    Task<std::string> document(const std::string& table, const std::string& id) {
        std::string path = "/" + index(table) + "/_doc/" + id;
        std::string method = "GET";
        std::string body;
        const auto reply = co_await client->request(std::move(method), std::move(path),
                                                    std::move(body), true, true);
        co_return reply.status == 404 ? "" : reply.body;
    }

    Task<void> serve() {
        co_await service->run();
        ended = true;
    }

    Task<void> start() {
        app::CommonOptions options;
        options.config = file.path();
        service = std::make_unique<app::Service>(app::load_settings(options), clock);
        std::string name = "service";
        co_await net::spawn_here(serve(), std::move(name));
    }

    Task<bool> wait_for_document(std::string table, std::string id, std::string text) {
        for (auto left = patience; left.count() > 0; left -= std::chrono::milliseconds(100)) {
            const std::string found = co_await document(table, id);
            if (found.find(text) != std::string::npos) co_return true;
            co_await sleep_for(std::chrono::milliseconds(100));
        }
        co_return false;
    }

    Task<bool> wait_for_row(std::string table, std::string id) {
        for (auto left = patience; left.count() > 0; left -= std::chrono::milliseconds(100)) {
            bool found = false;
            try {
                const cql::Rows rows =
                    co_await cql("SELECT id FROM $." + table + " WHERE id = " + id);
                found = rows.size() == 1;
            } catch (const cql::QueryError&) {  // the table is not there yet
            } catch (const Unavailable&) {      // or is being made: the server knows it by half
            }
            if (found) co_return true;
            co_await sleep_for(std::chrono::milliseconds(100));
        }
        co_return false;
    }

    Task<bool> wait_until(std::function<bool()> condition,
                          std::chrono::milliseconds limit = patience) {
        for (auto left = limit; left.count() > 0 && !condition();
             left -= std::chrono::milliseconds(20)) {
            co_await sleep_for(std::chrono::milliseconds(20));
        }
        co_return condition();
    }

    Task<bool> stop() {
        service->stop();
        std::function<bool()> has_ended = [this] { return ended; };
        co_return co_await wait_until(std::move(has_ended), std::chrono::milliseconds(5'000));
    }

    bool serves(const std::string& table) const {
        for (const sync::PairStatus& status : service->statuses()) {
            if (status.pair == index(table)) return true;
        }
        return false;
    }
};

using Story = Task<void> (*)(World&);

Task<void> tell_to(Story story) {
    World world;
    co_await world.session->connect();
    co_await world.clear();
    co_await world.make_keyspace();
    co_await story(world);
    EXPECT_TRUE(co_await world.stop()) << "a stopped service ends within five seconds";
    co_await world.clear();
}

void tell(Story story) { run(tell_to(story)); }

Task<void> new_table(World& world) {
    co_await world.start();
    co_await sleep_for(std::chrono::milliseconds(500));
    co_await world.cql("CREATE TABLE $.a (id uuid PRIMARY KEY, name text)");
    co_await world.cql("INSERT INTO $.a (id, name) VALUES (" + one + ", 'from a row')");
    EXPECT_TRUE(co_await world.wait_for_document("a", one, "from a row"));
}

TEST(Service, serves_a_table_that_appears_while_it_runs) { tell(new_table); }

Task<void> new_index(World& world) {
    co_await world.start();
    co_await sleep_for(std::chrono::milliseconds(500));
    co_await world.put("b", two, R"({"name": "from a document"})");
    EXPECT_TRUE(co_await world.wait_for_row("b", two));
}

TEST(Service, makes_a_table_for_an_index_that_appears_while_it_runs) { tell(new_index); }

Task<void> new_column(World& world) {
    co_await world.cql("CREATE TABLE $.a (id uuid PRIMARY KEY, name text)");
    co_await world.cql("INSERT INTO $.a (id, name) VALUES (" + one + ", 'first')");
    co_await world.start();
    EXPECT_TRUE(co_await world.wait_for_document("a", one, "first"));
    co_await world.cql("ALTER TABLE $.a ADD colour text");
    co_await world.cql("UPDATE $.a SET colour = 'crimson' WHERE id = " + one);
    EXPECT_TRUE(co_await world.wait_for_document("a", one, "crimson"));
    co_await world.put("a", two, R"({"name": "second", "size": 7})");
    EXPECT_TRUE(co_await world.wait_for_row("a", two));
    const cql::Rows rows = co_await world.cql("SELECT size FROM $.a WHERE id = " + two);
    EXPECT_TRUE(rows.cell(0, 0)) << "the new field is a new column";
}

TEST(Service, takes_over_new_columns_and_new_fields) { tell(new_column); }

Task<void> other_configuration(World& world) {
    co_await world.cql("CREATE TABLE $.a (id uuid PRIMARY KEY, name text)");
    co_await world.cql("CREATE TABLE $.b (id uuid PRIMARY KEY, name text)");
    co_await world.start();
    std::function<bool()> both = [&world] { return world.serves("a") && world.serves("b"); };
    EXPECT_TRUE(co_await world.wait_until(std::move(both)));
    world.file.write(R"(["*", "!b"])");
    world.service->reload();
    std::function<bool()> only_a = [&world] { return world.serves("a") && !world.serves("b"); };
    EXPECT_TRUE(co_await world.wait_until(std::move(only_a)));
}

TEST(Service, takes_over_a_changed_configuration) { tell(other_configuration); }

Task<void> bad_configuration(World& world) {
    co_await world.cql("CREATE TABLE $.a (id uuid PRIMARY KEY, name text)");
    co_await world.start();
    std::function<bool()> serves_a = [&world] { return world.serves("a"); };
    EXPECT_TRUE(co_await world.wait_until(std::move(serves_a)));
    world.file.write_text("period = 1\n");
    world.service->reload();
    co_await world.cql("INSERT INTO $.a (id, name) VALUES (" + one + ", 'as before')");
    EXPECT_TRUE(co_await world.wait_for_document("a", one, "as before"));
}

TEST(Service, keeps_its_configuration_when_the_new_one_has_a_mistake) { tell(bad_configuration); }

Task<void> address_that_is_none(World& world) {
    co_await world.cql("CREATE TABLE $.a (id uuid PRIMARY KEY, name text)");
    co_await world.start();
    std::function<bool()> serves_a = [&world] { return world.serves("a"); };
    EXPECT_TRUE(co_await world.wait_until(std::move(serves_a)));
    for (const char* url : {"http://elastic:pw@127.0.0.1:9200", "http://127.0.0.1:99999"}) {
        world.file.write(R"(["*"])", url);
        world.service->reload();
    }
    co_await world.cql("INSERT INTO $.a (id, name) VALUES (" + one + ", 'as before')");
    EXPECT_TRUE(co_await world.wait_for_document("a", one, "as before"));
}

TEST(Service, keeps_its_configuration_when_an_address_in_the_new_one_is_none) {
    tell(address_that_is_none);
}

Task<void> server_comes_later(World& world) {
    world.file.write(R"(["*"])", "http://127.0.0.1:9");  // where nobody listens
    co_await world.cql("CREATE TABLE $.a (id uuid PRIMARY KEY, name text)");
    co_await world.cql("INSERT INTO $.a (id, name) VALUES (" + one + ", 'waiting')");
    co_await world.start();
    co_await sleep_for(std::chrono::milliseconds(1'000));
    EXPECT_FALSE(world.ended);
    world.file.write(R"(["*"])");
    world.service->reload();
    EXPECT_TRUE(co_await world.wait_for_document("a", one, "waiting"));
}

TEST(Service, waits_for_a_server_that_is_not_there) { tell(server_comes_later); }

Task<void> stopped_while_waiting(World& world) {
    world.file.write(R"(["*"])", "http://127.0.0.1:9");
    co_await world.start();
    co_await sleep_for(std::chrono::milliseconds(500));  // the end of the story stops it
}

TEST(Service, can_be_stopped_while_it_waits_for_a_server) { tell(stopped_while_waiting); }

}  // namespace
}  // namespace duet::live
