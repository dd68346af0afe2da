#include "journal/segment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "unit/journal/built.hpp"

namespace duet::journal {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using State = SegmentParser::State;

constexpr SegmentName seven{7, 1'795'256'793'391};
constexpr SegmentName eight{8, 1'795'256'877'516};

Mutation with_key(std::string key) {
    Mutation mutation;
    mutation.key = std::move(key);
    return mutation;
}

Bytes captured(SegmentName name) {
    std::ifstream file(std::string(DUET_SOURCE_DIR "/tests/data/journal/") + name.log_file(),
                       std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(SegmentName, is_read_from_the_name_of_a_file) {
    const auto name = SegmentName::parse("CommitLog-7-1795252939099.log");
    ASSERT_TRUE(name);
    EXPECT_EQ(name->version, 7);
    EXPECT_EQ(name->id, 1'795'252'939'099);
    EXPECT_EQ(name->log_file(), "CommitLog-7-1795252939099.log");
    EXPECT_EQ(name->index_file(), "CommitLog-7-1795252939099_cdc.idx");
    for (const char* other : {"CommitLog-7-1795252939099_cdc.idx", "CommitLog-7.log", "x.log",
                              "CommitLog-7-99999999999999999999.log", "CommitLog-7--5.log"}) {
        EXPECT_FALSE(SegmentName::parse(other)) << other;
    }
}

/// Segments of Cassandra 5.0.8 in tests/data/journal, cut behind what was written: inserts, a batch
/// over two tables, a deletion and an update with a TTL, each USING TIMESTAMP, beside the server's
/// own writes.
struct Capture {
    SegmentName name;
    const char* table;
    const char* other;
    const char* composite;
};

class CapturedSegment : public testing::TestWithParam<Capture> {};

TEST_P(CapturedSegment, gives_every_key_written_with_its_oldest_write) {
    const Capture& capture = GetParam();
    const Found found = read_all(capture.name, captured(capture.name));
    EXPECT_EQ(found.state, State::waiting);
    std::vector<std::string> seen;
    for (std::size_t i = 0; i < found.written.size(); ++i) {
        const WrittenKey& written = found.written[i];
        const std::string table = written.table.to_string();
        const bool batch = written.several && (table == capture.table || table == capture.other);
        if (!batch && table != capture.table && table != capture.composite) continue;
        seen.push_back(fmt::format("{} {} +{}",
                                   batch                    ? "several"
                                   : table == capture.table ? "one"
                                                            : "composite",
                                   to_hex(as_bytes(found.keys[i])),
                                   written.oldest_write.value_or(0) - 1'700'000'000'000'000));
    }
    EXPECT_THAT(seen, ElementsAre("one a0000000000000000000000000000000 +0",
                                  "one a0000000000000000000000000000001 +1",
                                  "one a0000000000000000000000000000002 +2",
                                  "one a0000000000000000000000000000003 +3",
                                  "several b0000000000000000000000000000000 +100",
                                  "one b0000000000000000000000000000000 +200",
                                  "one b0000000000000000000000000000000 +300",
                                  "composite 00036b65790000040000000700 +400"));
}

TEST_P(CapturedSegment, with_any_bit_wrong_gives_no_key_that_was_not_written) {
    const Bytes file = captured(GetParam().name);
    std::vector<std::string> all = read_all(GetParam().name, file).keys;
    std::ranges::sort(all);
    for (std::size_t at = 0; at < file.size(); at += 37) {
        Bytes broken = file;
        broken[at] = static_cast<std::uint8_t>(broken[at] ^ (1U << (at % 8)));
        std::vector<std::string> keys = read_all(GetParam().name, broken).keys;
        std::ranges::sort(keys);
        EXPECT_TRUE(std::ranges::includes(all, keys)) << "bit wrong at " << at;
    }
}

INSTANTIATE_TEST_SUITE_P(Formats, CapturedSegment,
                         testing::Values(Capture{seven, "fe4a3540-e595-11f1-b5d9-21caac6842e6",
                                                 "feab6810-e595-11f1-b5d9-21caac6842e6",
                                                 "fef06050-e595-11f1-b5d9-21caac6842e6"},
                                         Capture{eight, "2cdb4a20-e596-11f1-8692-1576c5df9f19",
                                                 "2d885300-e596-11f1-8692-1576c5df9f19",
                                                 "2df4d070-e596-11f1-8692-1576c5df9f19"}),
                         [](const auto& capture) {
                             return capture.param.name.version == 7 ? "format_7_as_it_is"
                                                                    : "format_8_by_lz4";
                         });

TEST(SegmentParser, reads_sections_in_turn) {
    BuiltSegment built(seven);
    built.section({with_key("a"), with_key("b")});
    built.section({with_key("c")});
    const Found found = read_all(seven, built.padded(4096));
    EXPECT_THAT(found.keys, ElementsAre("a", "b", "c"));
    EXPECT_EQ(found.state, State::waiting);
    EXPECT_EQ(found.written[0].table, table_id(1));
    EXPECT_EQ(found.written[0].oldest_write, 1'700'000'000'000'000);
    EXPECT_FALSE(found.written[0].several);
}

TEST(SegmentParser, reads_a_file_that_is_cut_anywhere_to_its_last_whole_entry_and_then_goes_on) {
    for (const bool compressed : {false, true}) {
        BuiltSegment built = compressed ? BuiltSegment::lz4(seven) : BuiltSegment(seven);
        built.section({with_key("a"), with_key("b")});
        built.section({with_key("c")});
        for (std::size_t size = 0; size <= built.bytes().size(); ++size) {
            SegmentParser parser(seven);
            Found found;
            read_all(parser, ByteView(built.bytes()).first(size), found);
            EXPECT_NE(found.state, State::unsupported) << size;
            read_all(parser, built.bytes(), found);
            EXPECT_THAT(found.keys, ElementsAre("a", "b", "c")) << "cut at " << size;
            EXPECT_EQ(found.state, State::waiting) << "cut at " << size;
        }
    }
}

TEST(SegmentParser, waits_for_zeros_to_become_the_next_section) {
    BuiltSegment built(seven);
    built.section({with_key("a")});
    SegmentParser parser(seven);
    Found found;
    read_all(parser, built.padded(4096), found);
    EXPECT_EQ(found.state, State::waiting);
    built.section({with_key("b")});
    read_all(parser, built.padded(4096), found);
    EXPECT_THAT(found.keys, ElementsAre("a", "b"));
}

TEST(SegmentParser, reads_what_was_torn_again_when_it_is_whole) {
    for (const bool compressed : {false, true}) {
        BuiltSegment built = compressed ? BuiltSegment::lz4(seven) : BuiltSegment(seven);
        const std::size_t at = built.section({with_key("a"), with_key("b")});
        for (std::size_t i = at; i < built.bytes().size(); ++i) {
            Bytes torn = built.bytes();
            std::fill(torn.begin() + static_cast<std::ptrdiff_t>(i), torn.end(),
                      std::uint8_t{0});  // blocks that are not written yet
            SegmentParser parser(seven);
            Found found;
            read_all(parser, torn, found);
            EXPECT_EQ(found.state == State::torn, !parser.problem().empty()) << "zeros from " << i;
            read_all(parser, built.bytes(), found);
            EXPECT_EQ(found.state, State::waiting) << "zeros from " << i;
            EXPECT_THAT(found.keys, testing::Contains("a")) << "zeros from " << i;
            EXPECT_THAT(found.keys, testing::Contains("b")) << "zeros from " << i;
        }
    }
}

TEST(SegmentParser, an_entry_larger_than_one_read_is_checked_to_its_end) {
    BuiltSegment built(seven);
    Mutation large = with_key("large");
    large.rest = 3 * read_limit;
    built.section({large, with_key("b")});
    EXPECT_THAT(read_all(seven, built.bytes()).keys, ElementsAre("large", "b"));
    Bytes broken = built.bytes();
    broken[2 * read_limit] ^= 1;
    const Found found = read_all(seven, broken);
    EXPECT_THAT(found.keys, IsEmpty());
    EXPECT_EQ(found.state, State::torn);
}

TEST(SegmentParser, a_large_compressed_section_is_read_in_several_turns) {
    BuiltSegment built = BuiltSegment::lz4(seven);
    std::vector<Mutation> many;
    for (int i = 0; i < 5'000; ++i) many.push_back(with_key(fmt::format("key {}", i)));
    built.section(many);
    built.section({with_key("last")});
    const Found found = read_all(seven, built.bytes());
    EXPECT_EQ(found.keys.size(), 5'001U);
    EXPECT_EQ(found.keys.back(), "last");
}

TEST(SegmentParser, tells_a_mutation_of_several_tables_and_one_that_changes_nothing) {
    BuiltSegment built(seven);
    Mutation several = with_key("a");
    several.updates = 2;
    Mutation empty = with_key("b");
    empty.empty = true;
    built.section({several, empty});
    const Found found = read_all(seven, built.bytes());
    ASSERT_EQ(found.written.size(), 2U);
    EXPECT_TRUE(found.written[0].several);
    EXPECT_FALSE(found.written[1].oldest_write);
}

TEST(SegmentParser, names_file_and_offset_of_a_wrong_entry_and_can_go_on_behind_its_section) {
    BuiltSegment built(seven);
    const std::size_t at = built.section({with_key("a")});
    built.section({with_key("b")});
    Bytes broken = built.bytes();
    broken[at + 8 + 8 + 20] ^= 1;  // marker, size, within the mutation
    SegmentParser parser(seven);
    Found found;
    read_all(parser, broken, found);
    EXPECT_EQ(found.state, State::torn);
    EXPECT_EQ(parser.problem(),
              fmt::format("CommitLog-7-1795256793391.log: the checksum of a mutation does not fit, "
                          "at offset {}",
                          at + 8));
    ASSERT_TRUE(parser.give_up_section());
    read_all(parser, broken, found);
    EXPECT_THAT(found.keys, ElementsAre("b"));
}

TEST(SegmentParser, there_is_no_way_behind_a_wrong_marker) {
    BuiltSegment built(seven);
    built.section({with_key("a")});
    const std::size_t at = built.section({with_key("b")});
    Bytes broken = built.bytes();
    broken[at + 5] ^= 1;
    SegmentParser parser(seven);
    Found found;
    read_all(parser, broken, found);
    EXPECT_EQ(found.state, State::torn);
    EXPECT_THAT(parser.problem(), HasSubstr(fmt::format("at offset {}", at)));
    EXPECT_FALSE(parser.give_up_section());
}

TEST(SegmentParser, an_empty_section_may_close_a_segment) {
    for (const bool compressed : {false, true}) {
        BuiltSegment built = compressed ? BuiltSegment::lz4(seven) : BuiltSegment(seven);
        built.section({with_key("a")});
        built.section({});
        SegmentParser parser(seven);
        Found found;
        read_all(parser, built.bytes(), found);
        EXPECT_THAT(found.keys, ElementsAre("a"));
        EXPECT_EQ(found.state, State::waiting) << parser.problem();
    }
}

TEST(SegmentParser, a_size_of_zero_within_a_section_is_not_its_end) {
    BuiltSegment built(seven);
    const std::size_t at = built.section({with_key("a"), with_key("b")});
    Bytes broken = built.bytes();
    std::fill(broken.begin() + static_cast<std::ptrdiff_t>(at + 8), broken.end(), std::uint8_t{0});
    EXPECT_EQ(read_all(seven, broken).state, State::torn);
}

TEST(SegmentParser, skips_what_was_written_before) {
    BuiltSegment built = BuiltSegment::lz4(eight);
    built.section({with_key("a")});
    SegmentParser parser(eight);
    Found found;
    parser.skip(true);
    read_all(parser, built.bytes(), found);
    parser.skip(false);
    EXPECT_TRUE(parser.has_sections());
    EXPECT_TRUE(parser.compressed());
    built.section({with_key("b")});
    read_all(parser, built.bytes(), found);
    EXPECT_THAT(found.keys, ElementsAre("b"));
}

TEST(SegmentParser, says_which_commit_logs_it_cannot_read) {
    const auto problem_of = [](const BuiltSegment& built) {
        SegmentParser parser(built.name());
        Found found;
        read_all(parser, built.bytes(), found);
        EXPECT_EQ(found.state, State::unsupported);
        return parser.problem();
    };
    EXPECT_THAT(problem_of(BuiltSegment(SegmentName{9, 5})), HasSubstr("format 9 is not known"));
    EXPECT_THAT(problem_of(BuiltSegment(seven, R"({"compressionClass":"ZstdCompressor"})")),
                HasSubstr("compressed by \"ZstdCompressor\""));
    EXPECT_THAT(problem_of(BuiltSegment(seven, R"({"encCipher":"AES/CBC/PKCS5Padding"})")),
                HasSubstr("encrypted"));
}

TEST(SegmentParser, a_header_of_another_segment_is_not_believed) {
    const BuiltSegment built(eight);
    SegmentParser parser(seven);
    Found found;
    read_all(parser, built.bytes(), found);
    EXPECT_EQ(found.state, State::torn);
    EXPECT_THAT(parser.problem(), HasSubstr("another segment"));
}

TEST(SegmentParser, a_file_of_zeros_is_one_that_was_only_just_made) {
    const Bytes zeros(4096);
    EXPECT_EQ(read_all(seven, zeros).state, State::waiting);
}

}  // namespace
}  // namespace duet::journal
