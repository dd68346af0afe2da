#include "watch.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "base/bytes.hpp"

namespace duet::bench {
namespace {

namespace json = boost::json;

class IndexReader : public Reader {
public:
    IndexReader(elastic::Client& client, std::string index)
        : client_(client), index_(std::move(index)) {}

    Task<std::vector<std::optional<std::int64_t>>> quantities(
        const std::vector<Uuid>& ids) override {
        json::array list;
        for (const Uuid& id : ids) list.emplace_back(id.to_string());
        std::string body = json::serialize(json::object{{"ids", std::move(list)}});
        const elastic::Client::Reply reply = co_await client_.request(
            "POST", "/" + index_ + "/_mget?_source_includes=quantity", std::move(body));
        const json::value answer = json::parse(reply.body);
        std::vector<std::optional<std::int64_t>> result;
        for (const json::value& item : answer.at("docs").as_array()) {
            const json::value* source = item.as_object().if_contains("_source");
            const json::value* quantity =
                source != nullptr ? source->as_object().if_contains("quantity") : nullptr;
            result.push_back(quantity != nullptr
                                 ? std::optional(quantity->to_number<std::int64_t>())
                                 : std::nullopt);
        }
        co_return result;
    }

private:
    elastic::Client& client_;
    std::string index_;
};

class TableReader : public Reader {
public:
    TableReader(cql::Session& session, std::string table)
        : session_(session), table_(std::move(table)) {}

    Task<std::vector<std::optional<std::int64_t>>> quantities(
        const std::vector<Uuid>& ids) override {
        if (!statement_) {
            std::string select = "SELECT quantity FROM " + table_ + " WHERE id = ?";
            statement_ = co_await session_.prepare(std::move(select));
        }
        std::vector<std::optional<std::int64_t>> result(ids.size());
        std::vector<Task<void>> reads;
        for (std::size_t i = 0; i < ids.size(); ++i) reads.push_back(read(ids[i], result[i]));
        co_await when_all(std::move(reads));
        co_return result;
    }

private:
    Task<void> read(Uuid id, std::optional<std::int64_t>& quantity) {
        std::vector<cql::Bound> values;
        values.push_back({cql::Bound::Kind::value, Bytes(id.bytes.begin(), id.bytes.end())});
        cql::PreparedPtr statement = statement_;
        const cql::Rows rows = co_await session_.execute(std::move(statement), std::move(values));
        if (rows.size() == 0) co_return;
        const auto cell = rows.cell(0, 0);
        if (cell) quantity = load_big<std::int64_t>(cell->data());
    }

    cql::Session& session_;
    std::string table_;
    cql::PreparedPtr statement_;
};

}  // namespace

std::unique_ptr<Reader> index_reader(elastic::Client& client, std::string index) {
    return std::make_unique<IndexReader>(client, std::move(index));
}

std::unique_ptr<Reader> table_reader(cql::Session& session, std::string table) {
    return std::make_unique<TableReader>(session, std::move(table));
}

void Watch::close() {
    closed_ = true;
    closed_at_ = std::chrono::steady_clock::now();
}

std::chrono::milliseconds Watch::pause_after(std::size_t looked) const {
    const auto records = static_cast<std::int64_t>(looked);
    return std::max(options_.pause, std::chrono::duration_cast<std::chrono::milliseconds>(
                                        options_.pause_a_record * records));
}

Task<void> Watch::run() {
    for (;;) {
        const std::size_t looked = std::min(waiting_.size(), options_.look_limit);
        const bool all = co_await look();
        if (closed_ && waiting_.empty()) co_return;
        if (closed_ && std::chrono::steady_clock::now() - closed_at_ > options_.patience) co_return;
        // A look that has found all it looked for is followed by the next at once.
        if (waiting_.empty() || !all) co_await sleep_for(pause_after(looked));
    }
}

Task<bool> Watch::look() {
    const std::size_t count = std::min(waiting_.size(), options_.look_limit);
    if (count == 0) co_return true;
    std::vector<Uuid> ids;
    ids.reserve(count);
    for (std::size_t i = 0; i < count; ++i) ids.push_back(waiting_[i].id);
    const std::vector<std::optional<std::int64_t>> found = co_await reader_.quantities(ids);
    const Moment now = std::chrono::steady_clock::now();
    std::deque<Expected> still;
    for (std::size_t i = 0; i < count; ++i) {
        const Expected& expected = waiting_[i];
        if (found.at(i) && *found[i] >= expected.serial) {
            const std::chrono::duration<double, std::milli> took = now - expected.acknowledged;
            milliseconds_.push_back(took.count());
        } else {
            still.push_back(expected);
        }
    }
    // What has not come waits in front of what was not looked for yet.
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
    const bool all = still.empty();
    waiting_.insert(waiting_.begin(), still.begin(), still.end());
    co_return all;
}

}  // namespace duet::bench
