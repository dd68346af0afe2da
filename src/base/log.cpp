#include "base/log.hpp"

#include <fmt/format.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/sinks/syslog_sink.h>

#include <memory>

namespace duet::log {
namespace {

constexpr std::size_t log_lines_limit = 8'192;  // lines waiting for the sink; then the oldest go

spdlog::level::level_enum level_of(Level level) {
    switch (level) {
        case Level::debug: return spdlog::level::debug;
        case Level::info: return spdlog::level::info;
        case Level::warning: return spdlog::level::warn;
        case Level::error: return spdlog::level::err;
    }
    return spdlog::level::info;
}

std::string_view name_of(Level level) {
    switch (level) {
        case Level::debug: return "debug";
        case Level::info: return "info";
        case Level::warning: return "warning";
        case Level::error: return "error";
    }
    return "info";
}

std::shared_ptr<spdlog::sinks::sink> make_sink(Sink sink) {
    switch (sink) {
        case Sink::standard_error: {
            auto made = std::make_shared<spdlog::sinks::stderr_sink_mt>();
            made->set_formatter(std::make_unique<spdlog::pattern_formatter>(
                "%Y-%m-%dT%H:%M:%S.%eZ %v", spdlog::pattern_time_type::utc));
            return made;
        }
        case Sink::syslog:
            // syslog puts the time before each line itself.
            return std::make_shared<spdlog::sinks::syslog_sink_mt>("duet", LOG_PID, LOG_DAEMON,
                                                                   false);
        case Sink::none: break;
    }
    return std::make_shared<spdlog::sinks::null_sink_mt>();
}

/// The logger and the thread that writes for it. The pool outlives the logger: an asynchronous
/// logger only refers to it.
class Writer {
public:
    void open(Sink sink, Level level) {
        close();
        if (sink == Sink::none) {
            open_ = true;
            return;
        }
        pool_ = std::make_shared<spdlog::details::thread_pool>(log_lines_limit, 1);
        logger_ = std::make_shared<spdlog::async_logger>(
            "duet", make_sink(sink), pool_, spdlog::async_overflow_policy::overrun_oldest);
        logger_->set_level(level_of(level));
        logger_->flush_on(spdlog::level::debug);
        open_ = true;
    }
    /// The pool's destructor writes what is queued, then joins its thread.
    void close() {
        logger_.reset();
        pool_.reset();
    }
    spdlog::logger* logger() {
        if (!open_) {
            open(Sink::standard_error, Level::info);
        }
        return logger_.get();
    }

private:
    bool open_ = false;  // stays true after close(): what is written during the exit goes nowhere
    std::shared_ptr<spdlog::details::thread_pool> pool_;
    std::shared_ptr<spdlog::async_logger> logger_;
};

Writer& writer() {
    static Writer instance;
    return instance;
}

bool needs_quotes(std::string_view value) {
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= ' ' || byte == 0x7f || c == '"' || c == '=' || c == '\\') {
            return true;
        }
    }
    return value.empty();
}

void append_value(std::string& out, std::string_view value) {
    if (!needs_quotes(value)) {
        out += value;
        return;
    }
    out += '"';
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (byte < ' ' || byte == 0x7f) {
            out += fmt::format("\\x{:02x}", byte);
        } else {
            out += c;
        }
    }
    out += '"';
}

}  // namespace

Field::Field(std::string_view k, double v) : key(k), value(fmt::format("{}", v)) {}

void configure(Sink sink, Level level) { writer().open(sink, level); }

void shutdown() { writer().close(); }

std::string line(Level level, std::string_view event, std::initializer_list<Field> fields) {
    std::string text = "level=";
    text += name_of(level);
    text += " event=";
    append_value(text, event);
    for (const Field& field : fields) {
        text += ' ';
        text += field.key;
        text += '=';
        append_value(text, field.value);
    }
    return text;
}

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
    spdlog::logger* logger = writer().logger();
    if (logger == nullptr || !logger->should_log(level_of(level))) {
        return;
    }
    const std::string text = line(level, event, fields);
    logger->log(level_of(level), spdlog::string_view_t(text));
}

}  // namespace duet::log
