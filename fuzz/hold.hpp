#pragma once
// What a fuzzer claims of each of its inputs.

#include <cstdio>
#include <cstdlib>
#include <source_location>

namespace duet::fuzz {

/// Ends the program where the claim is wrong, and says which one it was.
inline void hold(bool claim, std::source_location where = std::source_location::current()) {
    if (claim) return;
    std::fprintf(stderr, "%s:%u: %s: the claim does not hold\n", where.file_name(),
                 static_cast<unsigned>(where.line()), where.function_name());
    std::abort();
}

}  // namespace duet::fuzz
