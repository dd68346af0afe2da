#pragma once
// A pair over stores in memory, for the tests of this folder.

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "stores/memory/index.hpp"
#include "stores/memory/state.hpp"
#include "stores/memory/table.hpp"
#include "sync/pair.hpp"

namespace duet::sync {

class SettableClock final : public Clock {
public:
    std::int64_t micros = 1'000'000'000;
    [[nodiscard]] std::int64_t now() const override { return micros; }
};

/// Runs one task to its end and yields what it yields, or throws what it throws.
template <class T>
T run(Task<T> task) {
    boost::asio::io_context loop;
    std::exception_ptr error;
    std::optional<T> result;
    boost::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr thrown, T value) {
        error = thrown;
        result.emplace(std::move(value));
    });
    loop.run();
    if (error) std::rethrow_exception(error);
    return std::move(*result);
}

inline void run(Task<void> task) {
    boost::asio::io_context loop;
    std::exception_ptr error;
    boost::asio::co_spawn(loop, std::move(task),
                          [&](std::exception_ptr thrown) { error = thrown; });
    loop.run();
    if (error) std::rethrow_exception(error);
}

/// Ids in order.
inline Id id_of(unsigned number) {
    Uuid id = Uuid::version4(0, 0);
    for (std::size_t byte = 15; byte > 11; --byte, number >>= 8U) {
        id.bytes[byte] = static_cast<std::uint8_t>(number);
    }
    return id;
}

/// How often each operation was asked for, and how long it takes.
class CountingHooks final : public MemoryHooks {
public:
    explicit CountingHooks(SettableClock& clock) : clock_(clock) {}
    [[nodiscard]] Task<void> before(std::string_view operation) override {
        const std::string name(operation);
        ++calls[name];
        clock_.micros += micros[name];
        if (on) on(name);
        co_return;
    }
    [[nodiscard]] Task<void> after(std::string_view) override { co_return; }

    std::map<std::string, int> calls;
    std::map<std::string, std::int64_t> micros;
    std::function<void(const std::string& operation)> on;  // may throw

private:
    SettableClock& clock_;
};

struct World {
    SettableClock clock;
    CountingHooks hooks{clock};
    MemoryRows rows;
    MemoryDocuments documents;
    MemoryNotes notes;
    MemoryTable table;
    MemoryIndex index;
    MemoryState state;
    std::unique_ptr<Pair> pair;
    int agreements = 0;

    static MemoryRows::Options table_options(bool partitions) {
        MemoryRows::Options options;
        options.partitions = partitions;
        options.columns = {Column{"name", Type{}}, Column{"stock", integer()}};
        return options;
    }
    static MemoryDocuments::Options index_options() {
        MemoryDocuments::Options options;
        options.columns = {Column{"name", Type{}}, Column{"stock", integer()}};
        return options;
    }
    static Type integer() {
        Type type;
        type.kind = Kind::bigint;
        return type;
    }

    /// With `partitions` rows whose ids begin alike up to a `~` share a token.
    explicit World(PairSettings settings = {}, bool partitions = false)
        : rows(table_options(partitions), clock),
          documents(index_options()),
          table(rows, hooks),
          index(documents, hooks, clock),
          state(notes, hooks, clock) {
        pair = new_pair(settings);
    }

    /// A new process.
    std::unique_ptr<Pair> new_pair(PairSettings settings) {
        return std::make_unique<Pair>("shop.products", table, index, state, clock, settings,
                                      [this] { return agree(); });
    }

    Task<Schema> agree() { return agree(table); }
    Task<Schema> agree(RowStore& of) {
        ++agreements;
        Schema schema = co_await of.describe();
        const Schema mapping = co_await index.describe();
        schema.document_precision = mapping.document_precision;
        schema.expiry_field = mapping.expiry_field;
        co_await of.provision(schema, true);
        co_await index.provision(schema, true);
        co_return schema;
    }

    void insert(unsigned number, const std::string& name, std::int64_t stock,
                std::int64_t timestamp) {
        RowWrite write;
        write.timestamp = timestamp;
        write.values = {{"name", Value(name)}, {"stock", Value(stock)}};
        rows.insert(id_of(number), write);
    }
    void insert(const Id& id, const std::string& name, std::int64_t timestamp) {
        RowWrite write;
        write.timestamp = timestamp;
        write.values = {{"name", Value(name)}};
        rows.insert(id, write);
    }
    void put(unsigned number, const std::string& name, std::int64_t stock,
             std::optional<Version> stamp) {
        DocumentWrite write;
        write.fields = {{"name", Value(name)}, {"stock", Value(stock)}};
        write.stamp = stamp;
        documents.index(id_of(number), write);
    }
    Report level() {
        run(pair->open());
        return run(pair->level());
    }
    /// What both sides say of a record's name: "a|a".
    std::string names(unsigned number) {
        const RowView row = rows.view(id_of(number));
        const Document* document = documents.find(id_of(number));
        const std::string left = row.exists ? row.values[0].get<std::string>() : "-";
        const std::string right = document != nullptr && document->fields.contains("name")
                                      ? document->fields.at("name").get<std::string>()
                                      : "-";
        return left + "|" + right;
    }
};

}  // namespace duet::sync
