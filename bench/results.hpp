#pragma once
// The figures as they are kept: one JSON object with `machine`, and a member for each part that was
// measured (`elasticsearch`, `verify`, `cassandra`, `catch_up`, `latency`, `idle`, `micro`), an
// array of its figures.

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace duet::bench {

/// A member of a figure; 0 or empty where it has none of that kind.
[[nodiscard]] double number(const boost::json::object& figure, std::string_view name);
[[nodiscard]] std::string text(const boost::json::object& figure, std::string_view name);

class Results {
public:
    /// Throws boost::system::system_error where the text is no JSON.
    explicit Results(std::string_view text);

    [[nodiscard]] std::vector<boost::json::object> figures(std::string_view part) const;
    [[nodiscard]] boost::json::object machine() const;
    /// The three parts that compare all records.
    [[nodiscard]] std::vector<boost::json::object> copies() const;

private:
    boost::json::value value_;
};

/// The JSON with `value` (JSON) for a member; `results` may be empty or no JSON: then it begins
/// anew.
[[nodiscard]] std::string with_member(std::string_view results, std::string_view name,
                                      std::string_view value);

}  // namespace duet::bench
