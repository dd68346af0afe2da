#pragma once
// A section of a configuration file: each value that is read is checked, and what nobody asked for
// is a mistake. Messages begin with file, line and column.

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/duration.hpp"
#include "app/nearest.hpp"
#include "base/error.hpp"

namespace duet::app {

using std::chrono::milliseconds;

constexpr std::size_t secret_limit = 64U << 10;  // bytes of a password file

/// Where the text comes from: what messages begin with, and what relative paths start from.
class Origin {
public:
    Origin(std::string name, std::filesystem::path folder)
        : name_(std::move(name)), folder_(std::move(folder)) {}

    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

    [[noreturn]] void fail(const toml::source_region& where, const std::string& what) const {
        throw UsageError(at(where, what));
    }
    /// A mistake beside which others can be looked for: refuse() names them all.
    void note(const toml::source_region& where, const std::string& what) {
        noted_[{where.begin.line, where.begin.column}] = at(where, what);
    }
    void refuse() const {
        std::string all;
        for (const auto& [place, text] : noted_) all += (all.empty() ? "" : "\n") + text;
        if (!all.empty()) throw UsageError(all);
    }

private:
    std::string name_;
    std::filesystem::path folder_;
    std::map<std::pair<toml::source_index, toml::source_index>, std::string> noted_;  // by place

    [[nodiscard]] std::string at(const toml::source_region& where, const std::string& what) const {
        return fmt::format("{}:{}:{}: {}", name_, where.begin.line, where.begin.column, what);
    }
};

std::string quoted_list(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

/// One table of the file. Each key is asked for by name; finish() notes the keys that nobody
/// asked for.
class Section {
public:
    Section(Origin& origin, const toml::table* table, std::string title,
            const Section* top = nullptr)
        : origin_(origin), table_(table), title_(std::move(title)), top_(top) {}

    [[noreturn]] void fail(std::string_view key, const std::string& what) const {
        origin_.fail(find(key)->source(), fmt::format("{} {}", path(key), what));
    }

    bool has(std::string_view key) const { return find(key) != nullptr; }

    void read(std::string_view key, std::string& into) {
        if (const toml::node* node = take(key)) into = text_of(*node, path(key));
    }

    void read(std::string_view key, std::vector<std::string>& into) {
        const toml::node* node = take(key);
        if (node == nullptr) return;
        const toml::array* array = node->as_array();
        if (array == nullptr) fail(key, "must be a list of strings, such as [\"…\"]");
        if (array->empty()) fail(key, "must not be empty: leave the line out for the default");
        into.clear();
        for (const toml::node& element : *array) {
            into.push_back(text_of(element, "every element of " + path(key)));
        }
    }

    void read(std::string_view key, std::size_t& into, std::int64_t least, std::int64_t most) {
        const toml::node* node = take(key);
        if (node == nullptr) return;
        const auto number = node->as_integer();
        if (number == nullptr || number->get() < least || number->get() > most) {
            fail(key, fmt::format("must be a whole number from {} to {}", least, most));
        }
        into = static_cast<std::size_t>(number->get());
    }

    void read_share(std::string_view key, double& into) {
        const toml::node* node = take(key);
        if (node == nullptr) return;
        const auto number = node->value<double>();
        if (node->is_boolean() || !number || !(*number > 0 && *number <= 1)) {
            fail(key, "must be a number above 0, at most 1, such as 0.25");
        }
        into = *number;
    }

    void read(std::string_view key, milliseconds& into, milliseconds least, milliseconds most) {
        const toml::node* node = take(key);
        if (node == nullptr) return;
        const auto text = node->value_exact<std::string>();
        const auto duration = text ? parse_duration(*text) : std::nullopt;
        if (!duration) {
            fail(key, "must be a duration in quotes, such as \"200ms\", \"1s\", \"5m\" or \"30d\"");
        }
        if (*duration < least || *duration > most) {
            fail(key, fmt::format("must lie between {} and {}", format_duration(least),
                                  format_duration(most)));
        }
        into = *duration;
    }

    /// One of these words.
    void read_word(std::string_view key, std::string& into, const std::vector<std::string>& valid) {
        const toml::node* node = take(key);
        if (node == nullptr) return;
        const std::string word = text_of(*node, path(key));
        if (std::ranges::find(valid, word) == valid.end()) {
            const auto near = nearest(word, valid);
            fail(key, near ? fmt::format("cannot be \"{}\": did you mean \"{}\"?", word, *near)
                           : fmt::format("must be one of: {}", quoted_list(valid)));
        }
        into = word;
    }

    /// A file whose first line is the secret.
    void read_secret(std::string_view key, std::string& into) {
        const toml::node* node = take(key);
        if (node == nullptr) return;
        const std::filesystem::path file = origin_.folder() / text_of(*node, path(key));
        std::ifstream stream(file);
        std::string line;
        if (!stream || !std::getline(stream, line) || line.empty() || line.size() > secret_limit) {
            fail(key, fmt::format("names {}, which cannot be read or whose first line is empty",
                                  file.string()));
        }
        if (line.back() == '\r') line.pop_back();
        into = line;
    }

    [[nodiscard]] Section section(std::string_view key) {
        const toml::node* node = take(key);
        if (node != nullptr && !node->is_table())
            fail(key, fmt::format("must be a table: [{}]", path(key)));
        return {origin_, node == nullptr ? nullptr : node->as_table(), path(key), this};
    }

    [[nodiscard]] std::vector<Section> sections(std::string_view key) {
        std::vector<Section> all;
        const toml::node* node = take(key);
        if (node == nullptr) return all;
        const toml::array* array = node->as_array();
        if (array == nullptr || !array->is_homogeneous(toml::node_type::table)) {
            fail(key, fmt::format("must be written as [[{}]], once for each", path(key)));
        }
        for (const toml::node& element : *array)
            all.emplace_back(origin_, element.as_table(), path(key), this);
        return all;
    }

    [[noreturn]] void missing(const std::string& what) const {
        origin_.fail(table_->source(), what);
    }

    void finish() const {
        if (table_ == nullptr) return;
        for (const auto& [key, node] : *table_) {
            const std::string name(key.str());
            if (std::ranges::find(asked_, name) != asked_.end()) continue;
            origin_.note(key.source(),
                         fmt::format("unknown key \"{}\"{}{}", name,
                                     title_.empty() ? "" : " in [" + title_ + "]", advice(name)));
        }
    }

private:
    [[nodiscard]] std::string advice(const std::string& key) const {
        if (const auto near = nearest(key, asked_)) return ": did you mean \"" + *near + "\"?";
        // What stands below a [section] belongs to it: easily forgotten when a line is added.
        const auto general = top_ == nullptr ? std::nullopt : nearest(key, top_->asked_);
        if (general) return ": \"" + *general + "\" belongs above the first [section]";
        return "; the keys here are: " + quoted_list(asked_);
    }

    [[nodiscard]] const toml::node* find(std::string_view key) const {
        return table_ == nullptr ? nullptr : table_->get(key);
    }

    const toml::node* take(std::string_view key) {
        asked_.emplace_back(key);
        return find(key);
    }

    [[nodiscard]] std::string path(std::string_view key) const {
        return title_.empty() ? std::string(key) : fmt::format("{}.{}", title_, key);
    }

    [[nodiscard]] std::string text_of(const toml::node& node, const std::string& what) const {
        const auto text = node.value_exact<std::string>();
        if (!text) origin_.fail(node.source(), what + " must be a string in quotes");
        return *text;
    }

    Origin& origin_;
    const toml::table* table_;  // nullptr: not in the file
    std::string title_;
    const Section* top_;  // nullptr: this is it
    std::vector<std::string> asked_;
};

}  // namespace duet::app
