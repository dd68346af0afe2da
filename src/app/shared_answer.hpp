#pragma once
// One question for many who want to know the same.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/task.hpp"
#include "base/time.hpp"

namespace duet::app {

/// Keeps an answer for a while, and never has two questions on their way: whoever comes meanwhile
/// gets that one's answer too, or its failure.
class SharedAnswer {
public:
    using Ask = std::function<Task<std::string>()>;

    /// The clock outlives it.
    SharedAnswer(Ask ask, const Clock& clock, Micros lasts)
        : ask_(std::move(ask)), clock_(clock), lasts_(lasts) {}

    /// Asked before or after this call, at most `lasts` ago or while others waited for it. Throws
    /// what the question throws; a failure is not kept for later calls.
    [[nodiscard]] Task<std::string> get();

private:
    struct Question;

    Ask ask_;
    const Clock& clock_;
    Micros lasts_;
    std::optional<std::string> last_;
    std::int64_t last_asked_at_ = 0;  // microseconds since 1970
    /// Shared: who waits reads it when woken, and another may be on its way by then. nullptr: none.
    std::shared_ptr<Question> question_;

    [[nodiscard]] Task<void> put(Question& question);
};

}  // namespace duet::app
