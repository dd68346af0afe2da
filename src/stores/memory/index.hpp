#pragma once
// DocumentStore in memory: one client's connection to a MemoryDocuments.

#include <string>
#include <vector>

#include "base/time.hpp"
#include "stores/memory/documents.hpp"
#include "stores/memory/hooks.hpp"

namespace duet {

/// Behaves as stores/elasticsearch does on a real index, one action at a time, with the hooks
/// called around each.
class MemoryIndex final : public DocumentStore {
public:
    /// `clock` is this client's own, as wrong as it may be (V2). All outlive this; several clients
    /// may share the documents.
    MemoryIndex(MemoryDocuments& documents, MemoryHooks& hooks, const Clock& clock);

    [[nodiscard]] Task<Schema> describe() override;
    [[nodiscard]] Task<void> provision(const Schema& schema, bool may_create) override;
    [[nodiscard]] Task<std::vector<State>> look(std::span<const Id> ids) override;
    [[nodiscard]] Task<std::vector<Outcome>> apply(std::span<const Write> writes) override;
    [[nodiscard]] Task<std::vector<Outcome>> remove(std::span<const Removal> removals) override;
    [[nodiscard]] Task<std::vector<Outcome>> stamp(std::span<const Stamp> stamps) override;
    [[nodiscard]] Task<Cursor> position() override;
    /// Refreshes before it searches whenever there is anything new to find.
    [[nodiscard]] Task<ChangeBatch> changes(const Cursor& since, const Cursor& upto,
                                            std::size_t limit, bool content) override;
    [[nodiscard]] Task<void> refresh() override;
    [[nodiscard]] Task<void> pause_refresh() override;
    [[nodiscard]] Task<void> resume_refresh() override;
    [[nodiscard]] Task<std::uint64_t> count() override;
    [[nodiscard]] Task<std::uint64_t> deletes() override;
    [[nodiscard]] Task<std::vector<Id>> absent(std::span<const Id> ids) override;
    [[nodiscard]] Task<std::vector<DocumentScan>> scan(int slices) override;
    [[nodiscard]] Task<std::vector<Change>> read(DocumentScan& scan, std::size_t limit,
                                                 Detail detail) override;
    [[nodiscard]] Task<void> end(std::vector<DocumentScan> scan) override;
    /// Columns in the schema's order, those without a value left out, then what is carried:
    /// `{"a":1,"b":"x"}`.
    [[nodiscard]] std::string to_json(const Content& content) const override;

private:
    [[nodiscard]] State state_of(const Guard& guard, const Document* document,
                                 std::int64_t seen_at) const;
    [[nodiscard]] Document document_of(const Write& write) const;
    /// The answer of one compare-and-swap, with the hooks around it.
    [[nodiscard]] Task<Outcome> replace(const Id& id, const Guard& guard, Document next);
    [[nodiscard]] Version cut(Version version) const;

    MemoryDocuments& documents_;
    MemoryHooks& hooks_;
    const Clock& clock_;
    Schema schema_;  // as provisioned
};

}  // namespace duet
