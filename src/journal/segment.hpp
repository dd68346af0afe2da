#pragma once
// A segment of Cassandra's commit log, read for the keys in it: format versions 7 and 8, as it is
// or compressed by LZ4. Sans-io: bytes of the file in, keys out.
//
// Rule: give feed() the bytes at position(), wanted() of them or as many as the file has, for as
// long as it says `ready`. A file grows and is written from behind: what was `waiting` or `torn`
// may be whole at the next look.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/uuid.hpp"

namespace duet::journal {

constexpr std::size_t read_limit = 128U << 10;    // bytes wanted at once of an uncompressed file
constexpr std::size_t section_limit = 64U << 20;  // bytes of a compressed section, either form
constexpr std::size_t key_limit = 65'535;         // bytes of a partition key: Cassandra's own limit

/// What a file's name says: CommitLog-7-1795252939099.log.
struct SegmentName {
    std::int32_t version = 0;
    std::int64_t id = 0;
    /// Empty: another kind of file.
    [[nodiscard]] static std::optional<SegmentName> parse(std::string_view file);
    [[nodiscard]] std::string log_file() const;
    /// What Cassandra writes beside a segment that holds rows of a table with CDC.
    [[nodiscard]] std::string index_file() const;
};

/// A key that was written. `key` lives as long as the call that passes it on.
struct WrittenKey {
    Uuid table;    // the id of the table, as system_schema.tables has it
    ByteView key;  // of the partition, in CQL's bytes
    /// The smallest WRITETIME in the mutation; empty: it changes nothing.
    std::optional<std::int64_t> oldest_write;
    /// The mutation goes on: the key may have changed in every table of the same keyspace.
    bool several = false;
};

class SegmentParser {
public:
    enum class State : std::uint8_t {
        ready,        // go on at once, with the bytes at position()
        waiting,      // all that is in the file was read
        torn,         // what comes next is incomplete or wrong: problem() says what
        unsupported,  // never readable: problem() says why
    };
    using Sink = std::function<void(const WrittenKey&)>;

    explicit SegmentParser(SegmentName name) : name_(name) {}

    [[nodiscard]] std::uint64_t position() const;
    /// The offset of the section that is being read, or of the next one.
    [[nodiscard]] std::uint64_t section_at() const { return position_; }
    /// Some keys of sections that begin before this offset were given.
    [[nodiscard]] std::uint64_t delivered_upto() const {
        return place_ == Place::entries ? section_end_ : position_;
    }
    /// 0: feed() needs no bytes this time.
    [[nodiscard]] std::size_t wanted() const;
    /// Fewer bytes than wanted() say that the file ends behind them.
    [[nodiscard]] State feed(ByteView bytes, const Sink& sink);
    /// Leaves out the keys of all sections from here on (until `skip(false)`).
    void skip(bool on) { skipping_ = on; }
    /// Gives up the section that is torn; false: there is no way to the next.
    [[nodiscard]] bool give_up_section();

    /// Something was written in this segment, not only its header.
    [[nodiscard]] bool has_sections() const { return has_sections_; }
    [[nodiscard]] bool compressed() const { return compressed_; }
    /// What is wrong and where in the file.
    [[nodiscard]] const std::string& problem() const { return problem_; }

private:
    enum class Place : std::uint8_t { header, marker, entries, block };
    enum class Step : std::uint8_t { moved, shortage, waiting, torn, unsupported };

    /// The entries of one section, which may come in pieces.
    struct Entries {
        std::uint64_t position = 0;
        std::uint64_t end = 0;
        std::uint64_t begin_of_entry = 0;
        std::uint64_t left = 0;  // bytes of the mutation not seen yet
        std::uint32_t crc = 0;
        bool open = false;      // within a mutation
        bool readable = false;  // the open mutation's key
        WrittenKey found;
        Bytes key;
    };

    SegmentName name_;
    Place place_ = Place::header;
    std::uint64_t position_ = 0;
    std::uint64_t section_ = 0;      // where its marker stands
    std::uint64_t section_end_ = 0;  // where the next marker stands
    bool has_sections_ = false;
    std::size_t needed_ = 0;  // bytes of the header
    bool compressed_ = false;
    bool skipping_ = false;
    Entries entries_;
    Bytes plain_;  // a compressed section, unpacked; empty: none
    std::string problem_;

    [[nodiscard]] Step step(ByteView& bytes, const Sink& sink);
    [[nodiscard]] Step header(ByteView& bytes);
    [[nodiscard]] Step parameters(std::string_view json);
    [[nodiscard]] Step marker(ByteView& bytes);
    [[nodiscard]] Step block(ByteView& bytes);
    [[nodiscard]] Step entry(ByteView& bytes, const Sink& sink);
    [[nodiscard]] Step begin_entry(ByteView& bytes);
    [[nodiscard]] Step end_entry(ByteView& bytes, const Sink& sink);
    [[nodiscard]] Step need(std::size_t bytes);
    [[nodiscard]] Step wrong(std::string what);
    void begin_entries(std::uint64_t position, std::uint64_t end);
};

}  // namespace duet::journal
