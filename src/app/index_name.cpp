#include "app/index_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "model/names.hpp"
#include "stores/elasticsearch/catalog.hpp"

namespace duet::app {

namespace {

constexpr std::string_view keyspace_mark = "{keyspace}";
constexpr std::string_view table_mark = "{table}";
/// No index begins with an underscore, but a table or keyspace may.
constexpr std::string_view leading_underscore = "~_";

/// Of a keyspace's name nothing is escaped but its capitals: so the first separator ends it.
bool is_keyspace(std::string_view part) {
    for (std::size_t i = 0; i < part.size(); ++i) {
        const auto c = static_cast<unsigned char>(part[i]);
        const bool word = std::isalnum(c) != 0 || c == '_';
        const bool capital = c == '~' && i + 1 < part.size() &&
                             std::islower(static_cast<unsigned char>(part[i + 1])) != 0;
        if (!word && !capital) return false;
    }
    return !part.empty();
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

/// Both marks are free. A name that can be cut in two ways (a separator that may be part of a
/// keyspace's name) leaves it open which table is meant: none, then.
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
        const std::string_view keyspace = keyspace_first ? left : right;
        const std::string_view table = keyspace_first ? right : left;
        if (!is_keyspace(keyspace) || table.empty()) continue;
        if (found) return std::nullopt;
        found = TableName{index_to_table(keyspace), index_to_table(table)};
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
    const std::string index =
        replaced(replaced(std::string(pattern), keyspace_mark, table_to_index(name.keyspace)),
                 table_mark, table_to_index(name.table));
    return index.starts_with('_') ? "~" + index : index;
}

std::optional<TableName> table_name(std::string_view pattern, std::string_view index,
                                    const TableName& given) {
    if (index.starts_with(leading_underscore)) index.remove_prefix(1);
    // A keyspace that is known is text like any other; what is left free is {table}, or {keyspace}
    // and {table}.
    const std::string text = given.keyspace.empty() ? std::string(pattern)
                                                    : replaced(std::string(pattern), keyspace_mark,
                                                               table_to_index(given.keyspace));
    const std::size_t table_at = text.find(table_mark);
    const std::size_t keyspace_at = text.find(keyspace_mark);
    if (table_at == std::string::npos) {
        if (text != index || given.table.empty()) return std::nullopt;
        return given;
    }
    if (keyspace_at == std::string::npos) {
        const auto middle =
            between(index, text.substr(0, table_at), text.substr(table_at + table_mark.size()));
        if (!middle || middle->empty()) return std::nullopt;
        return TableName{given.keyspace, index_to_table(*middle)};
    }
    return split(text, index, keyspace_at, table_at);
}

}  // namespace duet::app
