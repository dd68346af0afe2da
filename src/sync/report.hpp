#pragma once
// What a step did, added up over steps.

#include <cstdint>
#include <string>
#include <vector>

#include "model/record.hpp"

namespace duet::sync {

struct Report {
    std::uint64_t looked = 0;             // records whose both sides were compared
    std::uint64_t level = 0;              // of these, found or made level
    std::uint64_t rows_written = 0;       // from Elasticsearch to Cassandra
    std::uint64_t documents_written = 0;  // from Cassandra to Elasticsearch
    std::uint64_t rows_deleted = 0;       // because their documents were (V10)
    std::uint64_t documents_deleted = 0;  // because their rows were
    std::uint64_t stamped = 0;            // documents given a version (V2, V3, V7)
    std::uint64_t kept = 0;               // beaten contents kept (V8)
    std::uint64_t quarantined = 0;        // records put into quarantine, or found there unchanged
    std::uint64_t expired = 0;            // documents that went because their time ran out (V10)
    std::uint64_t stayed = 0;             // records that only the copy of one direction has
    std::uint64_t left_out = 0;           // documents whose _id is no key, or that have a routing
    std::uint64_t future = 0;             // versions too far ahead of the clock (V7)
    std::uint64_t superseded = 0;         // writes that met a newer one and were looked at again
    /// Records that kept moving while they were looked at: not settled, look again in the next
    /// pass.
    std::vector<Id> unsettled;
    /// A document holds a field that the pair does not know: agree on the schema again before
    /// anything is settled.
    bool schema_moved = false;
    /// The feed has nothing more for now.
    bool caught_up = true;

    /// Nothing was written anywhere.
    [[nodiscard]] bool idle() const {
        return rows_written + documents_written + rows_deleted + documents_deleted + expired +
                   stamped ==
               0;
    }
    Report& operator+=(const Report& other);
};

/// One line for a log or a terminal: "1200 to Elasticsearch, 3 to Cassandra, 1 quarantined".
[[nodiscard]] std::string summary(const Report& report);

}  // namespace duet::sync
