#pragma once
// JSON as Elasticsearch sends it, read without losing anything: every value keeps its own text, so
// numbers of any size stay exact and what Duet does not know can be carried over as it was.
//
// Rule: a Json is a view; it lives no longer than the JsonDocument it came from, which must not be
// moved meanwhile.

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace duet::elasticsearch {

class JsonDocument;

/// One value of a document, or nothing at all (a member that is missing).
class Json {
public:
    enum class Kind : std::uint8_t { missing, null, boolean, number, string, array, object };

    Json() = default;

    [[nodiscard]] Kind kind() const;
    [[nodiscard]] bool exists() const { return document_ != nullptr; }
    [[nodiscard]] bool is(Kind wanted) const { return kind() == wanted; }
    /// Missing or null.
    [[nodiscard]] bool is_nothing() const { return !exists() || is(Kind::null); }

    /// Its exact text, with whatever blanks are inside.
    [[nodiscard]] std::string_view raw() const;
    /// What a string says, or the text of any other value.
    [[nodiscard]] std::string_view text() const;
    /// A string that no text can hold: half of a surrogate pair, an unknown escape. Its text() is
    /// the raw one.
    [[nodiscard]] bool broken() const;
    /// Its name in the object around it; of a broken name the raw one.
    [[nodiscard]] std::string_view key() const;
    /// A name that no text can hold.
    [[nodiscard]] bool broken_key() const;
    /// Appends its name as a JSON string.
    void append_key(std::string& out) const;

    /// A member of an object; missing where there is none.
    [[nodiscard]] Json operator[](std::string_view name) const;
    /// A member of a member: at("index.mapping.source") also finds a name that has the dots in it.
    [[nodiscard]] Json at(std::string_view path) const;
    [[nodiscard]] std::int64_t integer_or(std::int64_t otherwise) const;
    /// The number of elements or members.
    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] bool empty() const;

    class Iterator;
    /// Elements or members in their order; none of anything else.
    [[nodiscard]] Iterator begin() const;
    [[nodiscard]] Iterator end() const;

private:
    friend class JsonDocument;
    Json(const JsonDocument* document, std::uint32_t node) : document_(document), node_(node) {}

    const JsonDocument* document_ = nullptr;
    std::uint32_t node_ = 0;
};

class Json::Iterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Json;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = Json;

    Iterator(const JsonDocument* document, std::uint32_t node) : document_(document), node_(node) {}
    Json operator*() const { return {document_, node_}; }
    Iterator& operator++();
    bool operator==(const Iterator& other) const = default;

private:
    const JsonDocument* document_;
    std::uint32_t node_;
};

inline bool Json::empty() const { return begin() == end(); }

/// Owns a text and where its values lie in it.
class JsonDocument {
public:
    /// Empty: the text is not one JSON value or is nested deeper than depth_limit. Bytes that are
    /// no UTF-8, which Elasticsearch lets into a document, become what they are to it: see
    /// `broken`.
    [[nodiscard]] static std::optional<JsonDocument> parse(std::string_view text);

    [[nodiscard]] Json root() const { return {this, 1}; }  // node 0 is the array around it
    /// Some string in it is broken().
    [[nodiscard]] bool broken() const { return broken_; }

    /// Elasticsearch's own is 1,000, and an answer has some levels around a document.
    static constexpr int depth_limit = 1'010;

private:
    friend class Json;
    friend class Json::Iterator;
    friend class JsonTape;
    struct Node {
        std::uint32_t begin = 0;  // of its text
        std::uint32_t size = 0;
        std::uint32_t key_begin = 0;  // without quotes
        std::uint32_t key_size = 0;
        std::uint32_t text_begin = 0;  // of a string with escapes, in unescaped_
        std::uint32_t text_size = 0;
        std::uint32_t next = 0;  // the node after it and all that is in it
        Json::Kind kind = Json::Kind::null;
        bool text_apart = false;
        bool key_apart = false;
        bool broken = false;
        bool key_broken = false;
    };

    [[nodiscard]] static std::optional<JsonDocument> read(std::string_view text);

    std::string text_;         // "[", the text, "]" and the blanks that the parser may look at
    std::string unescaped_;    // strings and names with escapes
    std::vector<Node> nodes_;  // in the order of the text
    bool broken_ = false;
};

/// Appends JSON text without the blanks between its parts (a bulk body has one line for each
/// document).
void append_compact(std::string& out, std::string_view json);

}  // namespace duet::elasticsearch
