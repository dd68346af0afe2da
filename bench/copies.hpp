#pragma once
// The two first copies, each beside its yardstick, and the comparison of both sides. Everything
// lives in keyspaces and indices of names of their own (duet_bench_*), which are dropped at the
// end.

#include <cstdint>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "elastic/client.hpp"
#include "figures.hpp"
#include "records.hpp"
#include "setting.hpp"

namespace duet::bench {

struct CopyOptions {
    std::size_t records = 300'000;
    int repeat = 3;
    int warm_up = 2;  // rounds before them that do not count
};

class Copies {
public:
    Copies(const Setting& setting, CopyOptions options);

    /// Cassandra to Elasticsearch: a filled table, no index yet.
    [[nodiscard]] Figure to_elasticsearch();
    /// Elasticsearch to Cassandra: an index of stamped documents, no table yet. Call it second: its
    /// index is made like the one that duet made in the first.
    [[nodiscard]] Figure to_cassandra();
    /// Comparing what the first copy to Elasticsearch has left, contents or not; makes that copy if
    /// nobody did.
    [[nodiscard]] Figure verify(bool deep);
    /// Drops whatever it made.
    void clean();

private:
    using Phase = Task<void> (Copies::*)(Clients&);

    const Setting& setting_;  // the caller's
    CopyOptions options_;
    std::vector<BenchRecord> records_;
    std::vector<elastic::BulkBody> bodies_;
    std::string index_body_;  // settings and mappings of the index that duet made
    double yardstick_seconds_ = 0;

    void run(Phase phase);
    [[nodiscard]] Run run_yardstick(Phase phase);
    [[nodiscard]] Run run_duet(const std::string& keyspace,
                               const std::vector<std::string>& command = {"once"});
    void check_count(std::uint64_t found, const std::string& where) const;
    void pause() const;

    [[nodiscard]] Task<void> drop_all(Clients& clients);
    [[nodiscard]] Task<void> fill_table(Clients& clients);
    [[nodiscard]] Task<void> fill_index(Clients& clients);
    [[nodiscard]] Task<void> forget_index(Clients& clients);
    [[nodiscard]] Task<void> forget_table(Clients& clients);
    [[nodiscard]] Task<void> check_index(Clients& clients);
    [[nodiscard]] Task<void> check_table(Clients& clients);
    [[nodiscard]] Task<void> copy_mapping(Clients& clients);
    [[nodiscard]] Task<void> bare_documents(Clients& clients);
    [[nodiscard]] Task<void> bare_rows(Clients& clients);
    [[nodiscard]] Task<void> forget_notes(Clients& clients);
};

}  // namespace duet::bench
