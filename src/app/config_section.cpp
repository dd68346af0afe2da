#include "app/config_section.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <utility>

#include "app/duration.hpp"
#include "app/nearest.hpp"
#include "app/text.hpp"
#include "base/error.hpp"

namespace duet::app {

using std::chrono::milliseconds;

namespace {

/// Where the text comes from: what messages begin with, and what relative paths start from.
class Origin {
public:
    Origin(const std::string& text, std::string name, std::filesystem::path folder)
        : name_(std::move(name)), folder_(std::move(folder)) {
        try {
            file_ = toml::parse(text, name_);
        } catch (const toml::parse_error& error) {
            fail(error.source(), std::string(error.description()));
        }
    }

    [[nodiscard]] const toml::table& file() const { return file_; }

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
    toml::table file_;
    std::string name_;
    std::filesystem::path folder_;
    std::map<std::pair<toml::source_index, toml::source_index>, std::string> noted_;  // by place

    [[nodiscard]] std::string at(const toml::source_region& where, const std::string& what) const {
        return fmt::format("{}:{}:{}: {}", name_, where.begin.line, where.begin.column, what);
    }
};

}  // namespace

struct Section::Place : std::enable_shared_from_this<Place> {
    std::shared_ptr<Origin> origin;
    const toml::table* table = nullptr;  // nullptr: not in the file
    std::string title;
    std::shared_ptr<Place> top;  // nullptr: this is it
    std::vector<std::string> asked;

    [[nodiscard]] std::shared_ptr<Place> inside(const toml::table* of, std::string_view key) {
        auto place = std::make_shared<Place>();
        place->origin = origin;
        place->table = of;
        place->title = path(key);
        place->top = top == nullptr ? shared_from_this() : top;
        return place;
    }

    [[nodiscard]] std::string advice(const std::string& key) const {
        if (const auto near = nearest(key, asked)) return ": did you mean \"" + *near + "\"?";
        // What stands below a [section] belongs to it: easily forgotten when a line is added.
        const auto general = top == nullptr ? std::nullopt : nearest(key, top->asked);
        if (general) return ": \"" + *general + "\" belongs above the first [section]";
        return "; the keys here are: " + joined(asked);
    }

    [[nodiscard]] const toml::node* find(std::string_view key) const {
        return table == nullptr ? nullptr : table->get(key);
    }

    const toml::node* take(std::string_view key) {
        asked.emplace_back(key);
        return find(key);
    }

    [[nodiscard]] std::string path(std::string_view key) const {
        return title.empty() ? std::string(key) : fmt::format("{}.{}", title, key);
    }

    [[nodiscard]] std::string text_of(const toml::node& node, const std::string& what) const {
        const auto text = node.value_exact<std::string>();
        if (!text) origin->fail(node.source(), what + " must be a string in quotes");
        return *text;
    }
};

Section Section::parse(const std::string& text, const std::string& name,
                       const std::filesystem::path& folder) {
    auto place = std::make_shared<Place>();
    place->origin = std::make_shared<Origin>(text, name, folder);
    place->table = &place->origin->file();
    return Section(std::move(place));
}

void Section::fail(std::string_view key, const std::string& what) const {
    place_->origin->fail(place_->find(key)->source(),
                         fmt::format("{} {}", place_->path(key), what));
}

bool Section::has(std::string_view key) const { return place_->find(key) != nullptr; }

void Section::read(std::string_view key, std::string& into) {
    if (const toml::node* node = place_->take(key))
        into = place_->text_of(*node, place_->path(key));
}

void Section::read(std::string_view key, bool& into) {
    const toml::node* node = place_->take(key);
    if (node == nullptr) return;
    if (!node->is_boolean()) fail(key, "must be true or false");
    into = node->as_boolean()->get();
}

void Section::read_path(std::string_view key, std::string& into) {
    if (const toml::node* node = place_->take(key)) {
        into = (place_->origin->folder() / place_->text_of(*node, place_->path(key))).string();
    }
}

void Section::read(std::string_view key, std::vector<std::string>& into) {
    const toml::node* node = place_->take(key);
    if (node == nullptr) return;
    const toml::array* array = node->as_array();
    if (array == nullptr) fail(key, "must be a list of strings, such as [\"…\"]");
    if (array->empty()) fail(key, "must not be empty: leave the line out for the default");
    into.clear();
    for (const toml::node& element : *array) {
        into.push_back(place_->text_of(element, "every element of " + place_->path(key)));
    }
}

void Section::read(std::string_view key, std::size_t& into, std::int64_t least, std::int64_t most) {
    const toml::node* node = place_->take(key);
    if (node == nullptr) return;
    const auto number = node->as_integer();
    if (number == nullptr || number->get() < least || number->get() > most) {
        fail(key, fmt::format("must be a whole number from {} to {}", least, most));
    }
    into = static_cast<std::size_t>(number->get());
}

void Section::read_share(std::string_view key, double& into) {
    const toml::node* node = place_->take(key);
    if (node == nullptr) return;
    const auto number = node->value<double>();
    if (node->is_boolean() || !number || !(*number > 0 && *number <= 1)) {
        fail(key, "must be a number above 0, at most 1, such as 0.25");
    }
    into = *number;
}

void Section::read(std::string_view key, milliseconds& into, milliseconds least,
                   milliseconds most) {
    const toml::node* node = place_->take(key);
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

void Section::read_word(std::string_view key, std::string& into,
                        const std::vector<std::string>& valid) {
    const toml::node* node = place_->take(key);
    if (node == nullptr) return;
    const std::string word = place_->text_of(*node, place_->path(key));
    if (std::ranges::find(valid, word) == valid.end()) {
        const auto near = nearest(word, valid);
        fail(key, near ? fmt::format("cannot be \"{}\": did you mean \"{}\"?", word, *near)
                       : fmt::format("must be one of: {}", joined(valid)));
    }
    into = word;
}

void Section::read_secret(std::string_view key, std::string& into) {
    const toml::node* node = place_->take(key);
    if (node == nullptr) return;
    const std::filesystem::path file =
        place_->origin->folder() / place_->text_of(*node, place_->path(key));
    std::ifstream stream(file);
    std::string line;
    if (!stream || !std::getline(stream, line) || line.empty() || line.size() > secret_limit) {
        fail(key, fmt::format("names {}, which cannot be read or whose first line is empty",
                              file.string()));
    }
    if (line.back() == '\r') line.pop_back();
    into = line;
}

Section Section::section(std::string_view key) {
    const toml::node* node = place_->take(key);
    if (node != nullptr && !node->is_table())
        fail(key, fmt::format("must be a table: [{}]", place_->path(key)));
    return Section(place_->inside(node == nullptr ? nullptr : node->as_table(), key));
}

std::vector<Section> Section::sections(std::string_view key) {
    std::vector<Section> all;
    const toml::node* node = place_->take(key);
    if (node == nullptr) return all;
    const toml::array* array = node->as_array();
    if (array == nullptr || !array->is_homogeneous(toml::node_type::table)) {
        fail(key, fmt::format("must be written as [[{}]], once for each", place_->path(key)));
    }
    for (const toml::node& element : *array)
        all.push_back(Section(place_->inside(element.as_table(), key)));
    return all;
}

void Section::missing(const std::string& what) const {
    place_->origin->fail(place_->table->source(), what);
}

void Section::finish() const {
    if (place_->table == nullptr) return;
    for (const auto& [key, node] : *place_->table) {
        const std::string name(key.str());
        if (std::ranges::find(place_->asked, name) != place_->asked.end()) continue;
        place_->origin->note(key.source(),
                             fmt::format("unknown key \"{}\"{}{}", name,
                                         place_->title.empty() ? "" : " in [" + place_->title + "]",
                                         place_->advice(name)));
    }
}

void Section::refuse() const { place_->origin->refuse(); }

}  // namespace duet::app
