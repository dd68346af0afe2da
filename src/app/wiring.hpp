#pragma once
// The only place that makes clients, stores and pairs out of a configuration.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/agreement.hpp"
#include "app/discovery.hpp"
#include "app/shared_answer.hpp"
#include "app/vanished.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "cql/session.hpp"
#include "elastic/client.hpp"
#include "stores/cassandra/state.hpp"
#include "stores/cassandra/table.hpp"
#include "stores/elasticsearch/index.hpp"
#include "sync/pair.hpp"

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
    /// Tables and mappings are changed by one pair of one instance at a time. Throws LeaseHeld
    /// while another instance has the lease.
    [[nodiscard]] Task<void> take_ddl_lease();
    [[nodiscard]] Task<void> give_ddl_lease_back();

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
};

/// A pair with the stores that it works on.
class LivePair {
public:
    /// The servers outlive it.
    LivePair(Servers& servers, PairPlan plan);
    LivePair(const LivePair&) = delete;
    LivePair& operator=(const LivePair&) = delete;

    [[nodiscard]] const PairPlan& plan() const { return plan_; }
    [[nodiscard]] const std::string& name() const { return plan_.name; }
    [[nodiscard]] sync::Pair& pair() { return pair_; }
    [[nodiscard]] CassandraTable& rows() { return rows_; }
    [[nodiscard]] ElasticIndex& documents() { return documents_; }
    [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }
    /// Why the journal does not serve the table though cdc_directory is set; empty: it does.
    [[nodiscard]] std::string missing_journal() const;

    /// What both sides would agree on; changes nothing on the servers, but tells both stores.
    [[nodiscard]] Task<Agreement> look();
    /// Makes both sides what they agree on, under the lease for that; what a Pair is given to call.
    [[nodiscard]] Task<Schema> agree();
    /// For a Verifier: after look(), what reads both sides in the columns of `agreed`.
    [[nodiscard]] std::unique_ptr<sync::Context> reading(const Agreement& agreed);

private:
    Servers& servers_;
    PairPlan plan_;
    CassandraTable rows_;
    ElasticIndex documents_;
    sync::Pair pair_;
    std::vector<std::string> notes_;
    Vanished vanished_;

    std::vector<std::string> still_missing_;
    bool index_refused_ = false;

    struct Described {
        Schema table;
        Schema index;
        TableLimits limits;
    };
    [[nodiscard]] Task<Described> describe();
    [[nodiscard]] Agreement agreement_of(const Described& described);
    [[nodiscard]] Task<void> make_what_is_missing();
    /// False: there was none to be made.
    [[nodiscard]] Task<bool> make_index();
    /// Both stores, without changing anything on the servers.
    [[nodiscard]] Task<void> tell(const Schema& schema);
    [[nodiscard]] Task<void> provision();
};

[[nodiscard]] sync::PairSettings pair_settings(const Config& config, const PairPlan& plan);

}  // namespace duet::app
