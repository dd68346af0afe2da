#include "app/journal_status.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "app/text.hpp"

namespace duet::app {

namespace {

namespace json = boost::json;

std::string mebibytes(std::uint64_t bytes) { return grouped(bytes >> 20) + " MiB"; }

const char* who_deletes(const JournalStatus& status) {
    if (status.owner) return "Duet deletes each segment when its keys are settled (journal_owner)";
    if (status.blocks_writes) {
        return "Duet deletes nothing (journal_owner = false): another reader must, or Cassandra "
               "refuses writes when it is full (cdc_block_writes)";
    }
    return "Duet deletes nothing (journal_owner = false): Cassandra drops the oldest when it is "
           "full";
}

void take(const json::object& from, const char* name, std::uint64_t& to) {
    const json::value* found = from.if_contains(name);
    if (found != nullptr && found->is_number()) to = found->to_number<std::uint64_t>();
}

}  // namespace

JournalStatus status_of(const journal::Journal& journal) {
    return {.folder = journal.options().folder.string(),
            .owner = journal.options().owner,
            .blocks_writes = journal.options().blocks_writes,
            .shown_every = journal.shown_every(),
            .problem = journal.problem(),
            .space = journal.space(),
            .counts = journal.counts()};
}

std::string json_of(const JournalStatus& status) {
    const json::object all{{"folder", status.folder},
                           {"owner", status.owner},
                           {"blocks_writes", status.blocks_writes},
                           {"shown_every", status.shown_every},
                           {"problem", status.problem},
                           {"bytes", status.space.held},
                           {"unsettled_bytes", status.space.unsettled},
                           {"limit_bytes", status.space.limit},
                           {"keys", status.counts.nominated},
                           {"echoes", status.counts.echoes},
                           {"incomplete", status.counts.incomplete},
                           {"emptied", status.counts.emptied},
                           {"segments_deleted", status.counts.deleted}};
    return json::serialize(all);
}

void take_counts(JournalStatus& status, const std::string& daemon) {
    boost::system::error_code error;
    const json::value parsed = json::parse(daemon, error);
    if (error || !parsed.is_object()) return;
    const json::object& all = parsed.as_object();
    take(all, "unsettled_bytes", status.space.unsettled);
    take(all, "keys", status.counts.nominated);
    take(all, "echoes", status.counts.echoes);
    take(all, "incomplete", status.counts.incomplete);
    take(all, "emptied", status.counts.emptied);
    take(all, "segments_deleted", status.counts.deleted);
}

std::string text_of(const JournalStatus& status) {
    const std::string limit =
        status.space.limit == 0 ? std::string() : " of " + mebibytes(status.space.limit);
    std::string text = fmt::format("journal {}: {}{}\n  {}\n", status.folder,
                                   mebibytes(status.space.held), limit, who_deletes(status));
    if (!status.problem.empty()) text += fmt::format("  {}\n", status.problem);
    if (!status.shown_every.empty()) {
        text += fmt::format(
            "  writes appear every {}, when the commit log is synced: it is compressed, or written "
            "by direct I/O\n",
            status.shown_every);
    }
    if (status.counts.emptied > 0) {
        text += fmt::format("  nearly full, so emptied into one sweep: {} times since the start\n",
                            status.counts.emptied);
    }
    if (status.counts.incomplete > 0) {
        text += fmt::format("  incomplete, so that tables were swept: {} times since the start\n",
                            status.counts.incomplete);
    }
    return text;
}

}  // namespace duet::app
