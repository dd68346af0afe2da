#include "run.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>

#include "instance.hpp"
#include "scene.hpp"
#include "users.hpp"

namespace duet::simulation {

namespace {

namespace asio = boost::asio;

constexpr int rounds_to_level = 25;
constexpr int pauses = 60;  // longest time between two writes, in turns of everybody else
constexpr int calm_pause = 600;
constexpr std::int64_t after_all = 400'000;  // later than every TTL and every stamp in the future

class Run {
public:
    Run(const World& world, std::uint64_t seed, bool with_story) : scene_(world, seed, with_story) {
        if (world.pipeline) {
            scene_.documents.pipe([this](const Id& id, Document& next) {
                if (scene_.record_of(id) == 0 && !scene_.user_acts) next.fields.erase("b");
            });
        }
        if (world.refused) {
            scene_.rows.refuse([this](const Id& id) { return refusal(id); });
        }
    }

    Ending tell() {
        asio::co_spawn(scene_.loop, main(),
                       [this](const std::exception_ptr& error) { error_ = error; });
        scene_.loop.run();
        if (error_) std::rethrow_exception(error_);
        Ending ending;
        ending.failure = failure_;
        if (failure_.empty() && !stopped_) {
            Verdict verdict = judge(scene_);
            ending.failure = std::move(verdict.failure);
            ending.exceptions = std::move(verdict.exceptions);
            ending.deletions = verdict.deletions;
            ending.ends = verdict.ends;
        }
        if (failure_.empty() && scene_.world.first_meeting == sync::FirstMeeting::stop) {
            Verdict verdict = judge_stop(scene_, stopped_);
            if (ending.failure.empty()) ending.failure = std::move(verdict.failure);
        }
        if (stopped_) ++ending.exceptions["stopped for a person"];
        if (ending.failure.empty()) ending.failure = after_;
        ending.story = scene_.story();
        ending.duet_writes = scene_.duet_writes();
        ending.resumed_copies = scene_.resumed_copies;
        ending.resumed_feeds = scene_.resumed_feeds;
        return ending;
    }

private:
    Scene scene_;
    std::vector<std::unique_ptr<Instance>> instances_;
    bool writers_ended_ = false;
    int living_ = 0;
    bool stopped_ = false;
    std::string failure_;
    std::string after_;
    std::exception_ptr error_;

    std::optional<Refusal> refusal(const Id& id) const {
        if (scene_.record_of(id) != 1) return std::nullopt;
        return Refusal{"a", "", "the simulation takes no record 1"};
    }

    Task<void> pause(std::int64_t turns) {
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        for (std::int64_t i = 0; i < turns; ++i) co_await asio::post(executor, asio::use_awaitable);
    }

    Task<void> write() {
        for (int i = 0; i < scene_.world.writes; ++i) {
            // What is to be propagated must have been agreed on first: now and then all is calm.
            const bool calm = scene_.world.propagate && scene_.random.chance(0.3);
            co_await pause(scene_.random.below(pauses) + (calm ? calm_pause : 0));
            scene_.tick();
            write_something(scene_);
            if (scene_.random.chance(0.2)) disturb(scene_);
        }
        co_await pause(pauses);
        writers_ended_ = true;
    }

    Task<void> live(Instance& instance) {
        co_await instance.live(writers_ended_);
        --living_;
    }

    Task<void> main() {
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        if (scene_.world.filled) fill(scene_);
        for (int i = 0; i < scene_.world.instances; ++i) {
            instances_.push_back(std::make_unique<Instance>(scene_, i));
        }
        living_ = scene_.world.instances;
        for (const auto& instance : instances_) {
            asio::co_spawn(executor, live(*instance), [this](const std::exception_ptr& error) {
                if (error) error_ = error;
            });
        }
        co_await write();
        while (living_ > 0 && !error_) co_await pause(1);
        if (error_) co_return;
        co_await settle();
        if (failure_.empty() && !stopped_) co_await look_once_more();
    }

    /// Nothing goes wrong any more and nobody writes: the sides become level, and stay so.
    Task<void> settle() {
        scene_.faults = false;
        scene_.clock.advance(after_all);
        for (std::size_t shard = 0; shard < scene_.world.shards; ++shard)
            scene_.documents.fail_over(shard);
        scene_.tell("all writers have ended");
        int quiet = 0;
        for (int round = 0; quiet < 2; ++round) {
            bool idle = true;
            for (const auto& instance : instances_) {
                const bool wrote_nothing = co_await instance->round();
                idle = idle && wrote_nothing;
                stopped_ = stopped_ || instance->stopped();
            }
            if (stopped_) break;
            quiet = idle ? quiet + 1 : 0;
            if (round > rounds_to_level) {
                failure_ = "livelock: Duet still writes";
                co_return;
            }
        }
        const bool may_stop = scene_.world.first_meeting == sync::FirstMeeting::stop;
        if (stopped_ && !may_stop) failure_ = "the pair stopped for a person";
    }

    /// A new process, and then one without any notes, find a level pair and write nothing.
    Task<void> look_once_more() {
        if (!scene_.notes.quarantine[pair_name].empty()) co_return;
        const std::vector<std::string> unused;
        const std::uint64_t writes = scene_.duet_writes();
        Instance& instance = *instances_.front();
        instance.restart();
        scene_.tell("a new process");
        co_await instance.round();
        if (scene_.duet_writes() != writes) after_ = "a new process wrote to a level pair";
        MemoryNotes notes = std::move(scene_.notes);
        scene_.notes = MemoryNotes{};
        instance.restart();
        scene_.tell("a new process without notes");
        co_await instance.round();
        if (scene_.duet_writes() != writes && after_.empty())
            after_ = "a first meeting wrote to a level pair";
        scene_.notes = std::move(notes);
    }
};

}  // namespace

Ending run(const World& world, std::uint64_t seed, bool with_story) {
    Run story(world, seed, with_story);
    return story.tell();
}

}  // namespace duet::simulation
