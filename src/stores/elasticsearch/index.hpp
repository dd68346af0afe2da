#pragma once
// An index of Elasticsearch as a DocumentStore.
//
// Rule: call provision() before anything but describe(); it says which columns a record has.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/time.hpp"
#include "elastic/client.hpp"
#include "elastic/position_board.hpp"
#include "elastic/search.hpp"
#include "model/store.hpp"
#include "stores/elasticsearch/field_names.hpp"
#include "stores/elasticsearch/layout.hpp"
#include "stores/elasticsearch/mapping.hpp"
#include "stores/elasticsearch/shard.hpp"

namespace duet {

struct IndexOptions {
    std::string index;
    std::string version_field = "updated_at";
    /// Or this with an underscore in front: whichever the mapping says is Duet's.
    std::string expiry_field = "expires_at";
    /// Columns that stand in the documents otherwise than by themselves.
    std::vector<elasticsearch::FieldOption> fields;
    /// How often at most a refresh is forced; empty: as changes() says.
    std::optional<std::chrono::milliseconds> refresh_at_most;
    /// Shared with other indices; outlives this one. nullptr: each polls by itself.
    elastic::PositionBoard* positions = nullptr;
};

class ElasticIndex final : public DocumentStore {
public:
    /// Client and clock must outlive the index. Nothing is asked of the server yet.
    ElasticIndex(elastic::Client& client, const Clock& clock, IndexOptions options);
    ~ElasticIndex() override;

    /// Reads a sample of the documents too (the first sample_limit of them): only they show arrays
    /// and fractions. Throws Misconfigured, with the reason, for an index that cannot be paired.
    [[nodiscard]] Task<Schema> describe() override;
    [[nodiscard]] Task<void> provision(const Schema& agreed, bool may_create) override;
    /// Columns whose user-defined type has parts that their field lacked when the index was
    /// described.
    [[nodiscard]] std::vector<std::string> grown(const Schema& schema) const;
    /// What a person should know before the index has as many fields as it may have
    /// (index.mapping.total_fields.limit); empty: nothing. Throws Misconfigured, with what to type,
    /// where those that the schema needs (if they are to be added) are too many.
    [[nodiscard]] std::string fields_budget(const Schema& agreed, bool adds_fields) const;
    /// What provision() would send to make the index or the fields that it lacks, each with its
    /// body on a line of its own, for somebody who may to paste.
    [[nodiscard]] Task<std::vector<std::string>> requests(const Schema& agreed);
    [[nodiscard]] Task<std::vector<State>> look(std::span<const Id> ids) override;
    [[nodiscard]] Task<std::vector<Outcome>> apply(std::span<const Write> writes) override;
    /// Every other field keeps its text, digit by digit: the document is read and written whole,
    /// since the server's own partial update would write its numbers anew.
    [[nodiscard]] Task<std::vector<Outcome>> stamp(std::span<const Stamp> stamps) override;
    /// Writes a document just as this text is, a JSON object, over the state of the guard; with the
    /// members of `carried` (as Content's) that it has not.
    [[nodiscard]] Task<Outcome> restore(Id id, const std::string& json, const std::string& carried,
                                        Guard guard);
    [[nodiscard]] Task<Cursor> position() override;
    [[nodiscard]] Task<Cursor> recent_position() override;
    /// On an index that refreshes itself less than once a second a refresh is forced at most every
    /// slow_refresh; until then only what was visible before is returned, and `next` says so.
    [[nodiscard]] Task<ChangeBatch> changes(const Cursor& since, const Cursor& upto,
                                            std::size_t limit, bool content) override;
    [[nodiscard]] Task<void> refresh() override;
    [[nodiscard]] Task<void> pause_refresh() override;
    [[nodiscard]] Task<void> resume_refresh() override;
    [[nodiscard]] Task<std::uint64_t> count() override;
    [[nodiscard]] Task<std::uint64_t> deletes() override;
    [[nodiscard]] Task<std::vector<Id>> absent(std::span<const Id> ids) override;
    [[nodiscard]] Task<std::vector<Outcome>> remove(std::span<const Removal> removals) override;
    [[nodiscard]] Task<std::vector<DocumentScan>> scan(int slices) override;
    [[nodiscard]] Task<std::vector<Change>> read(DocumentScan& scan, std::size_t limit,
                                                 Detail detail) override;
    [[nodiscard]] Task<void> end(std::vector<DocumentScan> scan) override;
    [[nodiscard]] std::string to_json(const Content& content) const override;
    [[nodiscard]] std::string left_out() const override;

    /// Documents met so far that are left out: their `_id` is no key of the table, in the one
    /// spelling that counts (at most noted_limit).
    [[nodiscard]] std::size_t foreign_ids() const { return foreign_.size(); }
    /// Documents met so far that are left out because they were written with a routing.
    [[nodiscard]] std::size_t routed_documents() const { return routed_.size(); }

    static constexpr std::size_t most_hits = 10'000;  // of one search, Elasticsearch's own limit
    static constexpr std::size_t default_fields_limit = 1'000;  // Elasticsearch's own
    static constexpr std::size_t sample_limit = 10'000;         // documents
    static constexpr std::size_t sample_bytes = 16U << 20;      // of all of them
    static constexpr std::size_t bulk_bytes = 5U << 20;         // of one bulk body
    static constexpr std::size_t noted_limit = 10'000;          // ids and field names remembered
    static constexpr std::chrono::seconds sample_again{60};
    static constexpr std::chrono::seconds slow_refresh{5};
    /// The refresh_interval while Duet fills an index that it made. Its own mark: nobody chooses
    /// it, and an index that no Duet ever comes back to is refreshed after an hour all the same.
    static constexpr std::string_view paused_refresh = "3599s";
    static constexpr int point_in_time_seconds = 60;

private:
    using Json = elasticsearch::Json;
    using JsonDocument = elasticsearch::JsonDocument;

    /// The answer to GET /<index>; empty: there is none of that name.
    [[nodiscard]] Task<std::optional<std::string>> load();
    [[nodiscard]] std::string creation_body(const Schema& schema) const;
    /// Members of "properties"; empty: nothing is missing.
    [[nodiscard]] std::string missing_properties(const Schema& schema, const Json& mappings) const;
    [[nodiscard]] Task<void> make(const Schema& schema);
    /// False: nothing was missing.
    [[nodiscard]] Task<bool> add_fields(const Schema& schema, const Json& mappings);
    [[nodiscard]] Task<void> take_sample(std::string mappings);
    [[nodiscard]] Task<elasticsearch::Routing> routing_of(const Json& settings);
    void learn(const Json& properties);

    [[nodiscard]] std::size_t page_size(std::size_t limit) const;
    void measure(std::size_t bytes, std::size_t documents);
    [[nodiscard]] Task<std::optional<JsonDocument>> sources(std::span<const Id> ids);
    [[nodiscard]] Task<JsonDocument> guards(std::span<const Id> ids);
    [[nodiscard]] State missing(const Id& id, std::int64_t seen_at) const;
    [[nodiscard]] State state_of(const Id& id, const Json& found, std::int64_t seen_at);
    [[nodiscard]] std::optional<Id> id_of(const Json& hit);

    [[nodiscard]] Task<Cursor> position_by(std::function<Task<elastic::IndexPosition>()> ask);
    [[nodiscard]] Task<void> set_refresh(std::string interval);
    [[nodiscard]] bool has_moved(const Cursor& upto);
    [[nodiscard]] Task<void> refresh_to(const Cursor& upto);
    [[nodiscard]] Task<Cursor> visible(const Cursor& upto);
    struct ShardPage {
        std::int32_t shard = 0;
        std::int64_t after = -1;
        std::int64_t upto = -1;
        std::size_t limit = 0;
        bool content = true;
    };
    /// Appends changes; how far they go. `bytes` grows by the answer's.
    [[nodiscard]] Task<std::int64_t> read_shard(ShardPage page, std::vector<Change>& out,
                                                std::size_t& bytes);
    [[nodiscard]] Task<std::string> search_shard(const ShardPage& page, std::size_t size,
                                                 bool& content);

    [[nodiscard]] Task<std::string> search_slice(const DocumentScan& scan, std::size_t size,
                                                 Detail& detail);
    [[nodiscard]] std::optional<State> version_of(const Id& id, const Json& hit,
                                                  std::int64_t seen_at) const;
    void shrink_pages(std::size_t size, bool& content);

    struct Bulk;  // items collected, and whose they are
    [[nodiscard]] Task<void> send(Bulk& bulk, std::vector<Outcome>& outcomes);
    void add_stamps(std::span<const Stamp> stamps, const Json& found, std::size_t first, Bulk& bulk,
                    std::vector<Outcome>& outcomes);

    elastic::Client& client_;
    const Clock& clock_;
    IndexOptions options_;
    elasticsearch::FieldNames names_;
    bool exists_ = false;
    elasticsearch::Layout layout_;
    elasticsearch::Routing routing_;

    std::size_t fields_limit_ = 0;
    std::string sampled_;  // of which mapping
    std::int64_t sampled_at_ = 0;
    elasticsearch::Sample sample_;
    std::unordered_set<std::string> familiar_;   // fields that the pair could know of
    std::unordered_set<std::string> newcomers_;  // met since it was described
    std::unordered_set<std::string> foreign_;
    std::unordered_set<std::string> routed_;

    bool exact_versions_ = false;  // the index's own copy of the version field loses nothing
    std::size_t bytes_per_document_ = 16U << 10;  // a guess at first; adapts
    bool refreshes_slowly_ = false;
    bool may_pause_ = false;  // Duet made the index, and nobody chose how often it refreshes
    bool paused_ = false;     // by this process or another
    std::size_t window_ = most_hits;  // hits of one search that this index allows
    Cursor refreshed_;                // what searches see for sure
    std::int64_t refreshed_at_ = 0;
};

}  // namespace duet
