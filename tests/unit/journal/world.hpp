#pragma once
// A journal over a folder of two segments, with a clock of the test's own.

#include <string>
#include <vector>

#include "journal/journal.hpp"
#include "unit/journal/folder.hpp"

namespace duet::journal {

inline SegmentName segment(std::int64_t id) { return {7, id}; }

inline Mutation with_key(std::string key, std::uint8_t table = 1) {
    Mutation mutation;
    mutation.key = std::move(key);
    mutation.table = table_id(table);
    return mutation;
}

inline void look(Journal& journal) {
    for (int i = 0; i <= looks_between_lists; ++i) {
        while (journal.look()) {
        }
    }
}

inline bool knows_nothing(ByteView /*key*/, std::int64_t /*oldest_write*/) { return false; }

inline std::vector<std::string> keys_of(Journal& journal, Journal::Table& table) {
    look(journal);
    std::vector<std::string> keys = table.queue().take(100);
    table.queue().settle();
    return keys;
}

/// One segment in use and the next, already made, as Cassandra always has them.
struct World {
    Folder folder;
    BuiltSegment first{segment(100)};
    BuiltSegment second{segment(101)};

    World() {
        first.section({with_key("before")});
        write();
    }
    void write() const {
        folder.write(first);
        folder.write(second);
    }
    /// One more segment, with these writes.
    void add(std::int64_t id, const std::vector<Mutation>& mutations) const {
        BuiltSegment built(segment(id));
        built.section(mutations);
        folder.write(built);
    }
    [[nodiscard]] JournalOptions options(bool owner = false) {
        JournalOptions options{.folder = folder.path(), .owner = owner};
        options.now = [this] { return now; };
        return options;
    }
    Steady::time_point now{};
};

}  // namespace duet::journal
