#include "stores/memory/hooks.hpp"

namespace duet {

Task<void> NoHooks::before(std::string_view) { co_return; }

Task<void> NoHooks::after(std::string_view) { co_return; }

}  // namespace duet
