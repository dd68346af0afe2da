// The codecs on the way of every record, alone: bytes and records a second. `duet_bench` runs this
// and puts its figures beside the others.

#include <benchmark/benchmark.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cql/frame.hpp"
#include "cql/response.hpp"
#include "cql/token.hpp"
#include "records.hpp"
#include "stores/cassandra/binder.hpp"
#include "stores/cassandra/codec.hpp"
#include "stores/cassandra/reader.hpp"
#include "stores/cassandra/types.hpp"
#include "stores/elasticsearch/reader.hpp"
#include "stores/elasticsearch/writer.hpp"

namespace {

using namespace duet;

constexpr std::size_t record_count = 1'000;
constexpr std::size_t envelope_bytes = 8'000;
constexpr std::size_t envelope_count = 64;
constexpr std::int64_t write_time = 1'700'000'000'000'000;

const std::vector<bench::BenchRecord>& records() {
    static const auto made = bench::make_records(record_count, 4'711);
    return made;
}

std::vector<std::string> documents() {
    std::vector<std::string> all;
    for (const bench::BenchRecord& record : records()) {
        all.emplace_back();
        bench::append_document(all.back(), record);
    }
    return all;
}

Schema schema() {
    Schema schema;
    schema.columns = bench::columns();
    return schema;
}

elasticsearch::Layout document_layout() {
    const auto mapping = elasticsearch::JsonDocument::parse("{}");
    return {schema(), mapping->root(), "updated_at", elasticsearch::StampFormat()};
}

cassandra::Layout row_layout() {
    cassandra::Layout layout;
    layout.keyspace = "duet_bench";
    layout.table = "records";
    for (const Column& column : bench::columns())
        layout.columns.push_back({column.name, column.type, true, true});
    Type timestamp;
    timestamp.kind = Kind::timestamp;
    layout.version = cassandra::LayoutColumn{"updated_at", timestamp, true, true};
    return layout;
}

void append_cell(cql::Rows& rows, ByteView bytes) {
    rows.cells.push_back(
        {static_cast<std::int32_t>(rows.body.size()), static_cast<std::int32_t>(bytes.size())});
    append(rows.body, bytes);
}

/// A value, its write time, no TTL.
void append_timed(cql::Rows& rows, ByteView value) {
    append_cell(rows, value);
    Bytes time;
    append_big(time, write_time);
    append_cell(rows, time);
    rows.cells.push_back({});
}

/// As select_by_token is answered: the key; of the version and of each column value, time and TTL.
cql::Rows rows() {
    cql::Rows result;
    result.columns.resize(1 + 3 * (bench::columns().size() + 1));
    for (const bench::BenchRecord& record : records()) {
        const std::vector<cql::Bound> values = bench::bind(record, true);
        append_cell(result, values.front().bytes);
        append_timed(result, values.back().bytes);
        for (std::size_t i = 1; i + 1 < values.size(); ++i) append_timed(result, values[i].bytes);
    }
    return result;
}

std::vector<Content> contents() {
    const elasticsearch::Layout layout = document_layout();
    std::vector<Content> all;
    for (const std::string& source : documents()) {
        const auto document = elasticsearch::JsonDocument::parse(source);
        all.push_back(elasticsearch::read_document(Id(), document->root(), layout).content);
    }
    return all;
}

void count(benchmark::State& state, std::size_t bytes, std::size_t items) {
    const auto rounds = static_cast<std::int64_t>(state.iterations());
    state.SetBytesProcessed(rounds * static_cast<std::int64_t>(bytes));
    state.SetItemsProcessed(rounds * static_cast<std::int64_t>(items));
}

void write_frames(benchmark::State& state) {
    const Bytes envelope(envelope_bytes, 0x5A);
    for ([[maybe_unused]] const auto round : state) {
        cql::FrameWriter writer;
        for (std::size_t i = 0; i < envelope_count; ++i) writer.add(envelope);
        benchmark::DoNotOptimize(writer.take());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                            static_cast<std::int64_t>(envelope_bytes * envelope_count));
}

void read_frames(benchmark::State& state) {
    const Bytes envelope(envelope_bytes, 0x5A);
    cql::FrameWriter writer;
    for (std::size_t i = 0; i < envelope_count; ++i) writer.add(envelope);
    const Bytes wire = writer.take();
    for ([[maybe_unused]] const auto round : state) {
        cql::FrameReader reader;
        reader.feed(wire);
        while (const auto frame = reader.next()) benchmark::DoNotOptimize(frame->payload.data());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                            static_cast<std::int64_t>(wire.size()));
}

void read_rows(benchmark::State& state) {
    const cassandra::Layout layout = row_layout();
    const cassandra::RowReader reader(layout);
    const cql::Rows answer = rows();
    for ([[maybe_unused]] const auto round : state) {
        for (std::size_t row = 0; row < answer.size(); ++row)
            benchmark::DoNotOptimize(reader.read(answer, row, false, 0));
    }
    count(state, answer.body.size(), answer.size());
}

void write_rows(benchmark::State& state) {
    const cassandra::Layout layout = row_layout();
    const std::vector<Content> all = contents();
    std::size_t bytes = 0;
    for ([[maybe_unused]] const auto round : state) {
        bytes = 0;
        for (std::size_t i = 0; i < all.size(); ++i) {
            Write write;
            write.id = Id(records()[i].id);
            write.content = &all[i];
            write.version = Version{records()[i].stamp};
            write.timestamp = write_time;
            const auto bound = cassandra::bind_row(layout, write, 0);
            bytes += std::get<cassandra::BoundRow>(bound).bytes;
        }
    }
    count(state, bytes, all.size());
}

void read_documents(benchmark::State& state) {
    const elasticsearch::Layout layout = document_layout();
    const std::vector<std::string> all = documents();
    std::size_t bytes = 0;
    for (const std::string& source : all) bytes += source.size();
    for ([[maybe_unused]] const auto round : state) {
        for (const std::string& source : all) {
            const auto document = elasticsearch::JsonDocument::parse(source);
            benchmark::DoNotOptimize(elasticsearch::read_document(Id(), document->root(), layout));
        }
    }
    count(state, bytes, all.size());
}

void write_documents(benchmark::State& state) {
    const elasticsearch::Layout layout = document_layout();
    const std::vector<Content> all = contents();
    std::string out;
    for ([[maybe_unused]] const auto round : state) {
        out.clear();
        for (std::size_t i = 0; i < all.size(); ++i) {
            const Id id(records()[i].id);
            benchmark::DoNotOptimize(elasticsearch::append_document(
                out, id, all[i], Version{records()[i].stamp}, layout));
        }
    }
    count(state, out.size(), all.size());
}

BENCHMARK(write_frames)->Name("frames written");
BENCHMARK(read_frames)->Name("frames read");
BENCHMARK(read_rows)->Name("rows decoded");
BENCHMARK(write_rows)->Name("rows encoded");
BENCHMARK(read_documents)->Name("documents decoded");
BENCHMARK(write_documents)->Name("documents encoded");

}  // namespace

BENCHMARK_MAIN();
