#pragma once
// A pair as it is served: its two stores, and what makes both sides what they agree on.

#include <memory>
#include <string>
#include <vector>

#include "app/agreement.hpp"
#include "app/discovery.hpp"
#include "app/servers.hpp"
#include "app/vanished.hpp"
#include "stores/cassandra/table.hpp"
#include "stores/elasticsearch/index.hpp"
#include "sync/pair.hpp"

namespace duet::app {

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
    std::vector<std::string> asked_for_;      // what the servers were last told to add
    std::vector<std::string> still_missing_;  // and what they lack all the same
    bool index_refused_ = false;

    struct Described {
        Schema table;
        Schema index;
        TableLimits limits;
    };
    [[nodiscard]] Task<Described> describe();
    [[nodiscard]] bool lacks_more_than_was_asked_for(const Agreement& agreed) const;
    [[nodiscard]] Agreement agreement_of(const Described& described);
    [[nodiscard]] Task<void> make_what_is_missing();
    /// False: there was none to be made.
    [[nodiscard]] Task<bool> make_index();
    /// A refusal is logged and remembered: the pair does without.
    [[nodiscard]] Task<void> try_to_make_index();
    /// Both stores, without changing anything on the servers.
    [[nodiscard]] Task<void> tell(const Schema& schema);
    [[nodiscard]] Task<void> provision();
};

constexpr int provision_tries = 3;  // one after the other, where a side grows meanwhile

}  // namespace duet::app
