#include "app/plan_text.hpp"

#include <fmt/format.h>

namespace duet::app {

std::string line_of(const PairPlan& plan) {
    std::string text = fmt::format("table {}, index {}", plan.name, plan.index);
    if (!plan.alias_of.empty()) text += fmt::format(" (an alias of {})", plan.alias_of);
    if (plan.creates_keyspace) text += ": keyspace and table will be made";
    if (plan.creates_table && !plan.creates_keyspace) text += ": the table will be made";
    if (plan.creates_index) text += ": the index will be made";
    if (plan.shape.direction == sync::Direction::to_elasticsearch)
        text += ", one way: to Elasticsearch";
    if (plan.shape.direction == sync::Direction::to_cassandra) text += ", one way: to Cassandra";
    if (plan.shape.deletes == sync::Deletes::propagate) text += ", deletes are propagated";
    return text;
}

std::string left_out_text(const std::vector<PairPlan>& plans) {
    std::string text;
    for (const PairPlan& plan : plans) {
        if (!plan.problem.empty()) text += fmt::format("  {}: {}\n", plan.name, plan.problem);
    }
    return text.empty() ? text : "Left out:\n" + text;
}

std::string left_out_documents_text(const std::string& which) {
    return which.empty() ? which : fmt::format("  left out: documents, {}\n", which);
}

std::string needs_all(const std::vector<PairPlan>& plans) {
    std::string text =
        "The servers are not on this machine and no [[pair]] says what to pair. Nothing was done.\n"
        "With --all these would be paired:\n";
    for (const PairPlan& plan : plans) {
        if (plan.problem.empty()) text += "  " + line_of(plan) + "\n";
    }
    text += left_out_text(plans);
    return text + "Start again with --all, or name what to pair in a [[pair]].";
}

}  // namespace duet::app
