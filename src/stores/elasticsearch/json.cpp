#include "stores/elasticsearch/json.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <charconv>

#include "elastic/client.hpp"

namespace duet::elasticsearch {

namespace ondemand = simdjson::ondemand;

namespace {

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

std::string_view without_blanks_after(std::string_view token) {
    while (!token.empty() && is_blank(token.back())) token.remove_suffix(1);
    return token;
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at;
}

/// RFC 8259's number; the parser looks at numbers only when asked for them.
bool is_number(std::string_view text) {
    std::size_t at = text.starts_with('-') ? 1 : 0;
    const std::size_t whole = at;
    at = skip_digits(text, at);
    if (at == whole || (text[whole] == '0' && at > whole + 1)) return false;
    if (at < text.size() && text[at] == '.') {
        const std::size_t fraction = at + 1;
        at = skip_digits(text, fraction);
        if (at == fraction) return false;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
        const std::size_t exponent = at;
        at = skip_digits(text, exponent);
        if (at == exponent) return false;
    }
    return at == text.size();
}

/// The length of a string's inside, up to the quote that ends it.
std::size_t inside_size(const char* begin, const char* limit) {
    const char* at = begin;
    while (at < limit && *at != '"') at += *at == '\\' ? 2 : 1;
    return static_cast<std::size_t>(std::min(at, limit) - begin);
}

/// The sequence at the start of the bytes, by its lead byte alone; 0: it is none, or cut short.
std::size_t sequence_size(std::string_view bytes) {
    const auto ones = std::countl_one(static_cast<unsigned char>(bytes.front()));
    const std::size_t size = ones == 0 ? 1 : static_cast<std::size_t>(ones);
    if (ones == 1 || size > 4 || size > bytes.size()) return 0;
    const bool whole = std::all_of(bytes.begin() + 1, bytes.begin() + ones, [](char c) {
        return std::countl_one(static_cast<unsigned char>(c)) == 1;
    });
    return ones == 0 || whole ? size : 0;
}

/// Elasticsearch's parser takes what is nearly UTF-8. Surrogates and overlong forms are to it what
/// these escapes say, and what lies beyond Unicode becomes half a pair. Empty: what it does not
/// take.
std::string with_escapes(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    while (!text.empty()) {
        const std::size_t size = sequence_size(text);
        if (size == 0) return {};
        const std::string_view part = text.substr(0, size);
        text.remove_prefix(size);
        if (simdjson::validate_utf8(part)) {
            out += part;
        } else if (size == 2 || size == 3) {
            unsigned code = static_cast<unsigned char>(part[0]) & (0xffU >> (size + 1));
            for (const char c : part.substr(1)) {
                code = (code << 6) | (static_cast<unsigned char>(c) & 0x3fU);
            }
            out += fmt::format("\\u{:04x}", code);
        } else {
            out += "\\ud800\\ud800";
        }
    }
    return out;
}

}  // namespace

/// Walks over a text once and notes where every value lies. Throws simdjson_error where it is no
/// JSON.
class JsonTape {
public:
    explicit JsonTape(JsonDocument& out) : out_(out) {}

    void run(std::size_t size) {
        auto document = parser_.iterate(out_.text_.data(), size, out_.text_.size());
        if (document.error() != simdjson::SUCCESS) fail();
        add_root(document.get_array());
        // Nothing may follow the array around it: "1],[2" would close it early.
        if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) fail();
    }

private:
    using Node = JsonDocument::Node;

    JsonDocument& out_;
    ondemand::parser parser_;

    [[noreturn]] static void fail() { throw simdjson::simdjson_error(simdjson::TAPE_ERROR); }

    [[nodiscard]] std::uint32_t offset(const char* place) const {
        return static_cast<std::uint32_t>(place - out_.text_.data());
    }
    [[nodiscard]] std::uint32_t count() const {
        return static_cast<std::uint32_t>(out_.nodes_.size());
    }

    void add_root(ondemand::array array) {
        out_.nodes_.emplace_back();
        out_.nodes_[0].kind = Json::Kind::array;
        for (ondemand::value value : array) add(value, 0);
        out_.nodes_[0].next = count();
        if (count() < 2 || out_.nodes_[1].next != count()) fail();
    }

    std::uint32_t add(ondemand::value value, int depth) {
        if (depth > JsonDocument::depth_limit) fail();
        const std::string_view token = without_blanks_after(value.raw_json_token());
        if (token.empty()) fail();
        const std::uint32_t index = count();
        Node node;
        node.begin = offset(token.data());
        node.size = static_cast<std::uint32_t>(token.size());
        switch (token.front()) {
            case '{': node.kind = Json::Kind::object; break;
            case '[': node.kind = Json::Kind::array; break;
            case '"': node.kind = Json::Kind::string; break;
            case 't':
            case 'f': node.kind = Json::Kind::boolean; break;
            case 'n': node.kind = Json::Kind::null; break;
            default: node.kind = Json::Kind::number;
        }
        out_.nodes_.push_back(node);
        if (node.kind == Json::Kind::object) {
            close(index, add_members(value.get_object(), node.begin + 1, depth), '}');
        } else if (node.kind == Json::Kind::array) {
            close(index, add_elements(value.get_array(), node.begin + 1, depth), ']');
        } else if (node.kind == Json::Kind::string) {
            add_string(out_.nodes_[index], token, value);
        } else {
            check(node.kind, token);
        }
        out_.nodes_[index].next = count();
        return index;
    }

    static void check(Json::Kind kind, std::string_view token) {
        const bool good = kind == Json::Kind::number    ? is_number(token)
                          : kind == Json::Kind::boolean ? token == "true" || token == "false"
                                                        : token == "null";
        if (!good) fail();
    }

    void add_string(Node& node, std::string_view token, ondemand::value value) {
        if (token.size() < 2 || token.back() != '"') fail();
        if (token.find('\\') == std::string_view::npos) return;
        std::string_view text;
        node.broken = value.get_string().get(text) != simdjson::SUCCESS;
        if (node.broken) {
            out_.broken_ = true;
            return;
        }
        node.text_apart = true;
        node.text_begin = static_cast<std::uint32_t>(out_.unescaped_.size());
        node.text_size = static_cast<std::uint32_t>(text.size());
        out_.unescaped_ += text;
    }

    /// Both return where the last of them ends.
    std::uint32_t add_elements(ondemand::array array, std::uint32_t end, int depth) {
        for (ondemand::value value : array) {
            const Node& node = out_.nodes_[add(value, depth + 1)];
            end = node.begin + node.size;
        }
        return end;
    }
    std::uint32_t add_members(ondemand::object object, std::uint32_t end, int depth) {
        for (ondemand::field field : object) {
            const char* name = field.key().raw();
            const char* limit = out_.text_.data() + out_.text_.size();
            const std::string_view raw(name, inside_size(name, limit));
            std::string_view unescaped;
            bool apart = raw.find('\\') != std::string_view::npos;
            const bool bad = apart && field.unescaped_key().get(unescaped) != simdjson::SUCCESS;
            apart = apart && !bad;
            out_.broken_ = out_.broken_ || bad;
            const std::uint32_t index = add(field.value(), depth + 1);
            Node& node = out_.nodes_[index];
            node.key_apart = apart;
            node.key_broken = bad;
            node.key_begin =
                apart ? static_cast<std::uint32_t>(out_.unescaped_.size()) : offset(name);
            node.key_size = static_cast<std::uint32_t>(apart ? unescaped.size() : raw.size());
            out_.unescaped_ += unescaped;
            end = node.begin + node.size;
        }
        return end;
    }

    void close(std::uint32_t index, std::uint32_t end, char bracket) {
        while (end < out_.text_.size() && is_blank(out_.text_[end])) ++end;
        if (end >= out_.text_.size() || out_.text_[end] != bracket) fail();
        out_.nodes_[index].size = end + 1 - out_.nodes_[index].begin;
    }
};

std::optional<JsonDocument> JsonDocument::parse(std::string_view text) {
    auto document = read(text);
    if (!document && !simdjson::validate_utf8(text)) document = read(with_escapes(text));
    return document;
}

std::optional<JsonDocument> JsonDocument::read(std::string_view text) {
    if (text.size() > UINT32_MAX / 2) return std::nullopt;
    JsonDocument document;
    const std::size_t size = text.size() + 2;
    document.text_.reserve(size + simdjson::SIMDJSON_PADDING);
    document.text_ += '[';
    document.text_ += text;
    document.text_ += ']';
    document.text_.append(simdjson::SIMDJSON_PADDING, ' ');
    document.nodes_.reserve(text.size() / 16 + 2);
    try {
        JsonTape(document).run(size);
    } catch (const simdjson::simdjson_error&) {
        return std::nullopt;
    }
    return document;
}

Json::Kind Json::kind() const { return exists() ? document_->nodes_[node_].kind : Kind::missing; }

std::string_view Json::raw() const {
    if (!exists()) return {};
    const auto& node = document_->nodes_[node_];
    return std::string_view(document_->text_).substr(node.begin, node.size);
}

std::string_view Json::text() const {
    if (kind() != Kind::string) return raw();
    const auto& node = document_->nodes_[node_];
    if (node.text_apart)
        return std::string_view(document_->unescaped_).substr(node.text_begin, node.text_size);
    return raw().substr(1, node.size - 2);
}

bool Json::broken() const { return exists() && document_->nodes_[node_].broken; }

bool Json::broken_key() const { return exists() && document_->nodes_[node_].key_broken; }

std::string_view Json::key() const {
    if (!exists()) return {};
    const auto& node = document_->nodes_[node_];
    const std::string_view in = node.key_apart ? document_->unescaped_ : document_->text_;
    return in.substr(node.key_begin, node.key_size);
}

void Json::append_key(std::string& out) const {
    if (exists() && document_->nodes_[node_].key_apart) {
        elastic::append_json_string(out, key());
        return;
    }
    out += '"';
    out += key();
    out += '"';
}

Json Json::operator[](std::string_view name) const {
    if (!is(Kind::object)) return {};
    for (const Json member : *this) {
        if (member.key() == name) return member;
    }
    return {};
}

Json Json::at(std::string_view path) const {
    if (const Json whole = (*this)[path]; whole.exists()) return whole;
    for (std::size_t dot = path.find('.'); dot != std::string_view::npos;
         dot = path.find('.', dot + 1)) {
        const Json member = (*this)[path.substr(0, dot)];
        if (!member.is(Kind::object)) continue;
        if (const Json found = member.at(path.substr(dot + 1)); found.exists()) return found;
    }
    return {};
}

std::int64_t Json::integer_or(std::int64_t otherwise) const {
    const std::string_view digits = text();
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc{} && end == digits.data() + digits.size() ? value : otherwise;
}

std::size_t Json::size() const {
    std::size_t count = 0;
    for (auto each = begin(); each != end(); ++each) ++count;
    return count;
}

Json::Iterator Json::begin() const {
    const bool has_parts = is(Kind::array) || is(Kind::object);
    return has_parts ? Iterator(document_, node_ + 1) : Iterator(nullptr, 0);
}

Json::Iterator Json::end() const {
    const bool has_parts = is(Kind::array) || is(Kind::object);
    return has_parts ? Iterator(document_, document_->nodes_[node_].next) : Iterator(nullptr, 0);
}

Json::Iterator& Json::Iterator::operator++() {
    node_ = document_->nodes_[node_].next;
    return *this;
}

void append_compact(std::string& out, std::string_view json) {
    bool in_string = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (!in_string && is_blank(c)) continue;
        out += c;
        if (c == '"') {
            in_string = !in_string;
        } else if (c == '\\' && in_string && i + 1 < json.size()) {
            out += json[++i];
        }
    }
}

}  // namespace duet::elasticsearch
