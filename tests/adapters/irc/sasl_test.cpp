#include "adapters/irc/sasl.hpp"

#include <gtest/gtest.h>

namespace isthmus::irc {
namespace {

using std::string_literals::operator""s;

// RFC 7677 §3.
constexpr std::string_view rfc_nonce = "rOprNGfwEbeRWgbNEkqO";
constexpr std::string_view rfc_server_first =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
constexpr std::string_view rfc_client_final =
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
constexpr std::string_view rfc_server_final = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

class Scram : public testing::Test {
 protected:
  SaslExchange exchange{SaslMechanism::scram_sha_256, "user", "pencil", std::string{rfc_nonce}};
};

TEST(SaslPlain, GivesAccountAndPassword) {
  SaslExchange exchange{SaslMechanism::plain, "juliet", "wherefore", ""};
  EXPECT_EQ(exchange.respond(""), "juliet\0juliet\0wherefore"s);
  EXPECT_TRUE(exchange.is_complete());
  EXPECT_EQ(exchange.respond(""), std::nullopt) << "there is nothing more to say";
}

TEST(SaslExternal, LeavesItToTheCertificateUnlessAnAccountIsNamed) {
  EXPECT_EQ((SaslExchange{SaslMechanism::external, "", "", ""}.respond("")), "");
  EXPECT_EQ((SaslExchange{SaslMechanism::external, "juliet", "", ""}.respond("")), "juliet");
}

TEST_F(Scram, SaysWhatTheRfcsExampleSays) {
  EXPECT_EQ(exchange.respond(""), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
  EXPECT_FALSE(exchange.is_complete());
  EXPECT_EQ(exchange.respond(rfc_server_first), rfc_client_final);
  EXPECT_FALSE(exchange.is_complete()) << "the server has proved nothing yet";
  EXPECT_EQ(exchange.respond(rfc_server_final), "");
  EXPECT_TRUE(exchange.is_complete());
}

TEST_F(Scram, AbortsWhenTheServerDoesNotKnowThePassword) {
  exchange.respond("");
  exchange.respond(rfc_server_first);
  EXPECT_EQ(exchange.respond("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G0="), std::nullopt);
  EXPECT_FALSE(exchange.is_complete());
  EXPECT_EQ(exchange.respond(rfc_server_final), std::nullopt) << "there is no second chance";
}

TEST_F(Scram, AbortsWhenTheServerSaysThatItFailed) {
  exchange.respond("");
  exchange.respond(rfc_server_first);
  EXPECT_EQ(exchange.respond("e=invalid-proof"), std::nullopt);
}

class ScramNonsense : public testing::TestWithParam<std::string_view> {};

TEST_P(ScramNonsense, OfTheServerIsNotAnswered) {
  SaslExchange exchange{SaslMechanism::scram_sha_256, "user", "pencil", std::string{rfc_nonce}};
  exchange.respond("");
  EXPECT_EQ(exchange.respond(GetParam()), std::nullopt);
  EXPECT_FALSE(exchange.is_complete());
}

INSTANTIATE_TEST_SUITE_P(Messages, ScramNonsense,
                         testing::Values("", "r=", "nonsense",
                                         // another's nonce, or nothing added to ours
                                         "r=other%hvYDpWUa2RaTCAfuxFIlj,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
                                         "r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
                                         // too easy to guess from, or made to keep us busy
                                         "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1",
                                         "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4000000000",
                                         "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096x",
                                         "r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096", "r=rOprNGfwEbeRWgbNEkqOx,s=*,i=4096",
                                         "r=rOprNGfwEbeRWgbNEkqOx,i=4096",
                                         "m=x,r=rOprNGfwEbeRWgbNEkqOx,s=AA==,i=4096"));

TEST(ScramName, IsEscapedAndPrepared) {
  SaslExchange exchange{SaslMechanism::scram_sha_256, "a,b=c\u00ad", "x", "n"};  // SASLprep drops the soft hyphen
  EXPECT_EQ(exchange.respond(""), "n,,n=a=2Cb=3Dc,r=n");
}

TEST(Authenticate, IsCutIntoPiecesOf400Bytes) {
  std::string out;
  append_authenticate(out, "");
  EXPECT_EQ(out, "AUTHENTICATE +\r\n");
  out.clear();
  append_authenticate(out, "a");
  EXPECT_EQ(out, "AUTHENTICATE YQ==\r\n");
  out.clear();
  append_authenticate(out, std::string(300, 'a'));  // 400 bytes of base64
  EXPECT_EQ(out.size(), 13U + 400 + 2 + 16);
  EXPECT_TRUE(out.ends_with("\r\nAUTHENTICATE +\r\n"));
  out.clear();
  append_authenticate(out, std::string(301, 'a'));
  EXPECT_TRUE(out.ends_with("\r\nAUTHENTICATE YQ==\r\n")) << out;
}

TEST(SaslChallenge, IsPutTogetherFromItsPieces) {
  SaslChallenge challenge;
  EXPECT_EQ(challenge.add("+"), SaslChallenge::State::whole);
  EXPECT_EQ(challenge.take(), "");
  std::string piece;
  for (int i = 0; i < 100; ++i) piece += "YWFh";
  EXPECT_EQ(challenge.add(piece), SaslChallenge::State::more);
  EXPECT_EQ(challenge.add("YQ=="), SaslChallenge::State::whole);
  EXPECT_EQ(challenge.take(), std::string(301, 'a'));
  EXPECT_EQ(challenge.add(piece), SaslChallenge::State::more);
  EXPECT_EQ(challenge.add("+"), SaslChallenge::State::whole);
  EXPECT_EQ(challenge.take(), std::string(300, 'a'));
}

TEST(SaslChallenge, ThatIsNoneOrTooLongIsBad) {
  for (const std::string_view piece : {"*", "a", "YQ=", "Y===", "YQ==YQ=="}) {
    SaslChallenge challenge;
    EXPECT_EQ(challenge.add(piece), SaslChallenge::State::bad) << piece;
  }
  SaslChallenge challenge;
  const std::string piece(400, 'A');
  auto state = SaslChallenge::State::more;
  for (int i = 0; i < 1000 && state == SaslChallenge::State::more; ++i) state = challenge.add(piece);
  EXPECT_EQ(state, SaslChallenge::State::bad);
  EXPECT_EQ(challenge.add(std::string(401, 'A')), SaslChallenge::State::bad);
}

TEST(SaslMechanisms, AreReadAndWritten) {
  for (const auto mechanism : {SaslMechanism::plain, SaslMechanism::external, SaslMechanism::scram_sha_256})
    EXPECT_EQ(parse_mechanism(to_text(mechanism)), mechanism);
  EXPECT_EQ(parse_mechanism("ECDSA-NIST256P-CHALLENGE"), std::nullopt);
}

}  // namespace
}  // namespace isthmus::irc
