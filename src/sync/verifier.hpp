#pragma once
// Compares both sides of a pair and changes nothing: what differs is looked at again before it is
// reported, because writers may be at work.

#include <functional>
#include <vector>

#include "sync/pair.hpp"

namespace duet::sync {

struct Difference {
    enum class Kind : std::uint8_t {
        only_in_cassandra,
        only_in_elasticsearch,
        content,
        version,
        unreadable
    };
    Id id;
    Kind kind = Kind::content;
    std::vector<std::string> columns;  // content: which
};

[[nodiscard]] const char* name_of(Difference::Kind kind);

struct Comparison {
    std::uint64_t rows = 0;
    std::uint64_t documents = 0;
    std::uint64_t equal = 0;
    std::uint64_t expiring = 0;           // left out (V10)
    std::vector<Difference> differences;  // the first differences_limit
    std::uint64_t different = 0;          // all of them
};

class Verifier {
public:
    /// The context belongs to an open pair and outlives it. What differs is looked at again after
    /// `second_look`: what a running Duet brings level meanwhile is no difference.
    explicit Verifier(const Context& context,
                      std::chrono::milliseconds second_look = std::chrono::milliseconds(1'500))
        : context_(context), second_look_(second_look) {}

    /// Every row against its document, then every document without a row. `deep` compares contents,
    /// else ids and versions. `progress` gets the number of records looked at.
    [[nodiscard]] Task<Comparison> compare(bool deep, std::function<void(std::uint64_t)> progress);

private:
    const Context& context_;
    std::chrono::milliseconds second_look_;

    [[nodiscard]] Task<void> compare_rows(bool deep, Comparison& comparison,
                                          const std::function<void(std::uint64_t)>& progress);
    [[nodiscard]] Task<void> find_lone_documents(Comparison& comparison);
    [[nodiscard]] Task<void> look_again(bool deep, std::vector<Id> ids, Comparison& comparison);
    [[nodiscard]] std::optional<Difference> difference(const Id& id, const State& row,
                                                       const State& document, bool deep) const;
};

constexpr std::size_t differences_limit = 10'000;  // named in a report; the rest are counted

}  // namespace duet::sync
