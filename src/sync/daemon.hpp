#pragma once
// The life of pairs: each has its own loop, and one that fails neither stops nor slows the others.

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/remaining_time.hpp"
#include "sync/pair.hpp"

namespace duet::sync {

struct PairStatus {
    enum class Phase : std::uint8_t { opening, copying, level, waiting, stopped };
    std::string pair;
    Phase phase = Phase::opening;
    std::string reason;         // waiting, stopped: why
    std::string hint;           // stopped: what to type
    Report total;               // since the start
    std::int64_t level_at = 0;  // when both sides were last seen level, microseconds since 1970
    std::int64_t swept_at = 0;  // every row written before was compared; 0: not yet
    std::uint64_t passes = 0;
    std::size_t quarantined = 0;
    std::string feeds;     // how changes are noticed
    std::string left_out;  // documents that can be no records, and why; empty: none
    std::chrono::microseconds sweep_time{0};
    std::optional<Progress> step;  // copying: how far a long step is
    std::optional<std::chrono::seconds> step_left;
};

[[nodiscard]] const char* name_of(PairStatus::Phase phase);

class Daemon {
public:
    /// The clock outlives it. `seed` is for the jitter of retries.
    Daemon(const Clock& clock, std::uint64_t seed) : clock_(clock), random_(seed) {}

    /// Serves one pair until stop(), retire() or the end of the world. The pair outlives the task.
    [[nodiscard]] Task<void> serve(Pair& pair, std::chrono::milliseconds period);
    /// All loops end after the page they are at.
    void stop();
    /// Only this pair's loop ends.
    void retire(const std::string& pair);
    /// A pair that stopped for a reason is tried again at once.
    void retry_stopped() { ++retries_; }
    /// Holds from each pair's next pass on.
    void set_period(std::chrono::milliseconds period) { period_ = period; }

    [[nodiscard]] bool stopping() const { return stopping_; }
    [[nodiscard]] std::vector<PairStatus> statuses() const;

private:
    struct Served {
        Pair* pair = nullptr;
        PairStatus status;
        bool retired = false;
        bool opened = false;
        int failures = 0;
        RemainingTime remaining;
        std::int64_t step_logged_at = 0;  // microseconds since 1970
    };

    struct Leaving;

    const Clock& clock_;
    std::mt19937_64 random_;
    std::map<std::string, Served> served_;
    std::chrono::milliseconds period_{1'000};
    std::uint64_t retries_ = 0;
    bool stopping_ = false;

    [[nodiscard]] Task<std::chrono::milliseconds> turn(Served& served);
    [[nodiscard]] static Task<void> close(Served& served);
    [[nodiscard]] Task<void> rest(Served& served, std::chrono::milliseconds duration);
    /// False: it failed; the next pass says why.
    [[nodiscard]] Task<bool> glance(Served& served);
    [[nodiscard]] std::chrono::milliseconds failed(Served& served, const std::string& reason);
    [[nodiscard]] std::chrono::milliseconds stopped(Served& served, const std::string& reason,
                                                    const std::string& hint);
    void note(Served& served, const Report& report);
    void note(Served& served, const Progress& step);
};

constexpr std::chrono::milliseconds first_retry{200};
constexpr std::chrono::milliseconds last_retry{30'000};
constexpr std::chrono::milliseconds pause_before_level{50};  // a feed reads what it will tell
constexpr std::chrono::seconds progress_logged_every{30};
constexpr std::chrono::milliseconds stopped_retry{
    60'000};  // somebody may have mended it without a word to Duet

}  // namespace duet::sync
