#include "sync/report.hpp"

#include <fmt/format.h>

namespace duet::sync {

Report& Report::operator+=(const Report& other) {
    looked += other.looked;
    level += other.level;
    rows_written += other.rows_written;
    documents_written += other.documents_written;
    rows_deleted += other.rows_deleted;
    documents_deleted += other.documents_deleted;
    stamped += other.stamped;
    kept += other.kept;
    quarantined += other.quarantined;
    expired += other.expired;
    stayed += other.stayed;
    left_out += other.left_out;
    future += other.future;
    superseded += other.superseded;
    unsettled.insert(unsettled.end(), other.unsettled.begin(), other.unsettled.end());
    schema_moved = schema_moved || other.schema_moved;
    caught_up = caught_up && other.caught_up;
    return *this;
}

std::string summary(const Report& report) {
    std::string text = fmt::format("{} to Elasticsearch, {} to Cassandra", report.documents_written,
                                   report.rows_written);
    const auto add = [&text](std::uint64_t count, const char* what) {
        if (count > 0) text += fmt::format(", {} {}", count, what);
    };
    add(report.documents_deleted, "deleted in Elasticsearch");
    add(report.rows_deleted, "deleted in Cassandra");
    add(report.stamped, "stamped");
    add(report.kept, "kept as beaten");
    add(report.quarantined, "refused");  // tries; records are counted elsewhere
    add(report.expired, "expired");
    add(report.stayed, "only in the copy");
    add(report.future, "dated in the future");
    add(report.unsettled.size(), "still moving");
    return text;
}

}  // namespace duet::sync
