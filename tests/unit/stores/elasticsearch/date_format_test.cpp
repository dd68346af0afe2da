#include "stores/elasticsearch/date_format.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "stores/elasticsearch/stamp_format.hpp"

namespace duet::elasticsearch {
namespace {

std::int64_t micros(const std::string& format, std::string_view text) {
    const auto instant = DateFormat(format).parse(text);
    return instant ? *to_micros(*instant) : -1;
}

std::string written(const std::string& format, std::int64_t moment, int digits = 6) {
    std::string out;
    return DateFormat(format).append(out, instant_from_micros(moment), digits) ? out : "refused";
}

Version stamp_in(const StampFormat& format, const std::string& json) {
    const auto document = JsonDocument::parse(json);
    return format.read(document->root()).value_or(Version{-1});
}

std::string content(const std::string& format, std::int64_t moment, int digits) {
    std::string out;
    const DateFormat dates(format);
    return dates.append_content(out, instant_from_micros(moment), digits) ? out : "refused";
}

StampFormat format_of(const std::string& mapping, std::optional<Precision> numbers = std::nullopt) {
    const auto document = JsonDocument::parse(mapping);
    return StampFormat::of(document->root(), numbers, "orders", "updated_at");
}

std::string stamped(const StampFormat& format, std::int64_t moment) {
    std::string out;
    format.append(out, Version{moment});
    return out;
}

constexpr std::int64_t moment = 1'795'184'227'797'123;

TEST(DateFormat, years_that_elasticsearch_takes_as_numbers_only_are_written_so) {
    const std::string both = "strict_date_optional_time||epoch_millis";
    const std::int64_t last = 253'402'300'799'999'000;
    EXPECT_EQ(content(both, last, 3), "\"9999-12-31T23:59:59.999Z\"");
    EXPECT_EQ(content(both, last + 1'000, 3), "253402300800000");
    EXPECT_EQ(content(both, -377'705'116'800'000'000, 3), "\"-9999-01-01T00:00:00.000Z\"");
    EXPECT_EQ(content(both, -377'705'116'800'001'000, 3), "-377705116800001");
    EXPECT_EQ(content(both, last + 1'000, DateFormat::day), "253402300800000");
    EXPECT_EQ(content("strict_date_optional_time", last + 1'000, 3),
              "\"+10000-01-01T00:00:00.000Z\"");
}

TEST(StampFormat, a_stamp_of_the_year_58857_is_no_number_that_means_today) {
    const StampFormat format = format_of(R"({"type":"date_nanos"})");
    EXPECT_EQ(stamped(format, 1'795'262'460'598'779'000), "\"+58859-08-08T16:49:58.779000Z\"");
}

TEST(DateFormat, a_small_negative_number_is_no_year) {
    const std::string both = "strict_date_optional_time||epoch_millis";
    EXPECT_EQ(micros(both, "-12345"), -12'345'000);
    EXPECT_EQ(micros(both, "-123456789"), -123'456'789'000);
    EXPECT_EQ(micros(both, "-9999"), -377'705'116'800'000'000);  // as Elasticsearch reads it
}

TEST(DateFormat, the_default_takes_iso_and_milliseconds) {
    const std::string format = "strict_date_optional_time||epoch_millis";
    EXPECT_EQ(micros(format, "1970-01-01T00:00:01.5Z"), 1'500'000);
    EXPECT_EQ(micros(format, "1970-01-01T01:00:01+01:00"), 1'000'000);
    EXPECT_EQ(micros(format, "1795184227797"), 1'795'184'227'797'000);
    EXPECT_EQ(micros(format, "-5"), -5'000);
    EXPECT_EQ(micros(format, "soon"), -1);
}

TEST(DateFormat, an_epoch_may_have_a_fraction) {
    EXPECT_EQ(micros("epoch_millis", "1500.25"), 1'500'250);
    EXPECT_EQ(micros("epoch_second", "-1.5"), -1'500'000);
    EXPECT_EQ(micros("epoch_second", "1."), -1);
    EXPECT_EQ(micros("epoch_second", "1.x"), -1);
}

TEST(DateFormat, an_epoch_that_cannot_be_counted_is_none) {
    EXPECT_FALSE(DateFormat("epoch_second").parse("-9223372036854775808.5"));
    EXPECT_TRUE(DateFormat("epoch_second").parse("-9223372036854775808"));
    EXPECT_TRUE(DateFormat("epoch_millis").parse("-9223372036854775808.5"));
}

TEST(DateFormat, of_two_epochs_the_first_is_read_and_written) {
    EXPECT_EQ(micros("epoch_second||epoch_millis", "1"), 1'000'000);
    EXPECT_EQ(written("epoch_second||epoch_millis", 1'000'000), "1");
    EXPECT_EQ(written("epoch_second||epoch_millis", 1'000), "refused");
    EXPECT_EQ(content("epoch_second||epoch_millis", 253'402'300'800'000'000, 3), "253402300800");
    EXPECT_EQ(DateFormat("epoch_second||epoch_millis").precision(), Precision::seconds);
    EXPECT_EQ(written("epoch_millis||epoch_second", 1'000), "1");
}

TEST(DateFormat, four_digits_are_a_year_only_where_a_year_may_stand_alone) {
    for (const char* format : {"yyyy-MM-dd HH:mm:ss||epoch_millis", "strict_date||epoch_millis",
                               "strict_date_time||epoch_millis"}) {
        EXPECT_EQ(micros(format, "1234"), 1'234'000) << format;
        EXPECT_EQ(micros(format, "-1234"), -1'234'000) << format;
        EXPECT_EQ(micros(format, "1970-01-02"), 86'400'000'000) << format;
    }
    EXPECT_EQ(micros("date_optional_time||epoch_millis", "1971"), 31'536'000'000'000);
}

TEST(DateFormat, patterns_of_days_and_times_are_known) {
    EXPECT_EQ(micros("yyyy-MM-dd HH:mm:ss", "1970-01-01 00:00:02"), 2'000'000);
    EXPECT_EQ(written("yyyy-MM-dd HH:mm:ss", 2'000'000), "\"1970-01-01 00:00:02\"");
    EXPECT_EQ(written("uuuu-MM-dd'T'HH:mm:ss.SSSXXX", moment / 1'000 * 1'000),
              "\"2026-11-20T14:17:07.797Z\"");
    EXPECT_EQ(written("yyyy-MM-dd HH:mm:ss.SSSZ", moment / 1'000 * 1'000),
              "\"2026-11-20 14:17:07.797+0000\"");
    EXPECT_FALSE(DateFormat("dd/MM/yyyy").is_known());
    EXPECT_TRUE(DateFormat("yyyy-MM-dd HH:mm:ss||yyyy-MM-dd||epoch_millis").is_known());
}

TEST(DateFormat, a_number_says_nothing_behind_a_part_that_may_have_taken_it) {
    for (const char* format : {"yyyyMMdd||epoch_millis", "basic_date||strict_date_optional_time"}) {
        EXPECT_EQ(micros(format, "20261120"), -1) << format;
        EXPECT_EQ(micros(format, "2026"), -1) << format;
        EXPECT_FALSE(DateFormat(format).is_known()) << format;
    }
    EXPECT_EQ(written("yyyyMMdd||epoch_millis", moment), "refused");
    EXPECT_EQ(micros("epoch_millis||yyyyMMdd", "20261120"), 20'261'120'000) << "as Elasticsearch";
    EXPECT_EQ(micros("yyyyMMdd||strict_date_optional_time", "1970-01-01T00:00:01Z"), 1'000'000);
}

TEST(DateFormat, days_alone_are_a_date) {
    EXPECT_TRUE(DateFormat("yyyy-MM-dd").is_days());
    EXPECT_TRUE(DateFormat("strict_date").is_days());
    EXPECT_FALSE(DateFormat("yyyy-MM-dd||epoch_millis").is_days());
    EXPECT_EQ(written("strict_date", 0), "\"1970-01-01\"");
    EXPECT_EQ(written("strict_date", 1), "refused");
}

TEST(DateFormat, the_part_that_tells_most_is_written) {
    EXPECT_EQ(written("epoch_second||strict_date_optional_time", 1'000'000),
              "\"1970-01-01T00:00:01.000000Z\"");
    EXPECT_EQ(written("epoch_millis||strict_date_optional_time", 1),
              "\"1970-01-01T00:00:00.000001Z\"");
    EXPECT_EQ(written("epoch_millis", 1), "refused");
    EXPECT_EQ(written("strict_date_optional_time", 0, DateFormat::day), "\"1970-01-01\"");
}

TEST(StampFormat, numbers_are_read_by_their_size) {
    const StampFormat format;
    EXPECT_EQ(stamp_in(format, "1795184227").micros, 1'795'184'227'000'000);
    EXPECT_EQ(stamp_in(format, "1795184227797").micros, 1'795'184'227'797'000);
    EXPECT_EQ(stamp_in(format, "1795184227797123").micros, moment);
    EXPECT_EQ(stamp_in(format, "1795184227797123999").micros, moment);
    EXPECT_EQ(stamp_in(format, "\"1795184227797\"").micros, 1'795'184'227'797'000);
    EXPECT_EQ(stamp_in(format, "1.795184227797E12").micros, 1'795'184'227'797'000);
    EXPECT_EQ(stamp_in(format, "1795184227.5").micros, 1'795'184'227'500'000);
}

TEST(StampFormat, texts_are_read_in_the_mappings_format) {
    const StampFormat format;
    EXPECT_EQ(stamp_in(format, "\"2026-11-20T14:17:07.797123Z\"").micros, moment);
    EXPECT_EQ(stamp_in(format, "\"2026-11-20T14:17:07.797123999Z\"").micros, moment);
    EXPECT_EQ(stamp_in(format, "\"2026\"").micros, 1'767'225'600'000'000);
    EXPECT_EQ(stamp_in(format, "[\"2026-11-20T14:17:07.797123Z\"]").micros, moment);
}

TEST(StampFormat, what_is_no_moment_is_no_stamp) {
    const StampFormat format;
    for (const char* json : {"\"soon\"", "true", "{}", "[]", "[1,2]", "\"\"", "1e400"}) {
        EXPECT_EQ(stamp_in(format, json).micros, -1) << json;
    }
}

TEST(StampFormat, a_stamp_is_written_in_the_mappings_format) {
    EXPECT_EQ(stamped(format_of(R"({"type":"date_nanos"})"), moment),
              "\"2026-11-20T14:17:07.797123Z\"");
    EXPECT_EQ(stamped(format_of(R"({"type":"date"})"), moment), "\"2026-11-20T14:17:07.797123Z\"");
    EXPECT_EQ(stamped(format_of(R"({"type":"date","format":"epoch_millis"})"), moment),
              "1795184227797");
    EXPECT_EQ(stamped(format_of(R"({"type":"date","format":"epoch_second"})"), moment),
              "1795184227");
    EXPECT_EQ(stamped(format_of(R"({"type":"keyword"})"), moment),
              "\"2026-11-20T14:17:07.797123Z\"");
    EXPECT_EQ(stamped(format_of(R"({"type":"long"})"), moment), "1795184227797123");
    EXPECT_EQ(stamped(format_of(R"({"type":"integer"})"), moment), "1795184227");
}

TEST(StampFormat, a_number_is_written_in_the_unit_of_those_there) {
    EXPECT_EQ(stamped(format_of(R"({"type":"long"})", Precision::milliseconds), moment),
              "1795184227797");
    EXPECT_EQ(format_of(R"({"type":"long"})", Precision::milliseconds).precision(),
              Precision::milliseconds);
}

TEST(StampFormat, what_is_written_is_read_back_cut_to_the_precision) {
    for (const char* mapping :
         {R"({"type":"date_nanos"})", R"({"type":"date","format":"epoch_millis"})",
          R"({"type":"date","format":"epoch_second"})", R"({"type":"long"})",
          R"({"type":"date","format":"yyyy-MM-dd HH:mm:ss"})",
          R"({"type":"date","format":"yyyy-MM-dd HH:mm:ss.SSSZ"})"}) {
        const StampFormat format = format_of(mapping);
        const auto unit = static_cast<std::int64_t>(format.precision());
        EXPECT_EQ(stamp_in(format, stamped(format, moment)).micros, moment / unit * unit)
            << mapping;
    }
}

TEST(StampFormat, a_moment_shortly_after_1970_is_read_back_from_a_number_of_any_unit) {
    for (const auto unit : {Precision::microseconds, Precision::milliseconds}) {
        const StampFormat format = format_of(R"({"type":"long"})", unit);
        for (const std::int64_t micros :
             {std::int64_t{0}, std::int64_t{1'000},
              std::int64_t{1'700'000'000'000},  // milliseconds by mistake
              std::int64_t{99'999'999'999'000}, std::int64_t{-500'000},
              std::int64_t{100'000'000'000'000}}) {
            EXPECT_EQ(stamp_in(format, stamped(format, micros)).micros, micros)
                << stamped(format, micros);
        }
    }
}

TEST(StampFormat, a_mapping_that_takes_no_stamp_says_what_to_do) {
    for (const char* mapping :
         {R"({"type":"date","format":"dd/MM/yyyy"})", R"({"type":"date","format":"yyyy-MM-dd"})",
          R"({"type":"boolean"})", R"({"properties":{}})", R"({"type":"short"})"}) {
        try {
            static_cast<void>(format_of(mapping));
            ADD_FAILURE() << mapping;
        } catch (const Misconfigured& error) {
            EXPECT_NE(std::string(error.what()).find("orders"), std::string::npos);
            EXPECT_NE(error.hint().find("version_field"), std::string::npos);
        }
    }
}

}  // namespace
}  // namespace duet::elasticsearch
