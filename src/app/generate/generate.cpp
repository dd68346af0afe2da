#include "app/generate/generate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "app/generate/pace.hpp"
#include "app/generate/writers.hpp"
#include "app/progress.hpp"
#include "app/text.hpp"

namespace duet::app {
namespace {

constexpr std::chrono::milliseconds tick{20};           // between two looks at the clock
constexpr std::chrono::milliseconds away_pause{1'000};  // while a server is away
constexpr std::int64_t report_every_micros = 1'000'000;

std::vector<Side> sides_of(const std::string& side) {
    if (side == "cassandra") return {Side::cassandra};
    if (side == "elasticsearch") return {Side::elasticsearch};
    if (side == "both") return {Side::cassandra, Side::elasticsearch};
    throw UsageError("side " + side + " is unknown: say cassandra, elasticsearch or both");
}

GeneratorOptions generator_options(const GenerateOptions& options, const Clock& clock) {
    GeneratorOptions result;
    result.tables = options.tables;
    result.seed = options.seed != 0 ? options.seed : static_cast<std::uint64_t>(clock.now());
    result.update_share = options.update_share;
    result.conflict_share = options.conflict_share;
    result.sides = sides_of(options.side);
    return result;
}

struct Totals {
    std::uint64_t rows = 0;
    std::uint64_t documents = 0;
    std::uint64_t updates = 0;

    [[nodiscard]] std::uint64_t writes() const { return rows + documents; }
};

/// One run of the command.
class Generation {
public:
    Generation(GenerateOptions options, cql::Session* session, elastic::Client* client,
               const Clock& clock, std::function<bool()> stopping,
               std::function<void(const std::string&)> report)
        : options_(std::move(options)),
          clock_(clock),
          stopping_(std::move(stopping)),
          report_(std::move(report)),
          generator_(generator_options(options_, clock)) {
        if (options_.side != "elasticsearch") {
            if (session == nullptr) throw Error("generate: rows need a Cassandra session");
            rows_.emplace(*session, options_.keyspace, options_.version_field);
        }
        if (options_.side != "cassandra") {
            if (client == nullptr) throw Error("generate: documents need an Elasticsearch client");
            documents_.emplace(*client, options_.keyspace, options_.index, options_.version_field);
        }
    }

    [[nodiscard]] Task<void> run() {
        if (rows_) co_await rows_->prepare(generator_.sets(), options_.replication);
        if (documents_) co_await documents_->prepare(generator_.sets());
        Pace pace(options_.rate, clock_.now());
        while (!stopping_() && !finished()) {
            const std::size_t due = make(pace.due(clock_.now(), generate_batch));
            if (due == 0) {
                co_await sleep_for(tick);
                continue;
            }
            pace.made(due);
            co_await write_until_done();
            report_progress();
        }
        report_(summary("done: "));
    }

private:
    [[nodiscard]] bool finished() const {
        return options_.count != 0 && totals_.writes() >= options_.count;
    }

    /// Fills the batch with at most `wanted` writes; how many they are.
    std::size_t make(std::size_t wanted) {
        new_rows_.clear();
        new_documents_.clear();
        if (options_.count != 0) {
            wanted = std::min<std::uint64_t>(wanted, options_.count - totals_.writes());
        }
        for (std::size_t i = 0; i < wanted; ++i) {
            // Never the same twice, as a driver's timestamps: equal ones would mix two writes.
            last_stamp_ = std::max(last_stamp_ + 1, clock_.now());
            GeneratedRecord record = generator_.next(last_stamp_);
            auto& batch = record.side == Side::cassandra ? new_rows_ : new_documents_;
            batch.push_back(std::move(record));
        }
        return wanted;
    }

    /// Writes the batch; the same again while a server is away, so that no write is lost.
    [[nodiscard]] Task<void> write_until_done() {
        while (!stopping_()) {
            std::optional<std::string> problem;
            try {
                std::vector<Task<void>> writes;
                if (rows_) writes.push_back(rows_->write(new_rows_));
                if (documents_) writes.push_back(documents_->write(new_documents_));
                co_await when_all(std::move(writes));
            } catch (const Unavailable& error) {
                problem = error.what();
            }
            if (!problem) {
                count(new_rows_, totals_.rows);
                count(new_documents_, totals_.documents);
                co_return;
            }
            report_("waiting: " + *problem);
            co_await sleep_for(away_pause);
        }
    }

    void count(const std::vector<GeneratedRecord>& batch, std::uint64_t& total) {
        total += batch.size();
        for (const GeneratedRecord& record : batch) {
            totals_.updates += record.kind == GeneratedRecord::Kind::update ? 1 : 0;
        }
    }

    void report_progress() {
        const std::int64_t now = clock_.now();
        if (now - last_report_ < report_every_micros) return;
        const double seconds = static_cast<double>(now - last_report_) / 1e6;
        const double rate = static_cast<double>(totals_.writes() - reported_) / seconds;
        if (last_report_ != 0) report_(summary("") + fmt::format(", {:.0f} a second", rate));
        last_report_ = now;
        reported_ = totals_.writes();
    }

    [[nodiscard]] std::string summary(std::string_view prefix) const {
        return fmt::format("{}{} writes: {} rows, {} documents; {} of them updates", prefix,
                           grouped(totals_.writes()), grouped(totals_.rows),
                           grouped(totals_.documents), grouped(totals_.updates));
    }

    GenerateOptions options_;
    const Clock& clock_;
    std::function<bool()> stopping_;
    std::function<void(const std::string&)> report_;
    RecordGenerator generator_;
    std::optional<RowWriter> rows_;
    std::optional<DocumentWriter> documents_;
    std::vector<GeneratedRecord> new_rows_;
    std::vector<GeneratedRecord> new_documents_;
    Totals totals_;
    std::int64_t last_stamp_ = 0;
    std::int64_t last_report_ = 0;
    std::uint64_t reported_ = 0;
};

}  // namespace

Task<void> run_generate(GenerateOptions options, cql::Session* session, elastic::Client* client,
                        const Clock& clock, std::function<bool()> stopping,
                        std::function<void(const std::string&)> report) {
    Generation generation(std::move(options), session, client, clock, std::move(stopping),
                          std::move(report));
    co_await generation.run();
}

}  // namespace duet::app
