#include "results.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <utility>

namespace duet::bench {

namespace json = boost::json;

double number(const json::object& figure, std::string_view name) {
    const json::value* value = figure.if_contains(name);
    return value != nullptr && value->is_number() ? value->to_number<double>() : 0;
}

std::string text(const json::object& figure, std::string_view name) {
    const json::value* value = figure.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

Results::Results(std::string_view text) : value_(json::parse(text)) {}

std::vector<json::object> Results::figures(std::string_view part) const {
    std::vector<json::object> result;
    const json::value* value = value_.as_object().if_contains(part);
    if (value == nullptr || !value->is_array()) return result;
    for (const json::value& figure : value->as_array()) result.push_back(figure.as_object());
    return result;
}

json::object Results::machine() const {
    const json::value* value = value_.as_object().if_contains("machine");
    return value != nullptr && value->is_object() ? value->as_object() : json::object{};
}

std::vector<json::object> Results::copies() const {
    std::vector<json::object> all;
    for (const char* part : {"elasticsearch", "cassandra", "verify"}) {
        for (json::object& figure : figures(part)) all.push_back(std::move(figure));
    }
    return all;
}

std::string with_member(std::string_view results, std::string_view name, std::string_view value) {
    boost::system::error_code broken;
    json::value all = json::parse(results, broken);
    if (broken || !all.is_object()) all = json::object{};
    all.as_object()[name] = json::parse(value);
    std::string text;
    for (const auto& [member, content] : all.as_object()) {
        text +=
            fmt::format("{}\n{}: ", text.empty() ? "{" : ",", json::serialize(json::value(member)));
        if (!content.is_array()) {
            text += json::serialize(content);
            continue;
        }
        std::string lines;
        for (const json::value& figure : content.as_array())
            lines += (lines.empty() ? "\n  " : ",\n  ") + json::serialize(figure);
        text += fmt::format("[{}]", lines);
    }
    return text + "\n}\n";
}

}  // namespace duet::bench
