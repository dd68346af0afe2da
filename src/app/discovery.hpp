#pragma once
// Which table goes with which index: computed from the names that both servers have and from the
// [[pair]] rules. Pure: nothing is asked of a server here and nothing is created.

#include <string>
#include <vector>

#include "app/config.hpp"

namespace duet::app {

struct KnownTable {
    std::string keyspace;
    std::string table;
    std::string problem;             // why it can never be paired; empty: it can
    std::vector<std::string> notes;  // what is only read of it, or not synced
    bool only_read = false;          // it takes no writes: its documents follow its rows
};

/// A materialized view: Cassandra writes it, and takes no table of its name.
struct KnownView {
    std::string keyspace;
    std::string view;
    std::string table;  // that it follows
};

struct KnownIndex {
    std::string name;
    std::string problem;     // as above
    std::string stands_for;  // an alias: the one index behind it
};

/// What both servers have now.
struct Inventory {
    std::vector<std::string> keyspaces;
    std::vector<KnownTable> tables;
    std::vector<KnownIndex> indices;
    std::vector<KnownView> views;
};

/// One pair, or one table or index that is left out.
struct PairPlan {
    std::string name;  // keyspace.table; of an index that leads to no table: the index
    std::string keyspace;
    std::string table;
    std::string index;
    std::string alias_of;  // the index behind it, where `index` is an alias
    bool creates_keyspace = false;
    bool creates_table = false;
    bool creates_index = false;
    std::string problem;             // why it is not paired, with the remedy; empty: it is
    std::vector<std::string> notes;  // the table's
    Shape shape;

    bool operator==(const PairPlan&) const = default;
};

/// Every pair, and everything that is left out with its reason, by name. Tables that the globs of
/// the rules leave out are not mentioned: somebody chose that. Views are where an index or a rule
/// is called as one.
[[nodiscard]] std::vector<PairPlan> plan_pairs(const Config& config, const Inventory& inventory);

/// The configuration would pair a table of this name, keyspace.table.
[[nodiscard]] bool may_be_paired(const Config& config, const std::string& name);

}  // namespace duet::app
