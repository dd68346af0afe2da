#include "stores/elasticsearch/dotted.hpp"

#include <set>
#include <utility>
#include <vector>

#include "elastic/client.hpp"

namespace duet::elasticsearch {

namespace {

/// A value, or an object of them.
struct Node {
    std::string name;      // as JSON
    std::string_view raw;  // of a value
    bool is_object = false;
    std::vector<Node> members;

    Node& member(std::string_view wanted) {
        for (Node& each : members) {
            if (each.name == wanted) return each;
        }
        members.push_back({std::string(wanted), {}, false, {}});
        return members.back();
    }
};

/// A name or a part of it as JSON; of a name that no text can hold the raw one.
std::string quoted(std::string_view name, bool broken) {
    std::string out;
    if (broken) {
        out = '"' + std::string(name) + '"';
    } else {
        elastic::append_json_string(out, name);
    }
    return out;
}

/// What stands before the first dot, if it is text; else empty.
std::string_view first_part(const Json& member) {
    const std::string_view name = member.key();
    const std::string_view first = name.substr(0, name.find('.'));
    const bool escaped = member.broken_key() && first.find('\\') != std::string_view::npos;
    return escaped ? std::string_view() : first;
}

/// False: something stands there already.
bool put(Node& object, std::string_view path, const Json& value) {
    const std::size_t dot = path.find('.');
    Node& node = object.member(quoted(path.substr(0, dot), value.broken_key()));
    if (!node.raw.empty()) return false;
    if (dot != std::string_view::npos) {
        node.is_object = true;
        return put(node, path.substr(dot + 1), value);
    }
    if (!value.is(Json::Kind::object)) {
        node.raw = value.raw();
        return !node.is_object;
    }
    node.is_object = true;
    for (const Json part : value) {
        if (!put(node, part.key(), part)) return false;
    }
    return true;
}

void append(std::string& out, const Node& node) {
    if (!node.is_object) {
        out += node.raw;
        return;
    }
    char before = '{';
    for (const Node& member : node.members) {
        out += before;
        before = ',';
        out += member.name;
        out += ':';
        append(out, member);
    }
    out += before == '{' ? "{}" : "}";
}

bool is_object_column(std::string_view name, const Layout& layout) {
    const auto place = layout.find(name, 0);
    if (!place) return false;
    const Type& type = layout.fields()[*place].type;
    return type.holds_json || type.kind == Kind::map || type.kind == Kind::udt;
}

/// The columns that the document names parts of with dots.
std::set<std::string, std::less<>> dotted_columns(const Json& source, const Layout& layout) {
    std::set<std::string, std::less<>> columns;
    for (const Json member : source) {
        const std::string_view name = member.key();
        if (name.find('.') == std::string_view::npos || layout.find(name, 0)) continue;
        const std::string_view column = first_part(member);
        if (is_object_column(column, layout)) columns.emplace(column);
    }
    return columns;
}

}  // namespace

std::optional<Undotted> undot(const Json& source, const Layout& layout) {
    const auto columns = dotted_columns(source, layout);
    if (columns.empty()) return std::nullopt;
    Undotted undotted;
    Node document{{}, {}, true, {}};
    for (const Json member : source) {
        const std::string_view name = member.key();
        if (!columns.contains(first_part(member))) {
            document.members.push_back(
                {quoted(name, member.broken_key()), member.raw(), false, {}});
        } else if (!put(document, name, member)) {
            undotted.clash = name;
            return undotted;
        }
    }
    append(undotted.text, document);
    return undotted;
}

}  // namespace duet::elasticsearch
