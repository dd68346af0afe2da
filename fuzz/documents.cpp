// What stands in documents: their JSON, their fields as values of a row, and their ids as its key.
// The first byte says which of these; the rest is a text and the columns, or makes both.

#include <boost/json.hpp>

#include <array>
#include <optional>

#include "choices.hpp"
#include "elastic/client.hpp"
#include "hold.hpp"
#include "model/text.hpp"
#include "stores/cassandra/codec.hpp"
#include "stores/cassandra/keys.hpp"
#include "stores/elasticsearch/mapping.hpp"
#include "stores/elasticsearch/reader.hpp"
#include "stores/elasticsearch/writer.hpp"

using namespace duet;
using namespace duet::elasticsearch;
using duet::fuzz::Choices;
using duet::fuzz::hold;

namespace {

constexpr int deepest = 3;
constexpr Version stamp{1'795'184'227'797'123};

// --- JSON ---

/// Both parsers understand the same.
void compare(const Json& ours, const boost::json::value& theirs) {
    switch (theirs.kind()) {
        case boost::json::kind::null: return hold(ours.is(Json::Kind::null));
        case boost::json::kind::bool_: return hold(ours.is(Json::Kind::boolean));
        case boost::json::kind::int64:
            return hold(ours.is(Json::Kind::number) &&
                        parse_integer(ours.text())->to_int64() == theirs.get_int64());
        case boost::json::kind::uint64:
        case boost::json::kind::double_: return hold(ours.is(Json::Kind::number));
        case boost::json::kind::string:
            return hold(ours.is(Json::Kind::string) && !ours.broken() &&
                        ours.text() == std::string_view(theirs.get_string()));
        case boost::json::kind::array: {
            hold(ours.is(Json::Kind::array) && ours.size() == theirs.get_array().size());
            auto each = ours.begin();
            for (const auto& element : theirs.get_array()) {
                compare(*each, element);
                ++each;
            }
            return;
        }
        case boost::json::kind::object: {
            const auto& members = theirs.get_object();
            hold(ours.is(Json::Kind::object) && ours.size() >= members.size());
            if (ours.size() != members.size()) return;  // one name twice: theirs keeps the last
            for (const auto& [name, value] : members) compare(ours[std::string_view(name)], value);
        }
    }
}

bool same(const Json& left, const Json& right) {
    if (left.kind() != right.kind() || left.key() != right.key()) return false;
    if (!left.is(Json::Kind::array) && !left.is(Json::Kind::object)) {
        return left.text() == right.text() && left.broken() == right.broken();
    }
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), same);
}

void read_json(std::string_view text) {
    boost::json::error_code error;
    boost::json::parse_options options;
    options.max_depth = JsonDocument::depth_limit;
    const auto theirs = boost::json::parse(text, error, {}, options);
    const auto document = JsonDocument::parse(text);
    if (!error) hold(document && !document->broken());
    if (!document) return;
    if (!error) compare(document->root(), theirs);
    // Only ours takes numbers of any size, halves of surrogate pairs and what is nearly UTF-8.
    hold(!error || document->broken() || !cassandra::is_utf8(as_bytes(text)) ||
         error == boost::json::error::exponent_overflow || error == boost::json::error::too_deep);
    std::string compact;
    append_compact(compact, document->root().raw());
    const auto again = JsonDocument::parse(compact);
    hold(again && again->root().raw() == compact && same(again->root(), document->root()));
}

// --- Documents ---

constexpr std::array names{"f", "a", "some \"field\"", "\\ud800", "\xC3\xA4", " x", "updated"};
constexpr std::array formats{"strict_date_optional_time",
                             "epoch_millis",
                             "epoch_second",
                             "yyyy-MM-dd",
                             "yyyy-MM-dd HH:mm:ss",
                             "uuuu-MM-dd'T'HH:mm:ss.SSSXXX",
                             "8yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSSZ",
                             "strict_date",
                             "date_hour_minute_second_millis",
                             "dd.MM.yyyy"};
constexpr std::array mappings{R"({"type":"long"})",      R"({"type":"double","coerce":false})",
                              R"({"type":"float"})",     R"({"type":"boolean"})",
                              R"({"type":"keyword"})",   R"({"type":"object"})",
                              R"({"type":"flattened"})", R"({"type":"dense_vector","dims":2})"};

std::string any_format(Choices& choices) {
    std::string format;
    for (std::size_t parts = 1 + choices.below(3); parts > 0; --parts) {
        format += format.empty() ? "" : "||";
        format += choices.one_of(formats);
    }
    return format;
}

std::string any_mapping(Choices& choices, const Type& type) {
    switch (choices.below(3)) {
        case 0: return mapping_of(type);
        case 1: return R"({"type":"date","format":")" + any_format(choices) + "\"}";
        default: return choices.one_of(mappings);
    }
}

/// A pair's schema, and what the index's mapping says.
struct Pair {
    Schema schema;
    bool mapped = false;  // else nothing is, and nothing that was read can be refused
    std::string properties = "{}";
    Id id;

    [[nodiscard]] Layout layout() const {
        const auto document = JsonDocument::parse(properties);
        return {schema, document->root(), "updated_at", StampFormat()};
    }
};

Key any_key(Choices& choices) {
    const std::size_t size = choices.below(4);
    if (size == 0) return {};
    std::vector<KeyColumn> columns;
    const std::size_t partition = 1 + choices.below(size);
    for (std::size_t i = 0; i < size; ++i) {
        columns.push_back(
            {"k" + std::to_string(i), fuzz::any_type(choices, 1, true), i >= partition});
    }
    return Key(std::move(columns));
}

std::vector<Value> any_key_values(Choices& choices, const Key& key) {
    std::vector<Value> values;
    for (const KeyColumn& column : key.columns()) {
        values.push_back(fuzz::any_value(choices, column.type));
    }
    return values;
}

Pair any_pair(Choices& choices) {
    Pair pair;
    pair.mapped = choices.flip();
    pair.schema.key = any_key(choices);
    pair.schema.expiry_field = choices.flip() ? "expires_at" : "";
    const std::size_t first = choices.below(names.size());
    std::string properties;
    const std::size_t columns = choices.below(4);
    for (std::size_t i = 0; i < columns; ++i) {
        Column column{names[(first + i) % names.size()], fuzz::any_type(choices, deepest)};
        properties += properties.empty() ? "{" : ",";
        elastic::append_json_string(properties, column.name);
        properties += ":" + any_mapping(choices, column.type);
        pair.schema.columns.push_back(std::move(column));
    }
    if (pair.mapped && !properties.empty()) pair.properties = properties + "}";
    pair.id = pair.schema.key.encode(any_key_values(choices, pair.schema.key));
    return pair;
}

bool keeps_json(const Type& type) {
    return type.holds_json || std::ranges::any_of(type.elements, keeps_json);
}

/// It holds text that is none, beside nulls.
bool is_broken(const Json& value) {
    return value.broken() || std::any_of(value.begin(), value.end(), [](const Json& part) {
               return !part.is(Json::Kind::null) && (part.broken_key() || is_broken(part));
           });
}

void check_refusal(const Refusal& refusal) {
    hold(!refusal.reason.empty() && refusal.value.size() <= shown_limit + 3);
    for (const std::string& text : {refusal.field, refusal.value, refusal.reason}) {
        hold(cassandra::is_utf8(as_bytes(text)));
    }
}

bool is_object_column(const Field& field) {
    const Type& type = field.type;
    return type.holds_json || type.kind == Kind::map || type.kind == Kind::udt;
}

/// The place of the column that a member is, or a part of ("a.b" of "a").
std::optional<std::size_t> column_of(const Json& member, const Layout& layout) {
    const std::string_view name = member.key();
    if (!member.broken_key()) {
        if (const auto place = layout.find(name, 0)) return place;
    }
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const auto place = layout.find(name.substr(0, dot), 0);
    const bool escaped = member.broken_key() && name.substr(0, dot).find('\\') < dot;
    return place && !escaped && is_object_column(layout.fields()[*place]) ? place : std::nullopt;
}

/// Nothing was made of what is no text, and what is no column is carried over to the letter.
void check_taken(const Json& source, const ReadDocument& read, const Layout& layout) {
    std::string carried;
    for (const Json member : source) {
        if (const auto place = column_of(member, layout)) {
            const bool broken = member.broken_key() || is_broken(member);
            hold(keeps_json(layout.fields()[*place].type) || !broken ||
                 member.is(Json::Kind::null));
            continue;
        }
        const auto named = [&](const Field& field) { return field.name == member.key(); };
        if (!member.broken_key() &&
            (member.key() == layout.version_field() || member.key() == layout.expiry_field() ||
             std::ranges::any_of(layout.key_fields(), named))) {
            continue;
        }
        carried += carried.empty() ? "" : ",";
        member.append_key(carried);
        carried += ':';
        append_compact(carried, member.raw());
    }
    hold(read.content.carried == carried);
}

/// The same under V6, and what is carried over to the letter.
void check_same(const ReadDocument& read, const Content& content, const Layout& layout,
                const Schema& schema) {
    hold(!read.problem && read.version == stamp);
    hold(read.content.carried == content.carried);
    for (std::size_t i = 0; i < schema.columns.size(); ++i) {
        const Value& there = i < content.values.size() ? content.values[i] : Value();
        hold(same_value(read.content.values[i], there, layout.fields()[i].type));
    }
}

/// A content as a document is one line of JSON, and this content again. The document; empty:
/// refused.
std::string write(const Pair& pair, const Layout& layout, const Content& content) {
    std::string text = "{\"index\":{}}\n";
    const std::size_t begin = text.size();
    const auto refusal = append_document(text, pair.id, content, stamp, layout);
    if (refusal) {
        check_refusal(*refusal);
        hold(text.size() == begin);
        return {};
    }
    text.erase(0, begin);
    hold(text.find('\n') == std::string::npos);
    const auto document = JsonDocument::parse(text);
    hold(document.has_value());
    check_same(read_document(pair.id, document->root(), layout), content, layout, pair.schema);
    return text;
}

/// Any JSON is a content or a refusal; and a content is a document again.
void read(const Pair& pair, const Layout& layout, std::string_view text) {
    const auto document = JsonDocument::parse(text);
    if (!document) return;
    const ReadDocument read = read_document(pair.id, document->root(), layout);
    if (read.problem) {
        check_refusal(*read.problem);
        return;
    }
    check_taken(document->root(), read, layout);
    const bool written = !write(pair, layout, read.content).empty();
    const bool long_id = pair.id.to_string().size() > id_limit;
    hold(written || pair.mapped || long_id);
}

Value any_field(Choices& choices, const Type& type) {
    if (!type.holds_json) return choices.flip() ? fuzz::any_value(choices, type) : Value();
    constexpr std::array texts{
        R"({"a":[1, null]})", R"(["\ud800"])", "{}", "[]", "null", " 1", "x"};
    return std::string(choices.one_of(texts));
}

void write_any(Choices& choices) {
    const Pair pair = any_pair(choices);
    const Layout layout = pair.layout();
    Content content;
    for (const Field& field : layout.fields()) {
        content.values.push_back(any_field(choices, field.type));
    }
    constexpr std::array carried{"", R"("x":[{}])", R"("\ud800!":"\udc00","y.z":1)"};
    content.carried = choices.one_of(carried);
    std::string text = write(pair, layout, content);
    static_cast<void>(to_json(content, layout));
    if (text.empty()) return;
    fuzz::edit(choices, text);
    read(pair, layout, text);
    const Pair other = any_pair(choices);
    read(other, other.layout(), text);
}

// --- Keys and texts ---

/// A key's id says all of the key, and is the only id that does.
void check_id(const Key& key, const Id& id) {
    const auto values = key.decode(id);
    hold(values.has_value() == key.accepts(id));
    if (!values) return;
    hold(key.encode(*values) == id);
    const auto bytes = cassandra::key_bytes(key, id);
    if (!bytes) return;
    const std::vector<ByteView> cells(bytes->begin(), bytes->end());
    const auto read = cassandra::read_key(key, cells);
    hold(read.problem.empty() && read.id == id);
}

void read_ids(Choices& choices, std::string_view other) {
    const Key key = any_key(choices);
    const std::vector<Value> values = any_key_values(choices, key);
    const Id id = key.encode(values);
    check_id(key, id);
    const auto again = key.decode(id);
    std::string text = id.to_string();
    // Cassandra takes no empty partition key of one column.
    const bool one = key.is_composite() && cassandra::partition_columns(key) == 1;
    hold(again || text.empty() || (one && text.front() == '~'));
    for (std::size_t i = 0; again && i < values.size(); ++i) {
        const KeyColumn& column = key.columns()[i];
        const bool by_value =
            column.clustering && to_cql(column.type).find("decimal") != std::string::npos;
        hold(by_value || same_value((*again)[i], values[i], column.type));
    }
    fuzz::edit(choices, text);
    check_id(key, Id::of(text));
    check_id(key, Id::of(other));
}

/// What a text says, written and read, is the same.
void read_scalar(Choices& choices, std::string_view text) {
    const Type type = fuzz::any_type(choices, 0);
    const auto value = parse_scalar(text, type);
    if (!value) return;
    std::string again;
    append_text(again, *value, type);
    const auto back = parse_scalar(again, type);
    hold(back && same_value(*back, *value, type));
}

void read_moment(Choices& choices, std::string_view moment) {
    const DateFormat format(any_format(choices));
    const int digits = std::array{DateFormat::day, 0, 3, 6}.at(choices.below(4));
    const auto instant = format.parse(moment);
    if (!instant) return;
    std::string text;
    if (!format.append_content(text, *instant, digits)) return hold(text.empty());
    const auto document = JsonDocument::parse(text);
    hold(document.has_value());
    const auto again = format.parse(document->root().text());
    // Beyond what the format holds, fewer digits were asked for than there are.
    hold(again.has_value());
    if (digits == 6) hold(to_micros(*again) == to_micros(*instant));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const ByteView rest(data + 1, size - 1);
    // One line of text, and what is to be made of it.
    const std::string_view text = as_text(rest).substr(0, as_text(rest).find('\n'));
    Choices choices(rest.subspan(std::min(text.size() + 1, rest.size())));
    switch (data[0] % 6) {
        case 0: read_json(as_text(rest)); break;
        case 1: {
            const Pair pair = any_pair(choices);
            read(pair, pair.layout(), text);
            break;
        }
        case 2: {
            Choices all(rest);
            write_any(all);
            break;
        }
        case 3: read_ids(choices, text); break;
        case 4: read_scalar(choices, text); break;
        case 5: read_moment(choices, text); break;
    }
    return 0;
}
