#include "cql/handshake.hpp"

#include <gtest/gtest.h>

#include "cql/request.hpp"
#include "peer/cql_wire.hpp"

namespace duet::cql {
namespace {

using peer::Body;
using peer::received;

const Credentials nobody = {};
const Credentials alice = {"alice", "secret"};

Envelope supported() { return received(Opcode::supported, peer::supported_body({"4/v4", "5/v5"})); }
Envelope authenticate() {
    return received(Opcode::authenticate, Body().text("PasswordAuthenticator"));
}
Envelope error(ErrorCode code, std::string_view text, int version = 5) {
    return received(Opcode::error, peer::error_body(code, text), version);
}

/// A handshake that waits for the answer to STARTUP.
Handshake started(Credentials credentials) {
    Handshake handshake(Version::v5, std::move(credentials));
    static_cast<void>(handshake.next(supported()));
    return handshake;
}

TEST(Handshake, without_a_password_is_over_at_ready) {
    Handshake handshake(Version::v5, nobody);
    EXPECT_EQ(handshake.first(), encode_options(Version::v5));
    EXPECT_EQ(handshake.next(supported()), encode_startup(Version::v5));
    EXPECT_EQ(handshake.next(received(Opcode::ready, {})), std::nullopt);
}

TEST(Handshake, a_password_is_needless_where_the_server_does_not_ask) {
    Handshake handshake = started(alice);
    EXPECT_EQ(handshake.next(received(Opcode::ready, {})), std::nullopt);
}

TEST(Handshake, sends_user_and_password_as_sasl_plain) {
    Handshake handshake = started(alice);
    const std::string token("\0alice\0secret", 13);
    EXPECT_EQ(handshake.next(authenticate()), encode_auth_response(Version::v5, as_bytes(token)));
    EXPECT_EQ(handshake.next(received(Opcode::auth_success, Body().null())), std::nullopt);
}

TEST(Handshake, a_wrong_password_is_said_with_a_hint) {
    Handshake handshake = started(alice);
    static_cast<void>(handshake.next(authenticate()));
    try {
        static_cast<void>(handshake.next(error(
            ErrorCode::bad_credentials, "Provided username alice and/or password are wrong")));
        FAIL() << "it went on";
    } catch (const Misconfigured& refused) {
        EXPECT_STREQ(refused.what(),
                     "Cassandra refuses the login of user alice: "
                     "Provided username alice and/or password are wrong");
        EXPECT_NE(refused.hint().find("[cassandra]"), std::string::npos);
    }
}

TEST(Handshake, a_missing_password_is_said_with_a_hint) {
    Handshake handshake = started(nobody);
    EXPECT_THROW(static_cast<void>(handshake.next(authenticate())), Misconfigured);
}

TEST(Handshake, a_further_challenge_is_not_plain) {
    Handshake handshake = started(alice);
    static_cast<void>(handshake.next(authenticate()));
    EXPECT_THROW(
        static_cast<void>(handshake.next(received(Opcode::auth_challenge, Body().value("?")))),
        ProtocolError);
}

TEST(Handshake, a_server_that_does_not_know_the_version_is_told_apart) {
    Handshake handshake(Version::v5, nobody);
    EXPECT_THROW(static_cast<void>(handshake.next(error(
                     ErrorCode::protocol_error, "Invalid or unsupported protocol version (5)", 4))),
                 VersionRefused);
    Handshake later = started(nobody);
    EXPECT_THROW(
        static_cast<void>(later.next(
            error(ErrorCode::protocol_error, "Beta version of the protocol used (5/v5-beta)", 4))),
        VersionRefused);
}

TEST(Handshake, the_beta_of_version_5_is_not_version_5) {
    Handshake handshake(Version::v5, nobody);
    EXPECT_THROW(static_cast<void>(handshake.next(received(
                     Opcode::supported, peer::supported_body({"3/v3", "4/v4", "5/v5-beta"})))),
                 VersionRefused);
}

TEST(Handshake, an_answer_in_another_version_is_a_refusal) {
    Handshake handshake(Version::v5, nobody);
    EXPECT_THROW(static_cast<void>(handshake.next(
                     received(Opcode::supported, peer::supported_body({"5/v5"}), 4))),
                 VersionRefused);
}

TEST(Handshake, an_overloaded_server_is_unavailable) {
    Handshake handshake = started(nobody);
    EXPECT_THROW(static_cast<void>(handshake.next(error(ErrorCode::overloaded, "busy"))),
                 Unavailable);
}

TEST(Handshake, an_answer_out_of_turn_is_a_protocol_error) {
    Handshake handshake(Version::v5, nobody);
    EXPECT_THROW(static_cast<void>(handshake.next(received(Opcode::ready, {}))), ProtocolError);
    Handshake later = started(nobody);
    EXPECT_THROW(static_cast<void>(later.next(supported())), ProtocolError);
}

}  // namespace
}  // namespace duet::cql
