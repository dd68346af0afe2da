#include "stores/cassandra/failure.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "stores/cassandra/codec.hpp"

namespace duet::cassandra {
namespace {

// Protocol section 9.
constexpr std::int32_t invalid = 0x2200;
constexpr std::int32_t config_error = 0x2300;

bool says(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// Guardrails on one value's size concern that record; all others (disk usage, user timestamps …)
/// concern the pair.
bool is_about_one_value(const std::string& text) {
    constexpr std::array<std::string_view, 5> parts{"value_size", "value size", "term_size",
                                                    "collection", "items_per"};
    for (const std::string_view part : parts) {
        if (says(text, part)) {
            return true;
        }
    }
    return false;
}

/// The table or one of its columns is not what it was when the statement was made.
bool is_about_schema(const std::string& text) {
    return says(text, "Undefined column name") || says(text, "Unknown identifier") ||
           says(text, "unconfigured table") || says(text, "does not exist");
}

/// As Cassandra names a column in its messages: 'body', "body" or column body.
bool names(std::string_view text, const std::string& name) {
    for (const std::string& form : {"'" + name + "'", '"' + name + '"'})
        if (text.find(form) != std::string_view::npos) return true;
    const std::string plain = "column " + name;
    const std::size_t at = text.find(plain);
    if (at == std::string_view::npos) return false;
    const std::size_t end = at + plain.size();
    return end == text.size() || text[end] == ' ' || text[end] == ',' || text[end] == '.';
}

std::optional<std::size_t> column_named_in(std::string_view text, const Layout& layout) {
    const auto named = std::ranges::find_if(
        layout.columns, [text](const LayoutColumn& column) { return names(text, column.name); });
    if (named == layout.columns.end()) return std::nullopt;
    return static_cast<std::size_t>(named - layout.columns.begin());
}

std::optional<std::size_t> largest_of(const Content& content) {
    const auto largest = std::ranges::max_element(
        content.values, {}, [](const Value& value) { return size_of(value); });
    if (largest == content.values.end()) return std::nullopt;
    return static_cast<std::size_t>(largest - content.values.begin());
}

bool is_about_size(const std::string& text) {
    return says(text, "too large") || says(text, "oversized") || says(text, "size");
}

}  // namespace

WriteFailure classify_write(const cql::QueryError& error) {
    const std::string text = error.what();
    if (says(text, "uardrail") && !is_about_one_value(text)) {
        return WriteFailure::misconfigured;
    }
    if (error.code() == config_error) {
        return WriteFailure::misconfigured;
    }
    if (is_about_schema(text)) {
        return WriteFailure::unavailable;
    }
    return error.code() == invalid ? WriteFailure::record : WriteFailure::misconfigured;
}

Refusal refusal_of(const cql::QueryError& error, const std::string& table) {
    switch (classify_write(error)) {
        case WriteFailure::misconfigured:
            throw Misconfigured("cannot write to table " + table + ": " + error.what(),
                                "look up the message in Cassandra's documentation (guardrails, "
                                "rights, table options), then start the pair again");
        case WriteFailure::unavailable:
            throw Unavailable("table " + table +
                              " has changed, it is looked at again: " + error.what());
        case WriteFailure::record: break;
    }
    return {"", "", std::string("Cassandra refuses the record: ") + error.what()};
}

void name_culprit(Refusal& refusal, const Layout& layout, const Content& content) {
    if (!refusal.field.empty() || content.values.size() != layout.columns.size()) return;
    std::optional<std::size_t> culprit = column_named_in(refusal.reason, layout);
    if (!culprit && is_about_size(refusal.reason)) culprit = largest_of(content);
    if (!culprit) return;
    refusal.field = layout.columns[*culprit].name;
    refusal.value = shown(content.values[*culprit]);
}

void rethrow_unavailable(const Unavailable& error, const std::string& table) {
    const std::string text = error.what();
    if (says(text, "CDC") && says(text, "Rejecting")) {
        throw Misconfigured(
            "cannot write to table " + table + ": " + text,
            "cdc_raw is full: let its reader free it, or set cdc_block_writes: false");
    }
    throw;  // as it was
}

bool is_too_large(const Unavailable& error) {
    return says(error.what(), "too large for the maximum size");
}

void throw_read_failure(const cql::QueryError& error, const std::string& table) {
    if (is_about_schema(error.what())) {
        throw Unavailable("table " + table +
                          " has changed, it is looked at again: " + error.what());
    }
    throw Misconfigured("cannot read table " + table + ": " + error.what(),
                        "look up the message in Cassandra's documentation, then start the pair "
                        "again");
}

Task<void> run_ddl(cql::Session& session, std::string statement, std::string what) {
    std::string cql = statement;
    try {
        (void)co_await session.query(std::move(cql));
    } catch (const Misconfigured& error) {
        throw Misconfigured(what + ": " + error.what(),
                            "let somebody with the right run: " + statement);
    } catch (const cql::QueryError& error) {
        throw Misconfigured(what + ": " + error.what(), "run it by hand: " + statement);
    }
    co_await session.await_schema_agreement();
}

}  // namespace duet::cassandra
