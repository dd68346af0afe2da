#include "app/servers.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>
#include <random>
#include <utility>

#include "app/text.hpp"
#include "app/wiring.hpp"
#include "base/log.hpp"
#include "elastic/index.hpp"
#include "net/backoff.hpp"
#include "stores/cassandra/catalog.hpp"
#include "stores/cassandra/commit_log.hpp"
#include "stores/elasticsearch/catalog.hpp"

namespace duet::app {

namespace {

constexpr const char* ddl_lease = "duet.ddl";
constexpr std::chrono::milliseconds first_try{200};
constexpr std::chrono::milliseconds slowest_try{5'000};
constexpr std::chrono::microseconds edition_lasts{1'000'000};
constexpr std::chrono::milliseconds stop_slice{100};  // the longest wait for a request to stop

/// Machine, process and a number of chance: a container that starts anew often has the process id
/// of its last life.
std::string lease_owner() {
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
    return fmt::format("{}:{}:{:08x}", host.data(), ::getpid(), std::random_device{}());
}

}  // namespace

Servers::Servers(const Config& config, const Clock& clock)
    : config_(config),
      clock_(clock),
      session_(session_options(config.cassandra)),
      client_(client_options(config.elasticsearch)),
      positions_(client_, clock),
      state_(session_, clock, state_options(config.state)),
      owner_(lease_owner()),
      edition_([this] { return ask_edition(); }, clock, edition_lasts) {}

Task<void> Servers::connect_to_cassandra() { co_await session_.connect(); }

Task<void> Servers::connect_to_elasticsearch() {
    const std::string version = co_await client_.version();
    log::info("connected to Elasticsearch", {{"version", version}});
}

Task<void> Servers::connect(Side side) {
    if (side != Side::elasticsearch) co_await connect_to_cassandra();
    if (side != Side::cassandra) co_await connect_to_elasticsearch();
}

Task<void> Servers::wait_for(bool cassandra, const bool& stopping) {
    net::Backoff backoff(first_try, slowest_try, std::random_device{}());
    std::string told;
    while (!stopping) {
        std::string reason;
        try {
            if (cassandra) {
                co_await connect_to_cassandra();
            } else {
                co_await connect_to_elasticsearch();
            }
            co_return;
        } catch (const Unavailable& error) {
            reason = error.what();
        }
        if (reason != told) {
            log::warning(cassandra ? "waiting for Cassandra" : "waiting for Elasticsearch",
                         {{"servers", joined(cassandra ? config_.cassandra.hosts
                                                       : config_.elasticsearch.urls)},
                          {"reason", reason}});
            told = reason;
        }
        auto left = backoff.next();
        for (; left.count() > 0 && !stopping; left -= stop_slice) {
            co_await sleep_for(std::min(left, stop_slice));
        }
    }
}

Task<void> Servers::connect_patiently(const bool& stopping) {
    co_await wait_for(true, stopping);
    co_await wait_for(false, stopping);
}

Task<void> Servers::open_journal() {
    journal_.reset();
    journal_problem_.clear();
    if (config_.cassandra.cdc_directory.empty()) co_return;
    if (config_.journal == JournalUse::no) {
        journal_problem_ = "journal = \"no\"";
        co_return;
    }
    cassandra::CommitLogSettings settings;
    try {
        if (config_.journal == JournalUse::automatic) {
            journal_problem_ = co_await cassandra::reason_against_journal(session_);
        }
        settings = co_await cassandra::commit_log_settings(session_);
    } catch (const Error& error) {
        // Asked for in so many words, it does without what the settings say.
        if (config_.journal == JournalUse::automatic) journal_problem_ = error.what();
    }
    if (!journal_problem_.empty()) co_return;
    journal::JournalOptions options;
    options.folder = config_.cassandra.cdc_directory;
    options.owner = config_.journal_owner;
    options.space_limit = settings.total_space;
    options.blocks_writes = settings.blocks_writes;
    options.direct = settings.direct;
    options.sync_every = std::move(settings.sync_every);
    journal_ = std::make_unique<journal::Journal>(std::move(options));
}

Task<Inventory> Servers::inventory() {
    Inventory inventory;
    std::string state_keyspace = config_.state.keyspace;
    inventory.keyspaces = co_await cassandra::list_keyspaces(session_, state_keyspace);
    const auto tables = co_await cassandra::list_tables(session_, state_keyspace);
    for (const cassandra::TableInfo& table : tables) {
        inventory.tables.push_back(
            {table.keyspace, table.table, table.reason, table.notes, table.counters});
    }
    const auto views = co_await cassandra::list_views(session_, state_keyspace);
    for (const cassandra::ViewInfo& view : views)
        inventory.views.push_back({view.keyspace, view.view, view.table});
    const auto indices = co_await elasticsearch::list_indices(client_);
    for (const auto& index : indices)
        inventory.indices.push_back({index.name, index.problem.value_or(""), index.stands_for});
    co_return inventory;
}

Task<std::string> Servers::ask_edition() {
    const std::string tables = co_await cassandra::schema_version(session_);
    const std::string mappings = co_await elastic::state_version(client_);
    co_return tables + " " + mappings;
}

Task<void> Servers::take_ddl_lease() {
    while (ddl_busy_) co_await sleep_for(stop_slice);  // another pair of this process
    ddl_busy_ = true;
    bool held = false;
    std::exception_ptr failure;
    try {
        held = co_await state_.acquire_lease(ddl_lease, owner_, ddl_lease_time);
    } catch (...) {
        failure = std::current_exception();
    }
    if (held) co_return;
    ddl_busy_ = false;
    if (failure) std::rethrow_exception(failure);
    throw LeaseHeld("another Duet is changing tables or mappings: waiting for it");
}

Task<void> Servers::give_ddl_lease_back() {
    ddl_busy_ = false;
    co_await state_.release_lease(ddl_lease, owner_);
}

Task<void> Servers::with_ddl_lease(std::function<Task<void>()> work) {
    co_await take_ddl_lease();
    std::exception_ptr failure;
    try {
        co_await work();
    } catch (...) {
        failure = std::current_exception();
    }
    co_await give_ddl_lease_back();
    if (failure) std::rethrow_exception(failure);
}

}  // namespace duet::app
