#pragma once
// The journal as people and monitors see it.

#include <cstdint>
#include <string>

#include "journal/journal.hpp"

namespace duet::app {

struct JournalStatus {
    std::string folder;
    bool owner = false;
    bool blocks_writes = false;
    std::string shown_every;  // empty: a tenth of a second after each write
    std::string problem;      // why not everything can be read; empty: it can
    journal::Space space;
    journal::JournalCounts counts;  // since the process began to follow it
};

[[nodiscard]] JournalStatus status_of(const journal::Journal& journal);

/// What `journal` is in `/api/status` and `duet status --json`: a JSON object.
[[nodiscard]] std::string json_of(const JournalStatus& status);
/// What a daemon's JSON says of its counts and of what it has not settled.
void take_counts(JournalStatus& status, const std::string& daemon);

/// How full the folder is, who deletes there, and what it cost: lines for people.
[[nodiscard]] std::string text_of(const JournalStatus& status);

}  // namespace duet::app
