#include "model/record.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string_view>

namespace duet {
namespace {

const Value null_value;

const Type& element_type(const Type& type, std::size_t i) {
    static const Type unknown;  // a Type without its parts: values are then compared as they stand
    return i < type.elements.size() ? type.elements[i] : unknown;
}

/// A UDT of many cells of which none is there reads back as null, like an empty collection.
bool is_empty_as(const Value& value, const Type& type) {
    if (is_empty(value)) {
        return true;
    }
    const List* fields = value.get_if<List>();
    return fields != nullptr && type.kind == Kind::udt && type.multi_cell() &&
           std::all_of(fields->begin(), fields->end(),
                       [](const Value& field) { return field.is_null(); });
}

/// JSON without the blanks between its tokens: documents are read back so, whoever wrote the row.
std::string without_blanks(std::string_view json) {
    std::string out;
    out.reserve(json.size());
    bool in_string = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (blank && !in_string) {
            continue;
        }
        out += c;
        if (c == '"') {
            in_string = !in_string;
        } else if (c == '\\' && in_string && i + 1 < json.size()) {
            out += json[++i];
        }
    }
    return out;
}

/// ::ffff:1.2.3.4 (RFC 4291, section 2.5.5.2).
bool is_mapped(const Inet& address) {
    constexpr std::array<std::uint8_t, 12> prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return address.size == 16 && std::equal(prefix.begin(), prefix.end(), address.bytes.begin());
}

/// Writes values so that those which V6 calls the same give the same bytes, and others do not:
/// sets sorted and without doubles, maps sorted by key, one NaN, no nulls that end a tuple or UDT.
class Canonical {
public:
    explicit Canonical(std::string& out) : out_(out) {}

    void append(const Value& value, const Type& type) {
        out_ += static_cast<char>(value.held.index());
        type_ = &type;
        std::visit(*this, value.held);
    }

    void operator()(std::monostate) {}
    void operator()(bool value) { out_ += value ? '\1' : '\0'; }
    void operator()(std::int64_t value) { append_bits(static_cast<std::uint64_t>(value)); }
    void operator()(float value) {
        value = std::isnan(value) ? std::numeric_limits<float>::quiet_NaN() : value;
        append_bits(std::bit_cast<std::uint32_t>(value));
    }
    void operator()(double value) {
        value = std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value;
        append_bits(std::bit_cast<std::uint64_t>(value));
    }
    void operator()(const std::string& text) {
        if (type_->holds_json) {
            append_text(without_blanks(text));
        } else {
            append_text(text);
        }
    }
    void operator()(const Blob& blob) { append_text(as_text(blob.bytes)); }
    void operator()(const Uuid& id) { out_ += as_text(id.bytes); }
    void operator()(const Inet& address) {
        const std::string_view bytes = as_text(address.bytes).substr(0, address.size);
        // In a collection Cassandra keeps an IPv4 address that came as IPv6 as what it is.
        append_text(is_mapped(address) ? bytes.substr(12) : bytes);
    }
    void operator()(const BigInteger& number) { append_text(number.digits); }
    void operator()(const Decimal& number) {
        append_text(number.unscaled.digits);
        append_bits(static_cast<std::uint64_t>(number.scale));
    }
    void operator()(const Duration& duration) {
        append_bits(static_cast<std::uint64_t>(duration.months));
        append_bits(static_cast<std::uint64_t>(duration.days));
        append_bits(static_cast<std::uint64_t>(duration.nanoseconds));
    }
    void operator()(const List& list) {
        const Type& type = *type_;
        if (type.kind == Kind::set) {
            append_set(list, element_type(type, 0));
            return;
        }
        const bool has_parts = type.kind == Kind::tuple || type.kind == Kind::udt;
        std::size_t size = list.size();
        while (has_parts && size > 0 && list[size - 1].is_null()) {
            --size;  // parts added to the type later are missing at the end
        }
        append_bits(size);
        for (std::size_t i = 0; i < size; ++i) {
            append(list[i], element_type(type, has_parts ? i : 0));
        }
    }
    void operator()(const Map& map) {
        const Type& type = *type_;
        std::vector<std::pair<std::string, std::string>> entries(map.size());
        for (std::size_t i = 0; i < map.size(); ++i) {
            Canonical(entries[i].first).append(map[i].first, element_type(type, 0));
            Canonical(entries[i].second).append(map[i].second, element_type(type, 1));
        }
        std::stable_sort(entries.begin(), entries.end(), [](const auto& left, const auto& right) {
            return left.first < right.first;
        });
        // Of entries with one key the last stays, as it does in both stores.
        std::string text;
        std::size_t size = 0;
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (i + 1 == entries.size() || entries[i].first != entries[i + 1].first) {
                text += entries[i].first;
                text += entries[i].second;
                ++size;
            }
        }
        append_bits(size);
        out_ += text;
    }

private:
    void append_bits(std::uint64_t bits) {
        std::array<char, 8> bytes{};
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes.at(i) = static_cast<char>(bits >> (8 * i) & 0xffU);
        out_.append(bytes.data(), bytes.size());
    }
    void append_text(std::string_view text) {
        append_bits(text.size());
        out_ += text;
    }
    void append_set(const List& list, const Type& type) {
        std::vector<std::string> elements(list.size());
        for (std::size_t i = 0; i < list.size(); ++i) {
            Canonical(elements[i]).append(list[i], type);
        }
        std::sort(elements.begin(), elements.end());
        elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
        append_bits(elements.size());
        for (const std::string& element : elements) {
            out_ += element;
        }
    }

    std::string& out_;
    const Type* type_ = nullptr;  // of the value being visited
};

std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
    hash = (hash ^ word) * 0x9FB2'1C65'1E98'DF25U;
    return hash ^ (hash >> 35);
}

std::uint64_t load_little(const char* bytes) {
    std::uint64_t word = 0;
    if constexpr (std::endian::native == std::endian::little) {
        std::memcpy(&word, bytes, sizeof word);
    } else {
        for (int i = 7; i >= 0; --i) word = (word << 8) | static_cast<unsigned char>(bytes[i]);
    }
    return word;
}

/// Not cryptographic, but the same on every machine and in every version: digests are stored.
std::uint64_t hash_of(std::string_view text, std::uint64_t seed) {
    std::uint64_t hash = mix(seed, text.size());
    std::size_t place = 0;
    for (; place + 8 <= text.size(); place += 8) hash = mix(hash, load_little(&text[place]));
    std::uint64_t rest = 0;
    for (; place < text.size(); ++place) {
        rest = (rest << 8) | static_cast<unsigned char>(text[place]);
    }
    return mix(mix(hash, rest), 0xA24B'AED4'963E'E407U);
}

const Value& value_at(const Content& content, std::size_t i) {
    return i < content.values.size() ? content.values[i] : null_value;
}

}  // namespace

bool is_empty(const Value& value) {
    if (const List* list = value.get_if<List>()) {
        return list->empty();
    }
    if (const Map* map = value.get_if<Map>()) {
        return map->empty();
    }
    return value.is_null();
}

bool same_value(const Value& left, const Value& right, const Type& type) {
    const bool left_empty = is_empty_as(left, type);
    if (left_empty || is_empty_as(right, type)) {
        return left_empty && is_empty_as(right, type);
    }
    // Bit for bit the same is the usual case, and costs no copy.
    if (left == right) {
        return true;
    }
    if (left.held.index() != right.held.index()) {
        return false;
    }
    std::string left_text;
    std::string right_text;
    Canonical(left_text).append(left, type);
    Canonical(right_text).append(right, type);
    return left_text == right_text;
}

bool same_content(const Content& left, const Content& right, const Schema& schema) {
    for (std::size_t i = 0; i < schema.columns.size(); ++i) {
        if (!same_value(value_at(left, i), value_at(right, i), schema.columns[i].type)) {
            return false;
        }
    }
    return true;
}

std::uint64_t digest(const Content& content, const Schema& schema) {
    // A sum over the columns that hold something, by name: a new column without values changes no
    // digest that was stored.
    std::uint64_t sum = 0;
    std::string text;
    for (std::size_t i = 0; i < schema.columns.size(); ++i) {
        const Column& column = schema.columns[i];
        const Value& value = value_at(content, i);
        if (is_empty_as(value, column.type)) {
            continue;
        }
        text.clear();
        Canonical(text).append(value, column.type);
        sum += hash_of(text, hash_of(column.name, 0));
    }
    return sum;
}

std::size_t size_of(const Content& content) {
    std::size_t bytes = sizeof(Content) + content.carried.size();
    for (const Value& value : content.values) {
        bytes += size_of(value);
    }
    return bytes;
}

}  // namespace duet
