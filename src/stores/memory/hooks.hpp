#pragma once
// Where a test steps in between two actions of a store in memory.

#include <string_view>

#include "base/task.hpp"

namespace duet {

/// Called around every single action of the stores in memory. `before` may wait while others act,
/// or throw Unavailable (nothing has happened); `after` may throw it too (it has happened, but the
/// reply is lost). Operations are named "table.read", "table.write", "index.read", "index.write",
/// "state.save" and so on.
class MemoryHooks {
public:
    virtual ~MemoryHooks() = default;
    [[nodiscard]] virtual Task<void> before(std::string_view operation) = 0;
    [[nodiscard]] virtual Task<void> after(std::string_view operation) = 0;
};

/// Steps in nowhere.
class NoHooks final : public MemoryHooks {
public:
    [[nodiscard]] Task<void> before(std::string_view operation) override;
    [[nodiscard]] Task<void> after(std::string_view operation) override;
};

}  // namespace duet
