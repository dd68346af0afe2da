#pragma once
// Errors are named after the remedy (ARCHITECTURE.md#errors). What concerns one record is no
// exception but an Outcome (model/store.hpp).

#include <stdexcept>
#include <string>

namespace duet {

/// Base of all errors of the project; the text says operation, object and cause.
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A server did not answer, is overloaded or is starting: back off and run the pass again.
class Unavailable : public Error {
public:
    using Error::Error;
};

/// A person must change something before this pair can go on; `hint` says what to type.
class Misconfigured : public Error {
public:
    Misconfigured(const std::string& what, std::string hint)
        : Error(what), hint_(std::move(hint)) {}
    [[nodiscard]] const std::string& hint() const { return hint_; }

private:
    std::string hint_;
};

/// The peer said what the protocol does not allow: close the connection; what was in flight may
/// have happened.
class ProtocolError : public Unavailable {
public:
    using Unavailable::Unavailable;
};

/// The command line or the configuration is wrong: exit code 2.
class UsageError : public Error {
public:
    using Error::Error;
};

}  // namespace duet
