#pragma once
// One look at a record, told in a test.

#include <gtest/gtest.h>

#include "sync/decide.hpp"

namespace duet::sync {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t now = 1'000 * second;

/// A case to be told in a test: defaults are a row and a document of different content, met before.
struct Story {
    State row;
    State document;
    bool settled = false;
    bool old = false;
    bool same = false;
    bool joined = false;
    Agreed agreed;
    Rules rules;

    explicit Story(Direction direction = Direction::both) {
        rules.direction = direction;
        row.exists = true;
        document.exists = true;
        document.guard = Guard{0, 7, 1};
        document.seen_at = now;
    }
    /// A row whose newest WRITETIME is its version.
    Story& written(std::int64_t micros) {
        row.version = Version{micros};
        row.newest_write = micros;
        return *this;
    }
    /// A row whose version column gives its version.
    Story& row_stamped(std::int64_t stamp, std::int64_t write_time) {
        rules.version_column = true;
        row.stamped = true;
        row.version = Version{stamp};
        row.newest_write = write_time;
        return *this;
    }
    Story& document_stamped(std::int64_t micros) {
        document.version = Version{micros};
        return *this;
    }
    Story& agreed_on(std::int64_t micros) {
        agreed.kind = Agreed::Kind::record;
        agreed.version = Version{micros};
        return *this;
    }
    Story& deletion_agreed_on(std::int64_t micros, std::int64_t upto = INT64_MIN) {
        agreed_on(micros).agreed.kind = Agreed::Kind::deletion;
        agreed.upto = upto;
        return *this;
    }
    Story& without_row() {
        row = State{};
        return *this;
    }
    Story& without_document() {
        document = State{};
        return *this;
    }
    [[nodiscard]] Decision decide() const {
        const Sight sight{row, document, settled, old, same, joined, now, 500 * second, agreed};
        return sync::decide(sight, rules);
    }
    template <class T>
    T expect() const {  // NOLINT(modernize-use-nodiscard): that it is this decision may be all a
                        // test wants
        const Decision decision = decide();
        const T* found = std::get_if<T>(&decision);
        EXPECT_NE(found, nullptr) << "another decision, index " << decision.index();
        return found != nullptr ? *found : T{};
    }
};

}  // namespace duet::sync
