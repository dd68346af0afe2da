#pragma once
// What the tests of the stores in memory share.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "stores/memory/index.hpp"
#include "stores/memory/state.hpp"
#include "stores/memory/table.hpp"

namespace duet {

/// The result of a task, run to its end.
template <class T>
T run(Task<T> task) {
    boost::asio::io_context loop;
    std::exception_ptr failed;
    std::optional<T> result;
    boost::asio::co_spawn(loop, std::move(task), [&](const std::exception_ptr& error, T value) {
        failed = error;
        result = std::move(value);
    });
    loop.run();
    if (failed) std::rethrow_exception(failed);
    return std::move(*result);
}

inline void run(Task<void> task) {
    boost::asio::io_context loop;
    std::exception_ptr failed;
    boost::asio::co_spawn(loop, std::move(task),
                          [&](const std::exception_ptr& error) { failed = error; });
    loop.run();
    if (failed) std::rethrow_exception(failed);
}

class SetClock final : public Clock {
public:
    [[nodiscard]] std::int64_t now() const override { return micros; }
    std::int64_t micros = 1'000;
};

inline Value text(std::string value) { return Value(std::move(value)); }

inline Id id_of(std::uint64_t number) { return Uuid::version4(number, number * 7919); }

/// Two columns of text, a and b.
inline std::vector<Column> two_columns() { return {Column{"a", Type{}}, Column{"b", Type{}}}; }

inline Schema two_column_schema() {
    Schema schema;
    schema.columns = two_columns();
    return schema;
}

inline RowWrite row_of(std::int64_t timestamp, Value a, Value b) {
    RowWrite write;
    write.timestamp = timestamp;
    write.values = {{"a", std::move(a)}, {"b", std::move(b)}};
    return write;
}

}  // namespace duet
