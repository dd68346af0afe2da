#include "copies.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <thread>
#include <utility>

#include "base/error.hpp"
#include "elastic/index.hpp"
#include "net/runtime.hpp"
#include "process.hpp"
#include "stores/cassandra/statements.hpp"
#include "writers.hpp"

namespace duet::bench {
namespace {

namespace json = boost::json;

constexpr std::uint64_t seed = 4'711;
constexpr int bulk_lanes = 2;
constexpr std::chrono::seconds rest{3};  // between two runs: merges, flushes and drops end
constexpr std::int64_t count_segments = 64;

const std::string filled_keyspace = "duet_bench_filled";  // its table is there before the copy
const std::string made_keyspace = "duet_bench_made";      // its table is made by the copy
const std::string bare_keyspace = "duet_bench_bare";
const TableOptions stamped{.stamped = true};
const TableOptions unstamped;
const std::string table = "records";
const std::string filled_index = filled_keyspace + "." + table;
const std::string made_index = made_keyspace + "." + table;
const std::string bare_index = bare_keyspace + "." + table;

std::string table_of(const std::string& keyspace) { return cassandra::table_name(keyspace, table); }

/// What `PUT /<index>` needs to make the same index again.
std::string creation_body(const std::string& description) {
    const json::value answer = json::parse(description);
    json::object index = answer.as_object().begin()->value().as_object();
    json::object settings = index.at("settings").as_object().at("index").as_object();
    for (const char* given : {"uuid", "provided_name", "creation_date", "version"})
        settings.erase(given);
    json::object body;
    body["settings"] = json::object{{"index", std::move(settings)}};
    body["mappings"] = index.at("mappings");
    return json::serialize(body);
}

}  // namespace

Copies::Copies(const Setting& setting, CopyOptions options)
    : setting_(setting),
      options_(options),
      records_(make_records(options_.records, seed)),
      bodies_(make_bodies(records_)) {
    run(&Copies::drop_all);
}

void Copies::clean() { run(&Copies::drop_all); }

Figure Copies::to_elasticsearch() {
    Figure figure{"first copy, Cassandra to Elasticsearch", "_bulk, nothing else", 0.95,
                  records_.size(), 3.0};
    run(&Copies::fill_table);
    for (int i = 1 - options_.warm_up; i <= options_.repeat; ++i) {
        run(&Copies::forget_index);
        pause();
        const Run program = run_duet(filled_keyspace);
        run(&Copies::check_index);
        if (index_body_.empty()) run(&Copies::copy_mapping);
        pause();
        const Run yardstick = run_yardstick(&Copies::bare_documents);
        if (i <= 0) continue;  // the servers' compilers have warmed up
        figure.program.push_back(program);
        figure.yardstick.push_back(yardstick);
    }
    return figure;
}

Figure Copies::to_cassandra() {
    Figure figure{"first copy, Elasticsearch to Cassandra",
                  "single prepared inserts, 256 in flight", 1.8, records_.size(), 8.0};
    run(&Copies::fill_index);
    for (int i = 1 - options_.warm_up; i <= options_.repeat; ++i) {
        run(&Copies::forget_table);
        pause();
        const Run program = run_duet(made_keyspace);
        run(&Copies::check_table);
        pause();
        const Run yardstick = run_yardstick(&Copies::bare_rows);
        if (i <= 0) continue;
        figure.program.push_back(program);
        figure.yardstick.push_back(yardstick);
    }
    return figure;
}

Figure Copies::verify(bool deep) {
    Figure figure{deep ? "verify --deep" : "verify", "equal records", deep ? 30'000.0 : 80'000.0,
                  records_.size()};
    if (index_body_.empty()) {
        run(&Copies::fill_table);
        static_cast<void>(run_duet(filled_keyspace));
        run(&Copies::copy_mapping);
    }
    std::vector<std::string> command{"verify"};
    if (deep) command.emplace_back("--deep");
    for (int i = 1 - options_.warm_up; i <= options_.repeat; ++i) {
        pause();
        const Run program = run_duet(filled_keyspace, command);
        if (i > 0) figure.program.push_back(program);
    }
    return figure;
}

void Copies::run(Phase phase) {
    net::Runtime runtime;
    Clients clients(setting_);
    runtime.run((this->*phase)(clients));
}

Run Copies::run_yardstick(Phase phase) {
    const double before = setting_.servers_cpu();
    run(phase);
    Run result;
    result.seconds = yardstick_seconds_;
    result.servers_cpu_seconds = setting_.servers_cpu() - before;
    return result;
}

Run Copies::run_duet(const std::string& keyspace, const std::vector<std::string>& command) {
    const std::filesystem::path config = write_configuration(setting_, keyspace);
    const std::filesystem::path output = setting_.folder / "output";
    const double before = setting_.servers_cpu();
    std::vector<std::string> words{setting_.program};
    words.insert(words.end(), command.begin(), command.end());
    words.insert(words.end(), {"--config", config});
    const Finished finished = run_program(words, output);
    if (finished.exit_code != 0) {
        throw Error(fmt::format("duet {} ended with {}:\n{}", command.front(), finished.exit_code,
                                read_file(output)));
    }
    Run result;
    result.seconds = finished.seconds;
    result.cpu_seconds = finished.cpu_seconds;
    result.servers_cpu_seconds = setting_.servers_cpu() - before;
    result.resident_mebibytes = finished.resident_mebibytes;
    return result;
}

void Copies::pause() const { std::this_thread::sleep_for(rest); }

void Copies::check_count(std::uint64_t found, const std::string& where) const {
    if (found != records_.size()) {
        throw Error(fmt::format("{} has {} records after the copy instead of {}", where, found,
                                records_.size()));
    }
}

Task<void> Copies::drop_all(Clients& clients) {
    for (const std::string& keyspace :
         {filled_keyspace, made_keyspace, bare_keyspace, notes_keyspace}) {
        co_await drop_keyspace(clients.session, keyspace);
    }
    for (const std::string& index : {filled_index, made_index, bare_index})
        co_await elastic::delete_index(clients.client, index);
}

Task<void> Copies::fill_table(Clients& clients) {
    co_await make_table(clients.session, filled_keyspace, table, unstamped);
    std::string name = table_of(filled_keyspace);
    co_await write_rows(clients.session, std::move(name), records_, false);
}

Task<void> Copies::fill_index(Clients& clients) {
    std::string body = index_body_;
    static_cast<void>(co_await elastic::create_index(clients.client, made_index, std::move(body)));
    co_await write_documents(clients.client, made_index, bodies_, bulk_lanes);
    co_await elastic::refresh(clients.client, made_index);
    co_await make_keyspace(clients.session, made_keyspace);  // the table is Duet's to make
}

Task<void> Copies::forget_notes(Clients& clients) {
    std::string query = fmt::format(
        "SELECT table_name FROM system_schema.tables WHERE keyspace_name = '{}'", notes_keyspace);
    const cql::Rows rows = co_await clients.session.query(std::move(query));
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const auto name = rows.cell(row, 0);
        if (!name) continue;
        std::string truncate = "TRUNCATE " + cassandra::table_name(notes_keyspace, as_text(*name));
        co_await clients.session.query(std::move(truncate));
    }
}

Task<void> Copies::forget_index(Clients& clients) {
    co_await forget_notes(clients);
    co_await elastic::delete_index(clients.client, filled_index);
}

Task<void> Copies::forget_table(Clients& clients) {
    co_await forget_notes(clients);
    std::string drop = "DROP TABLE IF EXISTS " + table_of(made_keyspace);
    co_await clients.session.query(std::move(drop));
}

Task<void> Copies::check_index(Clients& clients) {
    co_await elastic::refresh(clients.client, filled_index);
    const std::uint64_t found = co_await elastic::count(clients.client, filled_index);
    check_count(found, "index " + filled_index);
}

Task<void> Copies::check_table(Clients& clients) {
    std::uint64_t found = 0;
    std::int64_t after = INT64_MIN;
    constexpr std::int64_t width = INT64_MAX / (count_segments / 2);
    for (std::int64_t i = 1; i <= count_segments; ++i) {
        const std::int64_t upto = i == count_segments ? INT64_MAX : after + width;
        std::string count =
            fmt::format("SELECT count(*) FROM {} WHERE token(id) > {} AND token(id) <= {}",
                        table_of(made_keyspace), after, upto);
        const cql::Rows rows = co_await clients.session.query(std::move(count));
        found += load_big<std::uint64_t>(rows.cell(0, 0)->data());
        after = upto;
    }
    check_count(found, "table " + table_of(made_keyspace));
}

Task<void> Copies::copy_mapping(Clients& clients) {
    const elastic::Client::Reply reply = co_await clients.client.request("GET", "/" + filled_index);
    index_body_ = creation_body(reply.body);
}

Task<void> Copies::bare_documents(Clients& clients) {
    co_await elastic::delete_index(clients.client, bare_index);
    std::string body = index_body_;
    static_cast<void>(co_await elastic::create_index(clients.client, bare_index, std::move(body)));
    co_await sleep_for(rest);
    const auto began = std::chrono::steady_clock::now();
    co_await write_documents(clients.client, bare_index, bodies_, bulk_lanes);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    yardstick_seconds_ = took.count();
    co_await elastic::delete_index(clients.client, bare_index);
}

Task<void> Copies::bare_rows(Clients& clients) {
    co_await make_table(clients.session, bare_keyspace, table, stamped);
    co_await sleep_for(rest);
    std::string name = table_of(bare_keyspace);
    const auto began = std::chrono::steady_clock::now();
    co_await write_rows(clients.session, std::move(name), records_, true);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    yardstick_seconds_ = took.count();
    std::string drop = "DROP TABLE " + table_of(bare_keyspace);
    co_await clients.session.query(std::move(drop));
}

}  // namespace duet::bench
