#include "base/task.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>

namespace duet {
namespace {

namespace asio = boost::asio;

/// Longer than any process runs, and far from what overflows the clock's nanoseconds.
constexpr std::chrono::hours longest_sleep{24 * 365};

/// What the tasks of one when_all share with the coroutine that waits for them.
struct Joint {
    explicit Joint(const asio::any_io_executor& executor)
        : all_ended(executor, asio::steady_timer::time_point::max()) {}

    std::size_t running = 0;
    std::exception_ptr first_error;
    /// Never runs out: cancelled when the last task has ended. The waiting coroutine belongs to the
    /// event loop's timer queue: dropping the loop drops it, and nothing here refers to it.
    asio::steady_timer all_ended;
};

/// What a task does when it ends. The Joint is shared: tasks and waiter are dropped in any order.
struct TaskEnded {
    std::shared_ptr<Joint> joint;

    void operator()(const std::exception_ptr& error) const {
        if (error != nullptr && joint->first_error == nullptr) {
            joint->first_error = error;
        }
        if (--joint->running == 0) {
            joint->all_ended.cancel();
        }
    }
};

}  // namespace

Task<void> sleep_for(std::chrono::milliseconds duration) {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor);
    timer.expires_after(std::min<std::chrono::milliseconds>(duration, longest_sleep));
    co_await timer.async_wait(asio::use_awaitable);
}

Task<void> when_all(std::vector<Task<void>> tasks) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    // Cancelling the waiter must not end it before the tasks, which may refer to what its caller
    // owns.
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);

    const auto joint = std::make_shared<Joint>(executor);
    joint->running = tasks.size();  // before the first one starts: it may end at once
    for (Task<void>& task : tasks) {
        asio::co_spawn(executor, std::move(task), TaskEnded{joint});
    }
    boost::system::error_code cancelled;
    while (joint->running > 0) {
        co_await joint->all_ended.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
    co_await asio::this_coro::throw_if_cancelled(throws);
    if (joint->first_error != nullptr) {
        std::rethrow_exception(std::exchange(joint->first_error, nullptr));
    }
}

}  // namespace duet
