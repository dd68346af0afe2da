#include "codecs.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "base/error.hpp"
#include "figures.hpp"
#include "process.hpp"

namespace duet::bench {

std::string measure_codecs(const Setting& setting, double min_seconds) {
    const std::filesystem::path output = setting.folder / "micro";
    const std::filesystem::path self = std::filesystem::canonical("/proc/self/exe");
    const std::filesystem::path result = setting.folder / "micro.json";
    const Finished finished = run_program(
        {self.parent_path() / "duet_micro", fmt::format("--benchmark_min_time={}", min_seconds),
         "--benchmark_out=" + result.string(), "--benchmark_out_format=json"},
        output);
    if (finished.exit_code != 0)
        throw Error(
            fmt::format("duet_micro ended with {}:\n{}", finished.exit_code, read_file(output)));
    return codecs_of(read_file(result));
}

}  // namespace duet::bench
