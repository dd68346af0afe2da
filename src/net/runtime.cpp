#include "net/runtime.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "base/log.hpp"

namespace duet::net {
namespace {

namespace asio = boost::asio;

/// One thread: no locks inside Asio.
constexpr int threads = 1;

/// An event loop that can drop what waits on it while sockets and timers that refer to it live on.
class Loop : public asio::io_context {
public:
    Loop() : asio::io_context(threads) {}
    void drop_everything() { shutdown(); }
};

std::string text_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "an error of unknown type";
    }
}

/// The end of a coroutine that nobody awaits: its error must at least be read by somebody.
struct LogsError {
    std::string name;

    void operator()(const std::exception_ptr& error) const {
        if (error != nullptr)
            log::error("task failed", {{"task", name}, {"error", text_of(error)}});
    }
};

struct SignalAction {
    int signal = 0;
    std::function<void()> action;
};

/// Waits for a signal, acts, and waits again.
struct SignalWait {
    SignalWait(asio::io_context& loop, const SignalAction& signal)
        : set(loop, signal.signal), action(signal.action) {}

    asio::signal_set set;
    std::function<void()> action;

    static void arm(const std::shared_ptr<SignalWait>& wait) {
        wait->set.async_wait([wait](const boost::system::error_code& error, int) {
            if (error) return;
            wait->action();
            arm(wait);
        });
    }
};

}  // namespace

struct Runtime::State {
    std::unique_ptr<Loop> loop = std::make_unique<Loop>();
    // Loops of earlier runs: sockets and timers that outlived them still refer to them.
    std::vector<std::unique_ptr<Loop>> ended;
    std::vector<SignalAction> signals;

    void arm(const SignalAction& signal) const {
        SignalWait::arm(std::make_shared<SignalWait>(*loop, signal));
    }

    /// Destroys the coroutines that still wait, and makes a fresh loop for what comes.
    void drop_everything() {
        loop->drop_everything();
        ended.push_back(std::exchange(loop, std::make_unique<Loop>()));
        for (const SignalAction& signal : signals) arm(signal);
    }
};

Runtime::Runtime() : state_(std::make_unique<State>()) {}
Runtime::~Runtime() = default;

void Runtime::spawn(Task<void> task, std::string name) {
    asio::co_spawn(*state_->loop, std::move(task), LogsError{std::move(name)});
}

void Runtime::run(Task<void> main) {
    Loop& loop = *state_->loop;
    std::exception_ptr failure;
    asio::co_spawn(loop, std::move(main), [&](const std::exception_ptr& error) {
        failure = error;
        loop.stop();
    });
    loop.run();
    state_->drop_everything();
    if (failure != nullptr) std::rethrow_exception(failure);
}

void Runtime::on_signal(int signal, std::function<void()> action) {
    state_->signals.push_back({signal, std::move(action)});
    state_->arm(state_->signals.back());
}

Task<void> spawn_here(Task<void> task, std::string name) {
    const auto executor = co_await asio::this_coro::executor;
    LogsError logs_error{std::move(name)};
    asio::co_spawn(executor, std::move(task), std::move(logs_error));
}

/// Those who wait, each in its own coroutine's frame, in the order of their calls.
struct Event::State {
    struct Waiter {
        asio::steady_timer timer;
        bool notified = false;
    };
    std::vector<Waiter*> waiters;

    /// Enters the queue and leaves it, also when the coroutine is dropped while it waits.
    struct Place {
        std::shared_ptr<State> state;
        Waiter& waiter;

        Place(std::shared_ptr<State> s, Waiter& w) : state(std::move(s)), waiter(w) {
            state->waiters.push_back(&waiter);
        }
        ~Place() { std::erase(state->waiters, &waiter); }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
    };

    static Task<bool> wait(std::shared_ptr<State> state, asio::steady_timer::time_point until) {
        const auto executor = co_await asio::this_coro::executor;
        Waiter waiter{asio::steady_timer(executor, until)};
        const Place place(std::move(state), waiter);
        boost::system::error_code error;
        co_await waiter.timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
        if (error && !waiter.notified) throw boost::system::system_error(error);  // cancelled
        co_return waiter.notified;
    }
};

Event::Event() : state_(std::make_shared<State>()) {}
Event::~Event() = default;

void Event::notify_all() {
    for (State::Waiter* waiter : std::exchange(state_->waiters, {})) {
        waiter->notified = true;
        waiter->timer.cancel();
    }
}

void Event::notify_one() {
    if (state_->waiters.empty()) return;
    State::Waiter* const waiter = state_->waiters.front();
    state_->waiters.erase(state_->waiters.begin());
    waiter->notified = true;
    waiter->timer.cancel();
}

namespace {

Task<void> discard(Task<bool> task) { static_cast<void>(co_await std::move(task)); }

}  // namespace

Task<void> Event::wait() {
    return discard(State::wait(state_, asio::steady_timer::time_point::max()));
}

Task<bool> Event::wait_for(std::chrono::milliseconds timeout) {
    constexpr std::chrono::hours longest{24 * 365};  // far from what overflows the clock
    const auto limited = std::min<std::chrono::milliseconds>(timeout, longest);
    return State::wait(state_, asio::steady_timer::clock_type::now() + limited);
}

}  // namespace duet::net
