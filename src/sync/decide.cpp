#include "sync/decide.hpp"

#include <algorithm>

namespace duet::sync {

namespace {

/// The first version after `micros` that is told apart from it at this precision.
std::int64_t next_after(std::int64_t micros, Precision precision) {
    return cut(micros, precision) + static_cast<std::int64_t>(precision);
}

/// One record's case. The members are the words of the rules.
class Case {
public:
    Case(const Sight& sight, const Rules& rules)
        : sight_(sight), rules_(rules), row_(sight.row), document_(sight.document) {}

    [[nodiscard]] Decision decide() const {
        if (row_.exists && row_.problem) return Refuse{"cassandra", *row_.problem};
        if (document_.exists && document_.problem) return unreadable();
        if (rules_.direction == Direction::to_elasticsearch) return mirror_row();
        if (rules_.direction == Direction::to_cassandra) return mirror_document();
        if (!document_.exists) return row_.exists ? document_missing() : Decision{Settle{}};
        if (!row_.exists) return row_missing();
        // V6: without a version on one side, equal is level as it stands: nothing is written.
        if (sight_.same && (!row_.version || !document_.version)) return Settle{};
        if (runs_out_by(sight_.now)) return over_the_ended();
        return document_.version ? both_versions(document_.version->micros) : unstamped();
    }

private:
    const Sight& sight_;
    const Rules& rules_;
    const State& row_;
    const State& document_;

    [[nodiscard]] Precision precision() const { return rules_.precision_for(row_); }

    [[nodiscard]] Precision coarsest() const { return rules_.coarsest(); }

    [[nodiscard]] std::int64_t row_version() const {
        return row_.version.value_or(no_version).micros;
    }

    [[nodiscard]] bool ahead(std::int64_t version) const {
        return version - sight_.now > rules_.max_clock_ahead.count();
    }

    /// V5, V7: later than every cell of the row, and never far in the future.
    [[nodiscard]] std::int64_t timestamp_for(std::int64_t version) const {
        const std::int64_t wanted = ahead(version) ? sight_.now : version;
        return row_.newest_write ? std::max(wanted, *row_.newest_write + 1) : wanted;
    }

    [[nodiscard]] Decision row_wins() const { return row_wins_as(row_version()); }

    [[nodiscard]] Decision row_wins_as(std::int64_t version) const {
        WriteDocument write;
        write.version = Version{version};
        write.keep_document = document_.exists && !sight_.settled && !sight_.same;  // V8
        write.future = ahead(version);
        return write;
    }

    [[nodiscard]] Decision document_wins_as(std::int64_t version, bool keep_row) const {
        // V7: without a version column the timestamp is the version, so the document must come down
        // first.
        if (ahead(version) && !rules_.version_column) {
            return StampDocument{Version{timestamp_for(version)}, keep_row, true};
        }
        WriteRow write;
        write.version = Version{version};
        write.timestamp = timestamp_for(version);
        write.keep_row = keep_row;
        write.future = ahead(version);
        return write;
    }

    /// V10: the document's time has run out by this moment.
    [[nodiscard]] bool runs_out_by(std::int64_t moment) const {
        return document_.expires_at && *document_.expires_at <= moment;
    }

    [[nodiscard]] std::int64_t tolerance() const { return rules_.expiry_tolerance.count(); }

    /// V10: a document that has run out says nothing of a row that is there.
    [[nodiscard]] Decision over_the_ended() const {
        if (sight_.same) return Settle{};
        return row_wins_as(row_.version.value_or(document_.version.value_or(no_version)).micros);
    }

    /// V10: the document of a row that is not there runs out by itself; nothing where it does not.
    [[nodiscard]] std::optional<Decision> ending() const {
        if (!runs_out_by(sight_.now + tolerance())) return std::nullopt;
        const std::int64_t certain = *document_.expires_at + tolerance();
        if (certain > sight_.now) return Wait{certain, !sight_.settled};
        return ExpireDocument{!sight_.settled};
    }

    [[nodiscard]] bool newer(std::optional<Version> left, std::optional<Version> right) const {
        return left && right && cut(left->micros, precision()) > cut(right->micros, precision());
    }

    /// V4: a document that was level before, when it could be read (a type has another name for a
    /// field now), held what the row held. Any other waits for a person.
    [[nodiscard]] Decision unreadable() const {
        const bool was_level = sight_.settled && !document_.left_out && row_.exists &&
                               rules_.direction != Direction::to_cassandra;
        if (!was_level) return Refuse{"elasticsearch", *document_.problem};
        WriteDocument write;
        write.version =
            Version{std::max(row_version(), document_.version.value_or(no_version).micros)};
        write.keep_document = true;
        write.future = ahead(write.version.micros);
        return write;
    }

    /// One direction, from Cassandra.
    [[nodiscard]] Decision mirror_row() const {
        if (!row_.exists) {
            if (!document_.exists) return Settle{};
            if (const auto end = ending()) return *end;
            return document_goes() ? Decision{deletion_of_document()} : Stay{};
        }
        const bool level = document_.exists && sight_.same;
        return level && !newer(row_.version, document_.version) ? Decision{Settle{}} : row_wins();
    }

    /// One direction, from Elasticsearch: documents are not even stamped.
    [[nodiscard]] Decision mirror_document() const {
        if (!document_.exists) {
            if (!row_.exists) return Settle{};
            const auto deletion = deletion_of_row();
            return deletion ? Decision{*deletion} : Stay{};
        }
        // The source is never written, and a row of less than a second cannot be.
        if (runs_out_by(sight_.now + tolerance())) {
            return row_.exists && sight_.same ? Decision{Settle{}} : Stay{};
        }
        WriteRow write;
        write.version =
            document_.version.value_or(Version{sight_.old ? sight_.first_met : document_.seen_at});
        write.future = ahead(write.version.micros);
        const bool level = row_.exists && sight_.same;
        if (level && (write.future || !newer(document_.version, row_.version))) return Settle{};
        // A copy that was deleted is made again now: no deletion of until now hides it.
        write.timestamp = row_.exists ? timestamp_for(write.version.micros)
                                      : std::max(timestamp_for(write.version.micros), sight_.now);
        write.keep_row = row_.exists && !sight_.same && newer(row_.version, write.version);  // V8
        return write;
    }

    [[nodiscard]] bool agreed_on(Agreed::Kind kind) const { return sight_.agreed.kind == kind; }

    /// V10: the row of a document that is not there is what was agreed, or is older than what was
    /// deleted.
    [[nodiscard]] std::optional<DeleteRow> deletion_of_row() const {
        // Without a readable WRITETIME no DELETE could spare what is newer.
        if (agreed_on(Agreed::Kind::nothing) || !row_.newest_write) return std::nullopt;
        const Precision unit = row_.stamped ? coarsest() : Precision::microseconds;
        const std::int64_t row = cut(row_version(), unit);
        const std::int64_t agreed = cut(sight_.agreed.version.micros, unit);
        DeleteRow deletion{sight_.agreed.version, *row_.newest_write, false};
        const bool unchanged = agreed_on(Agreed::Kind::record) && row == agreed;
        const bool was_cut_off =
            agreed_on(Agreed::Kind::deletion) && *row_.newest_write <= sight_.agreed.upto;
        if (unchanged || was_cut_off) return deletion;
        // A WRITETIME older than the deletion would be hidden by it: only a stamp can be late.
        deletion.late = agreed_on(Agreed::Kind::deletion) && row_.stamped && row < agreed;
        return deletion.late ? std::optional(deletion) : std::nullopt;
    }

    /// V10: a record that vanished from Elasticsearch, or has never been there.
    [[nodiscard]] Decision document_missing() const {
        const auto deletion = deletion_of_row();
        return deletion ? Decision{*deletion} : row_wins();
    }

    /// V10: the document of a row that is not there was not written since both agreed, or is older
    /// than what was deleted.
    [[nodiscard]] bool document_goes() const {
        const std::int64_t document =
            cut(document_.version.value_or(no_version).micros, coarsest());
        const std::int64_t agreed = cut(sight_.agreed.version.micros, coarsest());
        if (agreed_on(Agreed::Kind::record)) return sight_.settled && document <= agreed;
        return agreed_on(Agreed::Kind::deletion) && document_.version && document < agreed;
    }

    [[nodiscard]] DeleteDocument deletion_of_document() const {
        return {sight_.agreed.version, agreed_on(Agreed::Kind::deletion)};
    }

    /// V10: a record that vanished from Cassandra, or has never been there.
    [[nodiscard]] Decision row_missing() const {
        if (const auto end = ending()) return *end;
        if (document_goes()) return deletion_of_document();
        if (document_.version) return document_wins_as(document_.version->micros, false);
        if (sight_.old) return document_wins_as(sight_.first_met, false);
        std::int64_t stamp = document_.seen_at;  // V2
        if (agreed_on(Agreed::Kind::deletion)) {
            stamp = std::max(stamp, next_after(sight_.agreed.version.micros, coarsest()));
        }
        return StampDocument{Version{stamp}, false, false};
    }

    /// V2, both are there and differ, or the row's version is unknown.
    [[nodiscard]] Decision unstamped() const {
        if (sight_.settled) return row_wins();
        if (sight_.old) return first_meeting();
        const bool row_loses = document_.seen_at > row_version();
        return StampDocument{Version{document_.seen_at}, row_loses, false};
    }

    [[nodiscard]] Decision first_meeting() const {
        if (!row_.version) return document_wins_as(sight_.first_met, false);
        switch (rules_.first_meeting) {
            case FirstMeeting::cassandra: return row_wins();
            case FirstMeeting::elasticsearch:
                return document_wins_as(std::max(sight_.first_met, row_version() + 1), true);
            case FirstMeeting::stop: return StopPair{};
        }
        return StopPair{};
    }

    [[nodiscard]] Decision both_versions(std::int64_t stamp) const {
        const std::int64_t row = cut(row_version(), precision());
        const std::int64_t document = cut(stamp, precision());
        if (row == document) return sight_.same ? Decision{Settle{}} : tie(stamp);
        if (row > document) return row_wins();
        // V4: the row changed without a newer version, unless its own stamp says that it is older.
        const bool row_says_older = row_.stamped;
        if (sight_.settled && !sight_.same && !row_says_older) {
            return row_wins_as(row_.version ? row_.version->micros : stamp);
        }
        return document_wins_as(stamp, false);
    }

    /// V3, V4: equal versions and different content. Who changed it?
    [[nodiscard]] Decision tie(std::int64_t stamp) const {
        if (sight_.settled || sight_.joined) return row_wins();
        const std::int64_t newest = std::max(row_version(), stamp);
        // The clock from before the look: a row written since must not lose to a stamp that never
        // saw it.
        return StampDocument{Version{std::max(before_the_looks(), next_after(newest, coarsest()))},
                             true, false};
    }

    /// A row may come with a page of rows that was read before its document was looked at.
    [[nodiscard]] std::int64_t before_the_looks() const {
        return row_.seen_at > 0 ? std::min(row_.seen_at, document_.seen_at) : document_.seen_at;
    }
};

}  // namespace

Decision decide(const Sight& sight, const Rules& rules) { return Case(sight, rules).decide(); }

}  // namespace duet::sync
