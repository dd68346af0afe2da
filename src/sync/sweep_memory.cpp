#include "sync/sweep_memory.hpp"

#include <utility>

#include "base/hash.hpp"

namespace duet::sync {

namespace {

constexpr const char* notes_format = "2";  // another where earlier notes do not count

}  // namespace

std::int64_t SweepMemory::era() const {
    const Rules& rules = context_.rules;
    std::uint64_t hash = fnv1a(notes_format);
    const auto add = [&hash](std::string_view text) { hash = fnv1a_next(text, hash); };
    add(std::to_string(context_.era()));
    add(std::to_string(context_.table.truncated_at));
    add(std::to_string(static_cast<int>(rules.direction)));
    add(std::to_string(static_cast<int>(rules.deletes)));
    add(std::to_string(rules.shape));
    for (const Column& column : context_.schema.columns) {
        add(column.name);
        add(to_cql(column.type));
    }
    return static_cast<std::int64_t>(hash);
}

Task<SweepNotes> SweepMemory::load() {
    saved_at_ = context_.clock.now();  // what is there is as good as saved now
    const std::optional<SweepNotes> notes = co_await context_.state.load_sweep(context_.pair);
    if (!notes || notes->era != era()) co_return SweepNotes{};
    const std::uint64_t deletes = co_await context_.documents.deletes();
    if (notes->deletes != deletes) co_return SweepNotes{};
    last_ = *notes;
    last_.deletes = 0;
    co_return *notes;
}

bool SweepMemory::due() const { return context_.clock.now() - saved_at_ >= every_.count(); }

Task<void> SweepMemory::save(SweepNotes notes, std::optional<std::uint64_t> expected_deletes) {
    saved_at_ = context_.clock.now();
    if (context_.deletions.size() > 0) co_return;
    notes.era = era();
    if (notes == last_) co_return;
    SweepNotes asked = notes;
    notes.deletes = co_await context_.documents.deletes();
    if (notes.deletes != expected_deletes) notes.position.clear();
    co_await context_.state.save_sweep(context_.pair, std::move(notes));
    last_ = std::move(asked);
}

}  // namespace duet::sync
