#pragma once
// Structured log lines: `2026-11-20T10:00:00.123Z level=info event="pair started"
// pair=shop.orders`. Writing never blocks the one thread: a bounded queue and a sink of its own
// (spdlog's asynchronous logger).

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace duet::log {

enum class Level : std::uint8_t { debug, info, warning, error };
enum class Sink : std::uint8_t { standard_error, syslog, none };

/// One key and its value; the value is quoted where it needs it.
struct Field {
    std::string_view key;
    std::string value;

    Field(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
    Field(std::string_view k, std::string_view v) : key(k), value(v) {}
    Field(std::string_view k, const char* v) : key(k), value(v) {}
    Field(std::string_view k, std::int64_t v) : key(k), value(std::to_string(v)) {}
    Field(std::string_view k, std::uint64_t v) : key(k), value(std::to_string(v)) {}
    Field(std::string_view k, int v) : key(k), value(std::to_string(v)) {}
    Field(std::string_view k, double v);
};

/// Chooses where lines go and from which level on; until then: standard error, info.
void configure(Sink sink, Level level);
/// Writes out what is queued and stops the sink's thread; called once before exit.
void shutdown();

void write(Level level, std::string_view event, std::initializer_list<Field> fields);
/// What `write` writes, without the time.
[[nodiscard]] std::string line(Level level, std::string_view event,
                               std::initializer_list<Field> fields);

inline void debug(std::string_view event, std::initializer_list<Field> fields = {}) {
    write(Level::debug, event, fields);
}
inline void info(std::string_view event, std::initializer_list<Field> fields = {}) {
    write(Level::info, event, fields);
}
inline void warning(std::string_view event, std::initializer_list<Field> fields = {}) {
    write(Level::warning, event, fields);
}
inline void error(std::string_view event, std::initializer_list<Field> fields = {}) {
    write(Level::error, event, fields);
}

}  // namespace duet::log
