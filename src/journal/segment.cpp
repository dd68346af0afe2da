#include "journal/segment.hpp"

#include <fmt/format.h>
#include <lz4.h>
#include <zlib.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <utility>

#include "base/vint.hpp"

namespace duet::journal {

namespace {

constexpr std::string_view name_front = "CommitLog-";
constexpr std::size_t marker_size = 8;  // where the next marker stands, CRC
constexpr std::size_t entry_front = 8;  // size, CRC
constexpr std::size_t entry_overhead = 12;
constexpr std::size_t smallest_mutation = 10;
constexpr std::size_t header_front = 14;  // version, id, size of the parameters
constexpr std::size_t header_overhead = 18;
constexpr std::int64_t first_timestamp = 1'442'880'000'000'000;  // EncodingStats count from here
// The number of updates, the table, the key and its size, flags, the smallest timestamp.
constexpr std::size_t front_limit = 9 + 16 + 3 + key_limit + 1 + 9;
constexpr std::uint8_t is_empty = 1;  // the flag of an update without rows

std::uint32_t crc_of(ByteView bytes, std::uint32_t before = 0) {
    if (bytes.empty()) return before;  // zlib starts anew at a null
    return static_cast<std::uint32_t>(crc32_z(before, bytes.data(), bytes.size()));
}

/// Cassandra's FBUtilities.updateChecksumInt, for several.
std::uint32_t crc_of_numbers(std::initializer_list<std::uint32_t> numbers) {
    Bytes bytes;
    for (const std::uint32_t number : numbers) append_big(bytes, number);
    return crc_of(bytes);
}

std::uint32_t low_half(std::int64_t id) { return static_cast<std::uint32_t>(id); }
std::uint32_t high_half(std::int64_t id) {
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(id) >> 32);
}

template <class T>
bool read_number(std::string_view text, T& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value >= 0;
}

std::uint32_t load_little(const std::uint8_t* bytes) {
    return static_cast<std::uint32_t>(bytes[0]) | static_cast<std::uint32_t>(bytes[1]) << 8 |
           static_cast<std::uint32_t>(bytes[2]) << 16 | static_cast<std::uint32_t>(bytes[3]) << 24;
}

/// The front of a mutation; false: it is none.
bool read_front(ByteView bytes, WrittenKey& found, Bytes& key) {
    const auto updates = take_vint(bytes);
    if (!updates || *updates == 0 || bytes.size() < found.table.bytes.size()) return false;
    std::copy_n(bytes.begin(), found.table.bytes.size(), found.table.bytes.begin());
    bytes = bytes.subspan(found.table.bytes.size());
    const auto size = take_vint(bytes);
    if (!size || *size > key_limit || *size >= bytes.size()) return false;
    key.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(*size));
    bytes = bytes.subspan(*size);
    const std::uint8_t flags = bytes[0];
    bytes = bytes.subspan(1);
    found.several = *updates > 1;
    found.oldest_write.reset();
    if ((flags & is_empty) != 0) return true;
    const auto timestamp = take_vint(bytes);
    if (!timestamp) return false;
    found.oldest_write =
        static_cast<std::int64_t>(*timestamp + static_cast<std::uint64_t>(first_timestamp));
    return true;
}

}  // namespace

std::optional<SegmentName> SegmentName::parse(std::string_view file) {
    if (!file.starts_with(name_front) || !file.ends_with(".log")) return std::nullopt;
    file.remove_prefix(name_front.size());
    file.remove_suffix(4);
    const auto dash = file.find('-');
    SegmentName name;
    if (dash == std::string_view::npos || !read_number(file.substr(0, dash), name.version) ||
        !read_number(file.substr(dash + 1), name.id)) {
        return std::nullopt;
    }
    return name;
}

std::string SegmentName::log_file() const {
    return fmt::format("{}{}-{}.log", name_front, version, id);
}

std::string SegmentName::index_file() const {
    return fmt::format("{}{}-{}_cdc.idx", name_front, version, id);
}

std::uint64_t SegmentParser::position() const {
    return place_ == Place::entries && plain_.empty() ? entries_.position : position_;
}

std::size_t SegmentParser::wanted() const {
    switch (place_) {
        case Place::header: return std::max(needed_, header_front);
        case Place::marker: return marker_size;
        case Place::block: return section_end_ - position_;
        case Place::entries:
            return plain_.empty()
                       ? std::min<std::size_t>(read_limit, entries_.end - entries_.position)
                       : 0;
    }
    return 0;
}

SegmentParser::State SegmentParser::feed(ByteView bytes, const Sink& sink) {
    problem_.clear();
    const std::size_t offered = bytes.size();
    const std::size_t asked = wanted();
    const Place before = place_;
    std::size_t unpacked = 0;
    while (true) {
        const std::uint64_t at = entries_.position;
        switch (step(bytes, sink)) {
            case Step::moved:
                if (place_ != before) return State::ready;
                // One turn unpacks little more than one turn reads.
                unpacked += plain_.empty() ? 0 : entries_.position - at;
                if (unpacked >= read_limit) return State::ready;
                break;
            case Step::shortage:
                // Behind what was taken there may be more; or what comes is larger than usual.
                if (bytes.size() < offered || offered >= asked) return State::ready;
                if (place_ == Place::header || place_ == Place::marker) return State::waiting;
                static_cast<void>(wrong("the section ends before it is complete"));
                return State::torn;
            case Step::waiting: return State::waiting;
            case Step::torn: return State::torn;
            case Step::unsupported: return State::unsupported;
        }
    }
}

SegmentParser::Step SegmentParser::step(ByteView& bytes, const Sink& sink) {
    switch (place_) {
        case Place::header: return header(bytes);
        case Place::marker: return marker(bytes);
        case Place::block: return block(bytes);
        case Place::entries: break;
    }
    if (plain_.empty()) return entry(bytes, sink);
    ByteView rest = ByteView(plain_).subspan(entries_.position);
    Step made = entry(rest, sink);
    if (made == Step::shortage) made = wrong("the last entry of the section is cut");
    if (made == Step::torn) {  // unpacked again at the next look
        plain_.clear();
        place_ = Place::marker;
    }
    return made;
}

SegmentParser::Step SegmentParser::need(std::size_t bytes) {
    needed_ = bytes;
    return Step::shortage;
}

SegmentParser::Step SegmentParser::wrong(std::string what) {
    problem_ = fmt::format(
        "{}: {}, at offset {}", name_.log_file(), what,
        place_ == Place::entries && plain_.empty() ? entries_.begin_of_entry : position_);
    return Step::torn;
}

SegmentParser::Step SegmentParser::header(ByteView& bytes) {
    if (bytes.size() < header_front) return need(header_front);
    const auto version = load_big<std::int32_t>(bytes.data());
    const auto id = load_big<std::int64_t>(&bytes[4]);
    const auto parameters_size = load_big<std::uint16_t>(&bytes[12]);
    if (version == 0 && id == 0) return Step::waiting;  // a file that was only just made
    if (version != name_.version || id != name_.id) {
        return wrong("the header names another segment than the file");
    }
    if (version != 7 && version != 8) {
        problem_ = fmt::format("{}: commit log format {} is not known (known: 7 and 8)",
                               name_.log_file(), version);
        return Step::unsupported;
    }
    const std::size_t size = header_overhead + parameters_size;
    if (bytes.size() < size) return need(size);
    const std::string_view json = as_text(bytes.subspan(header_front, parameters_size));
    const std::uint32_t numbers =
        crc_of_numbers({static_cast<std::uint32_t>(version), low_half(id), high_half(id),
                        static_cast<std::uint32_t>(parameters_size)});
    if (crc_of(as_bytes(json), numbers) != load_big<std::uint32_t>(&bytes[size - 4])) {
        return wrong("the checksum of the header does not fit");
    }
    const Step made = parameters(json);
    if (made != Step::moved) return made;
    position_ = size;
    place_ = Place::marker;
    bytes = bytes.subspan(size);
    return Step::moved;
}

SegmentParser::Step SegmentParser::parameters(std::string_view json) {
    boost::system::error_code error;
    const boost::json::value parsed = boost::json::parse(json, error);
    const boost::json::object* all = error ? nullptr : parsed.if_object();
    if (all == nullptr) return wrong("the parameters in the header are no JSON object");
    if (all->contains("encCipher")) {
        problem_ = fmt::format("{}: the commit log is encrypted", name_.log_file());
        return Step::unsupported;
    }
    const boost::json::value* given = all->if_contains("compressionClass");
    if (given == nullptr) return Step::moved;
    const boost::json::string* name = given->if_string();
    const std::string_view compressor =
        name == nullptr ? std::string_view() : std::string_view(name->data(), name->size());
    if (!compressor.ends_with("LZ4Compressor")) {
        problem_ = fmt::format("{}: the commit log is compressed by {} (known: LZ4Compressor)",
                               name_.log_file(), boost::json::serialize(*given));
        return Step::unsupported;
    }
    compressed_ = true;
    return Step::moved;
}

SegmentParser::Step SegmentParser::marker(ByteView& bytes) {
    if (bytes.size() < marker_size) return need(marker_size);
    const auto next = load_big<std::uint32_t>(bytes.data());
    const auto crc = load_big<std::uint32_t>(&bytes[4]);
    if (next == 0 && crc == 0) return Step::waiting;
    const auto at = static_cast<std::uint32_t>(position_);
    if (crc != crc_of_numbers({low_half(name_.id), high_half(name_.id), at})) {
        return wrong("the checksum of a sync marker does not fit");
    }
    // Cassandra closes a segment with an empty section where nothing came after the last marker.
    if (next < position_ + marker_size || next > INT32_MAX) {
        return wrong("a sync marker points nowhere");
    }
    if (compressed_ && next - position_ > section_limit) {
        return wrong(fmt::format("a section is larger than {} MiB", section_limit >> 20));
    }
    section_ = position_;
    section_end_ = next;
    has_sections_ = true;
    if (skipping_) {
        position_ = next;
        bytes = {};
        return Step::shortage;
    }
    bytes = bytes.subspan(marker_size);
    if (compressed_) {
        place_ = Place::block;
    } else {
        begin_entries(position_ + marker_size, section_end_);
    }
    return Step::moved;
}

SegmentParser::Step SegmentParser::block(ByteView& bytes) {
    const std::size_t size = section_end_ - section_;
    constexpr std::size_t front = marker_size + 8;  // two sizes: Cassandra's, and its compressor's
    if (bytes.size() < size) return need(size);
    place_ = Place::marker;  // where an error leads to, and the next section begins
    if (size < front) return wrong("a compressed section is too short");
    const auto length = load_big<std::uint32_t>(&bytes[marker_size]);
    const std::uint32_t again = load_little(&bytes[marker_size + 4]);
    // Nothing, packed, is one byte: at the end of a segment. More are not written yet.
    const bool empty = length == 0 && size <= front + 1;
    if (length != again || length > section_limit || (length == 0 && !empty)) {
        return wrong("the size of a compressed section cannot be right");
    }
    if (empty) {
        position_ = section_end_;
        bytes = bytes.subspan(size);
        return Step::moved;
    }
    plain_.resize(length);
    const ByteView packed = bytes.subspan(front, size - front);
    const int unpacked = LZ4_decompress_safe(
        reinterpret_cast<const char*>(packed.data()), reinterpret_cast<char*>(plain_.data()),
        static_cast<int>(packed.size()), static_cast<int>(length));
    if (unpacked != static_cast<int>(length)) {
        plain_.clear();
        return wrong("a section does not unpack");
    }
    bytes = bytes.subspan(size);
    begin_entries(0, length);
    return Step::moved;
}

void SegmentParser::begin_entries(std::uint64_t position, std::uint64_t end) {
    entries_.position = entries_.begin_of_entry = position;
    entries_.end = end;
    entries_.open = false;
    place_ = Place::entries;
}

SegmentParser::Step SegmentParser::entry(ByteView& bytes, const Sink& sink) {
    if (entries_.open) return end_entry(bytes, sink);
    if (entries_.position < entries_.end) return begin_entry(bytes);
    if (!plain_.empty()) Bytes().swap(plain_);
    position_ = section_end_;
    place_ = Place::marker;
    return Step::moved;
}

SegmentParser::Step SegmentParser::begin_entry(ByteView& bytes) {
    Entries& in = entries_;
    const std::uint64_t room = in.end - in.position;
    if (room < entry_overhead + smallest_mutation) return wrong("the section ends within an entry");
    if (bytes.size() < entry_front) return need(entry_front);
    const auto size = load_big<std::uint32_t>(bytes.data());
    in.crc = crc_of(bytes.first(4));
    if (size < smallest_mutation || size > room - entry_overhead) {
        return wrong("an entry has an impossible size");
    }
    if (in.crc != load_big<std::uint32_t>(&bytes[4])) {
        return wrong("the checksum of an entry's size does not fit");
    }
    const std::size_t front = std::min<std::size_t>(size, front_limit);
    if (bytes.size() < entry_front + front) return need(entry_front + front);
    const ByteView seen = bytes.subspan(entry_front, front);
    in.readable = read_front(seen, in.found, in.key);
    in.crc = crc_of(seen, in.crc);
    in.left = size - front;
    in.open = true;
    in.position += entry_front + front;
    bytes = bytes.subspan(entry_front + front);
    return Step::moved;
}

SegmentParser::Step SegmentParser::end_entry(ByteView& bytes, const Sink& sink) {
    Entries& in = entries_;
    const std::size_t part = std::min<std::uint64_t>(in.left, bytes.size());
    in.crc = crc_of(bytes.first(part), in.crc);
    in.left -= part;
    in.position += part;
    bytes = bytes.subspan(part);
    if (in.left > 0 || bytes.size() < 4) return need(4);
    if (in.crc != load_big<std::uint32_t>(bytes.data()) || !in.readable) {
        in.position = in.begin_of_entry;
        in.open = false;
        return wrong(in.readable ? "the checksum of a mutation does not fit"
                                 : "a mutation has no readable key");
    }
    bytes = bytes.subspan(4);
    in.position += 4;
    in.begin_of_entry = in.position;
    in.open = false;
    in.found.key = in.key;
    sink(in.found);
    return Step::moved;
}

bool SegmentParser::give_up_section() {
    if (section_end_ <= section_ || position_ >= section_end_) return false;
    plain_.clear();
    entries_ = {};
    position_ = section_end_;
    place_ = Place::marker;
    return true;
}

}  // namespace duet::journal
