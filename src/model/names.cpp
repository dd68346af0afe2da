#include "model/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace duet {
namespace {

/// An escaped character at the beginning of a text.
struct Escape {
    char character = 0;
    std::size_t size = 0;  // of the text that stands for it
};

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

int digit_of(char c, std::string_view digits) {
    const std::size_t place = digits.find(c);
    return place == std::string_view::npos ? -1 : static_cast<int>(place);
}

std::optional<char> byte_of(std::string_view two, std::string_view digits) {
    if (two.size() < 2) return std::nullopt;
    const int high = digit_of(two[0], digits);
    const int low = digit_of(two[1], digits);
    if (high < 0 || low < 0) return std::nullopt;
    return static_cast<char>(high * 16 + low);
}

// --- tables and indices ---

constexpr std::string_view lower_digits = "0123456789abcdef";

bool is_small(char c) { return c >= 'a' && c <= 'z'; }

/// `_xHH_`, of a character that an index's name can have and a table's cannot; `_x5f_` only where
/// the underscore would begin another escape, `_x7e_` only where the tilde would make no capital.
std::optional<Escape> table_escape(std::string_view text) {
    constexpr std::size_t size = 5;
    if (text.size() < size || !text.starts_with("_x") || text[4] != '_') return std::nullopt;
    const auto byte = byte_of(text.substr(2), lower_digits);
    if (!byte) return std::nullopt;
    const std::string_view rest = text.substr(size);
    const bool stands = *byte == '_'
                            ? table_escape("_" + std::string(rest)).has_value()
                            : !is_word(*byte) && !is_upper(*byte) &&
                                  !(*byte == '~' && !rest.empty() && is_small(rest.front()));
    return stands ? std::optional(Escape{*byte, size}) : std::nullopt;
}

std::string escaped_table_byte(char c) {
    return fmt::format("_x{:02x}_", static_cast<unsigned char>(c));
}

bool is_capital(std::string_view text) {
    return text.size() > 1 && text[0] == '~' && is_small(text[1]);
}

// --- columns and fields ---

constexpr std::string_view upper_digits = "0123456789ABCDEF";
/// Elasticsearch keeps them for itself.
constexpr std::array kept_names = {"_id",
                                   "_index",
                                   "_source",
                                   "_routing",
                                   "_version",
                                   "_seq_no",
                                   "_primary_term",
                                   "_type",
                                   "_field_names",
                                   "_ignored",
                                   "_size",
                                   "_tier",
                                   "_nested_path",
                                   "_doc_count",
                                   "_feature",
                                   "_data_stream_timestamp",
                                   "_tsid",
                                   "_ignored_source",
                                   "_inference_fields"};

bool is_kept(std::string_view name) {
    return std::ranges::find(kept_names, name) != kept_names.end();
}

bool is_blank(std::string_view name) {
    return name.find_first_not_of(" \t\n\r\f\v") == std::string_view::npos;
}

/// The first character of a whole name that no field can have.
bool first_is_escaped(std::string_view name) { return is_blank(name) || is_kept(name); }

/// `%HH` at the beginning of what is left of a field's name; `first`: of the whole name.
std::optional<Escape> field_escape(std::string_view text, bool first) {
    constexpr std::size_t size = 3;
    if (!text.starts_with('%')) return std::nullopt;
    const auto byte = byte_of(text.substr(1), upper_digits);
    if (!byte) return std::nullopt;
    const std::string rest = *byte + std::string(text.substr(std::min(size, text.size())));
    const bool stands = *byte == '.' || (*byte == '%' && field_escape(rest, first)) ||
                        (first && first_is_escaped(rest));
    return stands ? std::optional(Escape{*byte, size}) : std::nullopt;
}

std::string escaped_field_byte(char c) {
    return fmt::format("%{:02X}", static_cast<unsigned char>(c));
}

}  // namespace

std::string table_to_index(std::string_view name) {
    std::string out;
    while (!name.empty()) {
        if (const auto escape = table_escape(name)) {
            out += escape->character;
            name.remove_prefix(escape->size);
            continue;
        }
        if (is_upper(name.front())) out += '~';
        out += is_upper(name.front()) ? static_cast<char>(name.front() - 'A' + 'a') : name.front();
        name.remove_prefix(1);
    }
    return out;
}

std::string index_to_table(std::string_view name) {
    std::string out;  // grows at its beginning: what follows decides whether an underscore stands
    while (!name.empty()) {
        const char last = name.back();
        if (name.size() > 1 && is_capital(name.substr(name.size() - 2))) {
            out.insert(0, 1, static_cast<char>(last - 'a' + 'A'));
            name.remove_suffix(2);
            continue;
        }
        const bool plain = is_word(last) && !(last == '_' && table_escape("_" + out));
        out.insert(0, plain ? std::string(1, last) : escaped_table_byte(last));
        name.remove_suffix(1);
    }
    return out;
}

std::string column_to_field(std::string_view name) {
    std::string out;  // from its end, as above
    for (std::size_t i = name.size(); i-- > 0;) {
        const bool escapes = name[i] == '.' ||
                             (name[i] == '%' && field_escape("%" + out, i == 0)) ||
                             (i == 0 && first_is_escaped(name));
        out.insert(0, escapes ? escaped_field_byte(name[i]) : std::string(1, name[i]));
    }
    return out;
}

std::string field_to_column(std::string_view name) {
    std::string out;
    for (bool first = true; !name.empty(); first = false) {
        const auto escape = field_escape(name, first);
        out += escape ? escape->character : name.front();
        name.remove_prefix(escape ? escape->size : 1);
    }
    return out;
}

}  // namespace duet
