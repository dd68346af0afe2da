#pragma once
// Both servers as a configuration names them: connections, what there is on them, and who may
// change it.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "app/config.hpp"
#include "app/discovery.hpp"
#include "app/shared_answer.hpp"
#include "base/error.hpp"
#include "base/task.hpp"
#include "base/time.hpp"
#include "cql/session.hpp"
#include "elastic/client.hpp"
#include "elastic/position_board.hpp"
#include "journal/journal.hpp"
#include "stores/cassandra/state.hpp"

namespace duet::app {

/// Another instance may change tables and mappings. It ends by itself after ddl_lease_time, even if
/// whoever had it was killed.
class LeaseHeld : public Unavailable {
public:
    using Unavailable::Unavailable;
};

constexpr std::chrono::seconds ddl_lease_time{60};

/// Both servers and Duet's notes, as configured. Rule: connect() before anything else.
class Servers {
public:
    /// The clock outlives it.
    Servers(const Config& config, const Clock& clock);

    enum class Side : std::uint8_t { both, cassandra, elasticsearch };
    /// Throws Unavailable or Misconfigured, naming the server and its addresses.
    [[nodiscard]] Task<void> connect(Side side = Side::both);
    /// Says which server it waits for and why, once and whenever the reason changes; ends when both
    /// are there, or `stopping` is. Throws Misconfigured.
    [[nodiscard]] Task<void> connect_patiently(const bool& stopping);
    [[nodiscard]] Task<Inventory> inventory();
    /// A text that is another one once a table, a type, an index, a mapping or a setting has
    /// changed. Asked for at most once a second, however many pairs there are.
    [[nodiscard]] Task<std::string> edition() { return edition_.get(); }

    [[nodiscard]] const Config& config() const { return config_; }
    [[nodiscard]] const Clock& clock() const { return clock_; }
    [[nodiscard]] cql::Session& session() { return session_; }
    [[nodiscard]] elastic::Client& client() { return client_; }
    [[nodiscard]] elastic::PositionBoard& positions() { return positions_; }
    [[nodiscard]] CassandraState& state() { return state_; }
    /// Before the first LivePair, for what follows or shows feeds. Never fails: there may be none.
    [[nodiscard]] Task<void> open_journal();
    /// nullptr: none is read.
    [[nodiscard]] journal::Journal* journal() { return journal_.get(); }
    /// Why none is read though cdc_directory is set; empty: one is.
    [[nodiscard]] const std::string& journal_problem() const { return journal_problem_; }
    /// Does `work` while no other pair of any instance changes tables or mappings. Throws LeaseHeld
    /// while another instance has the lease, else what `work` throws.
    [[nodiscard]] Task<void> with_ddl_lease(std::function<Task<void>()> work);

private:
    Config config_;
    const Clock& clock_;
    cql::Session session_;
    elastic::Client client_;
    elastic::PositionBoard positions_;
    CassandraState state_;
    std::unique_ptr<journal::Journal> journal_;
    std::string journal_problem_;
    std::string owner_;  // of leases
    bool ddl_busy_ = false;
    SharedAnswer edition_;

    [[nodiscard]] Task<std::string> ask_edition();
    [[nodiscard]] Task<void> connect_to_cassandra();
    [[nodiscard]] Task<void> connect_to_elasticsearch();
    [[nodiscard]] Task<void> wait_for(bool cassandra, const bool& stopping);
    [[nodiscard]] Task<void> take_ddl_lease();
    [[nodiscard]] Task<void> give_ddl_lease_back();
};

}  // namespace duet::app
