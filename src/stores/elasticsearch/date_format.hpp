#pragma once
// The date formats of a mapping: which texts are moments, and how Duet writes one.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "model/schema.hpp"

namespace duet::elasticsearch {

/// What `format` of a date or date_nanos field says, such as
/// "strict_date_optional_time||epoch_millis". ISO formats, epoch_millis, epoch_second and patterns
/// of yyyy, MM, dd, HH, mm, ss and SSS are known.
class DateFormat {
public:
    explicit DateFormat(std::string_view format = "strict_date_optional_time||epoch_millis");

    /// All of its parts are known: every value that Elasticsearch takes can be read.
    [[nodiscard]] bool is_known() const;
    /// Days only: a CQL date.
    [[nodiscard]] bool is_days() const;
    /// How exactly it can be written; empty: not at all, or days only.
    [[nodiscard]] std::optional<Precision> precision() const;

    /// As Elasticsearch: the first part that takes it. Numbers come as their text; behind a part
    /// that is not known ("yyyyMMdd") they say nothing.
    [[nodiscard]] std::optional<Instant> parse(std::string_view text) const;
    /// Appends JSON; false: it cannot be said exactly in this format, and nothing is appended.
    /// `digits` of the second's fraction (0, 3, 6, 9), or `day`, where the format leaves the
    /// choice.
    [[nodiscard]] bool append(std::string& out, const Instant& instant, int digits) const;
    /// As append(), but a year beyond four digits is a number where the format takes numbers:
    /// Elasticsearch takes it in no other way. Not for stamps, whose numbers are read by size (V2).
    [[nodiscard]] bool append_content(std::string& out, const Instant& instant, int digits) const;

    static constexpr int day = -1;

private:
    enum class Kind : unsigned char { iso, days, pattern, epoch_millis, epoch_second, unknown };
    struct Part {
        Kind kind = Kind::unknown;
        bool year_alone = false;  // it takes "2026", as ISO 8601 does
        char separator = 'T';     // pattern: between day and time
        int digits = 0;           // pattern: of the fraction
        std::string zone;         // pattern: what stands for UTC at the end: "", "Z" or "+0000"
    };
    [[nodiscard]] static Part part_of(std::string_view name);
    [[nodiscard]] static bool is_epoch(const Part& part);
    [[nodiscard]] static bool may_take_numbers(const Part& part);
    [[nodiscard]] static Part pattern_of(std::string_view pattern);
    [[nodiscard]] static std::optional<Precision> precision_of(const Part& part);
    [[nodiscard]] static std::optional<Instant> parse_as(const Part& part, std::string_view text);
    [[nodiscard]] static bool append_as(std::string& out, const Part& part, const Instant& instant,
                                        int digits);

    std::vector<Part> parts_;
    std::optional<std::size_t> written_;  // of parts_: the one that tells most
};

}  // namespace duet::elasticsearch
