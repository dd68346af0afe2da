#include "stores/cassandra/beaten_contents.hpp"

#include <algorithm>
#include <utility>

#include "stores/cassandra/cells.hpp"
#include "stores/cassandra/notes.hpp"
#include "stores/cassandra/statements.hpp"

namespace duet::cassandra {

namespace {

constexpr std::int64_t micros_a_day = 86'400'000'000;
constexpr std::size_t puts_in_flight = 32;

std::int64_t day_of(std::int64_t micros) {
    return micros / micros_a_day - (micros % micros_a_day < 0 ? 1 : 0);
}

}  // namespace

BeatenContents::BeatenContents(cql::Session& session, std::string keyspace)
    : session_(session),
      keyspace_(std::move(keyspace)),
      table_(table_name(keyspace_, "beaten")),
      days_table_(table_name(keyspace_, "beaten_days")) {}

Task<cql::Rows> BeatenContents::run(std::string cql, std::vector<cql::Bound> values,
                                    cql::RequestOptions request) {
    std::string keyspace = keyspace_;
    co_return co_await run_note(session_, std::move(keyspace), std::move(cql), std::move(values),
                                std::move(request));
}

Task<void> BeatenContents::put_day(const std::string& pair, std::int64_t day, std::int64_t ttl) {
    std::string cql = "INSERT INTO " + days_table_ + " (pair, day) VALUES (?, ?) USING TTL ?";
    std::vector<cql::Bound> values = Notes().text(pair).bigint(day).integer(ttl).take();
    cql::RequestOptions request;
    (void)co_await run(std::move(cql), std::move(values), std::move(request));
}

Task<void> BeatenContents::put_one(const std::string& pair, Beaten beaten, std::int64_t ttl) {
    std::string cql = "INSERT INTO " + table_ + " (" + beaten_columns +
                      ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) USING TTL ?";
    std::vector<cql::Bound> values =
        Notes().beaten(pair, day_of(beaten.beaten_at), beaten).integer(ttl).take();
    cql::RequestOptions request;
    (void)co_await run(std::move(cql), std::move(values), std::move(request));
}

Task<void> BeatenContents::put(std::string pair, std::vector<Beaten> beaten,
                               std::chrono::seconds keep) {
    const std::int64_t ttl = std::clamp<std::int64_t>(keep.count(), 1, longest_ttl);
    std::vector<std::int64_t> dates;
    for (const Beaten& one : beaten) {
        dates.push_back(day_of(one.beaten_at));
    }
    std::sort(dates.begin(), dates.end());
    dates.erase(std::unique(dates.begin(), dates.end()), dates.end());
    // The days first: what is listed nowhere would not be found.
    for (const std::int64_t day : dates) co_await put_day(pair, day, ttl);
    for (std::size_t first = 0; first < beaten.size(); first += puts_in_flight) {
        std::vector<Task<void>> puts;
        for (std::size_t i = first; i < std::min(first + puts_in_flight, beaten.size()); ++i) {
            puts.push_back(put_one(pair, std::move(beaten[i]), ttl));
        }
        co_await when_all(std::move(puts));
    }
}

Task<std::vector<std::int64_t>> BeatenContents::days(const std::string& pair) {
    std::string cql = "SELECT day FROM " + days_table_ + " WHERE pair = ?";
    std::vector<cql::Bound> values = Notes().text(pair).take();
    cql::RequestOptions request;
    const cql::Rows rows = co_await run(std::move(cql), std::move(values), std::move(request));
    std::vector<std::int64_t> dates;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        dates.push_back(int_cell(rows, row, "day").value_or(0));
    }
    co_return dates;
}

Task<void> BeatenContents::list_day(const std::string& pair, std::int64_t day,
                                    const std::optional<Id>& only, std::size_t limit,
                                    std::vector<Beaten>& found) {
    const std::string text = std::string("SELECT ") + listed_beaten_columns + " FROM " + table_ +
                             " WHERE pair = ? AND day = ?";
    Bytes paging_state;
    do {
        std::string cql = text;
        std::vector<cql::Bound> values = Notes().text(pair).bigint(day).take();
        cql::RequestOptions request;
        request.page_size = listed_page;
        request.paging_state = std::move(paging_state);
        const cql::Rows rows = co_await run(std::move(cql), std::move(values), std::move(request));
        for (std::size_t row = 0; row < rows.size() && found.size() < limit; ++row) {
            // Chosen here, not by ALLOW FILTERING: a server that looks for one record among the
            // millions of a first meeting takes longer than it may for an answer.
            if (only && Id::of(text_cell(rows, row, "id")) != *only) continue;
            found.push_back(read_beaten(rows, row));
        }
        paging_state = rows.paging_state;
    } while (!paging_state.empty() && found.size() < limit);
}

Task<std::vector<Beaten>> BeatenContents::list(std::string pair, std::optional<Id> only,
                                               std::size_t limit) {
    std::vector<Beaten> found;
    const std::vector<std::int64_t> newest_first = co_await days(pair);
    for (const std::int64_t day : newest_first) {
        if (found.size() >= limit) break;
        co_await list_day(pair, day, only, limit, found);
    }
    co_return found;
}

Task<std::optional<std::string>> BeatenContents::json(std::string pair, Beaten beaten) {
    std::string cql = "SELECT json FROM " + table_ +
                      " WHERE pair = ? AND day = ? AND beaten_at = ? AND id = ? AND side = ?";
    std::vector<cql::Bound> values = Notes()
                                         .text(pair)
                                         .bigint(day_of(beaten.beaten_at))
                                         .bigint(beaten.beaten_at)
                                         .id(beaten.id)
                                         .text(beaten.side)
                                         .take();
    cql::RequestOptions request;
    const cql::Rows rows = co_await run(std::move(cql), std::move(values), std::move(request));
    if (rows.size() == 0) co_return std::nullopt;
    co_return text_cell(rows, 0, "json");
}

}  // namespace duet::cassandra
