#include "app/shared_answer.hpp"

#include <exception>

#include "net/runtime.hpp"

namespace duet::app {

struct SharedAnswer::Question {
    net::Event answered;
    bool over = false;
    std::string answer;
    std::exception_ptr failure;
};

Task<std::string> SharedAnswer::get() {
    const std::int64_t age = clock_.now() - last_asked_at_;
    if (last_ && age >= 0 && age < lasts_.count()) co_return *last_;
    std::shared_ptr<Question> question = question_;
    if (question == nullptr) {
        question = std::make_shared<Question>();
        question_ = question;
        co_await put(*question);
    }
    while (!question->over) co_await question->answered.wait();
    if (question->failure) std::rethrow_exception(question->failure);
    co_return question->answer;
}

Task<void> SharedAnswer::put(Question& question) {
    // Read before it is asked: what changes meanwhile is told apart by the next answer.
    const std::int64_t now = clock_.now();
    try {
        question.answer = co_await ask_();
        last_ = question.answer;
        last_asked_at_ = now;
    } catch (...) {
        question.failure = std::current_exception();
    }
    question.over = true;
    question_.reset();
    question.answered.notify_all();
}

}  // namespace duet::app
