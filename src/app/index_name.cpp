#include "app/index_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "stores/elasticsearch/catalog.hpp"

namespace duet::app {

namespace {

constexpr std::string_view keyspace_mark = "{keyspace}";
constexpr std::string_view table_mark = "{table}";
constexpr std::size_t cql_name_limit = 48;  // Cassandra's own

bool is_cql_name(std::string_view name) {
    return !name.empty() && name.size() <= cql_name_limit &&
           std::ranges::all_of(name,
                               [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

std::string replaced(std::string text, std::string_view mark, std::string_view by) {
    const std::size_t at = text.find(mark);
    if (at != std::string::npos) text.replace(at, mark.size(), by);
    return text;
}

/// What stands between a beginning and an end.
std::optional<std::string_view> between(std::string_view text, std::string_view begin,
                                        std::string_view end) {
    const bool fits =
        text.size() >= begin.size() + end.size() && text.starts_with(begin) && text.ends_with(end);
    if (!fits) return std::nullopt;
    return text.substr(begin.size(), text.size() - begin.size() - end.size());
}

/// Both marks are free. A name that can be cut in two ways (a separator that may be part of a name)
/// leaves it open which table is meant: none, then.
std::optional<TableName> split(std::string_view pattern, std::string_view index,
                               std::size_t keyspace_at, std::size_t table_at) {
    const bool keyspace_first = keyspace_at < table_at;
    const std::size_t first_end =
        keyspace_first ? keyspace_at + keyspace_mark.size() : table_at + table_mark.size();
    const std::size_t second = std::max(keyspace_at, table_at);
    const std::size_t second_end =
        second + (keyspace_first ? table_mark.size() : keyspace_mark.size());
    const std::string_view separator = pattern.substr(first_end, second - first_end);
    const auto middle = between(index, pattern.substr(0, std::min(keyspace_at, table_at)),
                                pattern.substr(second_end));
    std::optional<TableName> found;
    if (!middle || separator.empty()) return found;
    for (std::size_t cut = middle->find(separator); cut != std::string_view::npos;
         cut = middle->find(separator, cut + 1)) {
        const std::string_view left = middle->substr(0, cut);
        const std::string_view right = middle->substr(cut + separator.size());
        if (!is_cql_name(left) || !is_cql_name(right)) continue;
        if (found) return std::nullopt;
        found = keyspace_first ? TableName{std::string(left), std::string(right)}
                               : TableName{std::string(right), std::string(left)};
    }
    return found;
}

}  // namespace

std::optional<std::string> pattern_problem(std::string_view pattern, bool one_table) {
    const std::string rest =
        replaced(replaced(std::string(pattern), keyspace_mark, ""), table_mark, "");
    if (rest.find_first_of("{}") != std::string::npos) {
        return "can hold {keyspace} and {table}, each once, and nothing else in braces";
    }
    if (pattern.find(table_mark) == std::string_view::npos && !one_table) {
        return "lacks {table}, so that all tables would share one index: write "
               "\"{keyspace}.{table}\"";
    }
    const bool touching = pattern.find("{keyspace}{table}") != std::string_view::npos ||
                          pattern.find("{table}{keyspace}") != std::string_view::npos;
    if (touching) return "needs something between {keyspace} and {table}, such as a dot";
    if (pattern.starts_with('.')) {
        return "begins with a dot: such indices are the servers' own, and never paired";
    }
    return elasticsearch::index_name_problem(index_name(pattern, {"k", "t"}));
}

std::string index_name(std::string_view pattern, const TableName& name) {
    return replaced(replaced(std::string(pattern), keyspace_mark, name.keyspace), table_mark,
                    name.table);
}

std::optional<TableName> table_name(std::string_view pattern, std::string_view index,
                                    const TableName& given) {
    // A keyspace that is known is text like any other; what is left free is {table}, or {keyspace}
    // and {table}.
    const std::string text = given.keyspace.empty()
                                 ? std::string(pattern)
                                 : replaced(std::string(pattern), keyspace_mark, given.keyspace);
    const std::size_t table_at = text.find(table_mark);
    const std::size_t keyspace_at = text.find(keyspace_mark);
    if (table_at == std::string::npos) {
        if (text != index || given.table.empty()) return std::nullopt;
        return given;
    }
    if (keyspace_at == std::string::npos) {
        const auto middle =
            between(index, text.substr(0, table_at), text.substr(table_at + table_mark.size()));
        if (!middle || !is_cql_name(*middle)) return std::nullopt;
        return TableName{given.keyspace, std::string(*middle)};
    }
    return split(text, index, keyspace_at, table_at);
}

}  // namespace duet::app
