#include "adapters/irc/numerics.hpp"

#include <gtest/gtest.h>

#include <string>

#include "adapters/irc/replies.hpp"

namespace isthmus::irc {
namespace {

struct Case {
  std::string name;
  std::string line;
  Asked asked;
  Condition condition;
  Remedy remedy;
};

class IrcRefusal : public testing::TestWithParam<Case> {};

TEST_P(IrcRefusal, IsTheConditionOfTheTable) {
  const auto why = refusal(*parse_line(GetParam().line), GetParam().asked);
  ASSERT_TRUE(why);
  EXPECT_EQ(why->condition, GetParam().condition);
  EXPECT_EQ(why->remedy, GetParam().remedy);
  EXPECT_FALSE(why->text.empty());
}

using enum Condition;
using enum Remedy;

INSTANTIATE_TEST_SUITE_P(
    Join, IrcRefusal,
    testing::Values(
        Case{"NoSuchChannel", ":s 403 al #c :No such channel", Asked::join, item_not_found, cancel},
        Case{"BadMask", ":s 476 al #c :Bad mask", Asked::join, jid_malformed, modify},
        Case{"TooMany", ":s 405 al #c :Too many", Asked::join, resource_constraint, wait},
        Case{"Full", ":s 471 al #c :+l", Asked::join, service_unavailable, wait},
        Case{"InviteOnly", ":s 473 al #c :+i", Asked::join, registration_required, auth},
        Case{"Banned", ":s 474 al #c :+b", Asked::join, forbidden, auth},
        Case{"BadKey", ":s 475 al #c :+k", Asked::join, not_authorized, auth},
        Case{"NeedAccount", ":s 477 al #c :+r", Asked::join, registration_required, auth},
        Case{"Forwarded", ":s 470 al #c ##c :Forwarding", Asked::join, redirect, modify},
        Case{"TlsOnly", ":s 489 al #c :Secure only (+z)", Asked::join, not_acceptable, cancel},
        Case{"TlsOnlyToo", ":s 480 al #c :Cannot join channel (+S) - SSL only", Asked::join, not_acceptable, cancel},
        Case{"Throttled", ":s 480 al #c :Cannot join channel (+j) - throttle exceeded, try again later", Asked::join,
             resource_constraint, wait},
        Case{"Unavailable", ":s 437 al #c :Temporarily unavailable", Asked::join, resource_constraint, wait}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Rest, IrcRefusal,
    testing::Values(
        Case{"NickInUse", ":s 433 * al :in use", Asked::connect, conflict, cancel},
        Case{"NickCollision", ":s 436 al al :collision", Asked::nick, conflict, cancel},
        Case{"NickUnavailable", ":s 437 al al :Temporarily unavailable", Asked::nick, conflict, cancel},
        Case{"NickBad", ":s 432 al 4 :Erroneous", Asked::nick, not_acceptable, modify},
        Case{"NickTooFast", ":s 438 al x :Too fast", Asked::nick, resource_constraint, wait},
        Case{"NickNotNow", ":s 447 al :No nick changes (+N)", Asked::nick, not_allowed, cancel},
        Case{"Password", ":s 464 * :Password incorrect", Asked::connect, not_authorized, auth},
        Case{"Sasl", ":s 904 al :SASL authentication failed", Asked::connect, not_authorized, auth},
        Case{"SaslMechanisms", ":s 908 al EXTERNAL :are available", Asked::connect, not_authorized, auth},
        Case{"Creep", ":s 465 al :You are banned", Asked::connect, forbidden, cancel},
        Case{"CannotSend", ":s 404 al #c :Cannot send (+m)", Asked::message, forbidden, auth},
        Case{"MessageNeedsAccount", ":s 477 al #c :+R", Asked::message, registration_required, auth},
        Case{"NoSuchNick", ":s 401 al bo :No such nick", Asked::direct, item_not_found, cancel},
        Case{"NotOnChannel", ":s 442 al #c :You're not on", Asked::message, not_acceptable, cancel},
        Case{"NotThere", ":s 441 al bo #c :They aren't", Asked::kick, item_not_found, cancel},
        Case{"AlreadyThere", ":s 443 al bo #c :is already", Asked::invite, conflict, cancel},
        Case{"NotOperator", ":s 482 al #c :You're not channel operator", Asked::subject, forbidden, auth},
        Case{"Protected", ":s 484 al bo #c :is a service", Asked::kick, not_allowed, cancel},
        Case{"ProtectedMode", ":s 484 al bo #c :is a service", Asked::mode, forbidden, auth},
        Case{"UnknownMode", ":s 472 al x :is unknown", Asked::mode, feature_not_implemented, cancel},
        Case{"NoChannelModes", ":s 477 al +c :doesn't support modes", Asked::mode, feature_not_implemented, cancel},
        Case{"UnknownCommand", ":s 421 al X :Unknown command", Asked::command, feature_not_implemented, cancel},
        Case{"BanListFull", ":s 478 al #c b :full", Asked::mode, resource_constraint, wait},
        Case{"NeedMore", ":s 461 al KICK :Not enough", Asked::kick, bad_request, modify},
        Case{"TooLong", ":s 417 al :Input line was too long", Asked::message, policy_violation, modify},
        Case{"TargetTooFast", ":s 439 al bo :Target change too fast", Asked::direct, resource_constraint, wait},
        Case{"TryAgain", ":s 263 al LIST :Server load", Asked::command, resource_constraint, wait},
        Case{"OnlyRegistered", ":s 486 al :You must log in", Asked::direct, registration_required, auth},
        Case{"CallerId", ":s 716 al bo :is in +g mode", Asked::direct, forbidden, auth},
        Case{"MonitorFull", ":s 734 al 30 bo :full", Asked::command, resource_constraint, wait},
        Case{"Unknown", ":s 599 al :No", Asked::command, undefined_condition, cancel}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Fail, IrcRefusal,
    testing::Values(
        Case{"AccountRequired", "FAIL * ACCOUNT_REQUIRED :Log in", Asked::connect, registration_required, auth},
        Case{"RateLimited", "FAIL NICK RATE_LIMITED :Slow down", Asked::nick, resource_constraint, wait},
        Case{"InvalidUtf8", "FAIL PRIVMSG INVALID_UTF8 :No", Asked::message, bad_request, modify},
        Case{"Multiline", "FAIL BATCH MULTILINE_MAX_BYTES 4096 :Too long", Asked::message, policy_violation, modify},
        Case{"Redact", "FAIL REDACT REDACT_FORBIDDEN #c id :No", Asked::command, forbidden, auth},
        Case{"ChannelRenamed", "FAIL JOIN CHANNEL_RENAMED #a #b :Renamed", Asked::join, redirect, modify},
        Case{"UnknownCode", "FAIL X ODD :Odd", Asked::command, undefined_condition, cancel},
        Case{"NoCode", "FAIL", Asked::command, undefined_condition, cancel}),
    [](const auto& row) { return row.param.name; });

TEST(IrcRefusal, IsNoneForWhatIsNoError) {
  for (const auto* const line :
       {":s 001 al :Welcome", ":s 366 al #c :End", ":s 422 al :MOTD missing", ":s 903 al :SASL done",
        ":s 730 al :bo!u@h", "PRIVMSG #c :x", "NOTE * X :y", "WARN * X :y"}) {
    EXPECT_FALSE(refusal(*parse_line(line), Asked::command)) << line;
  }
}

TEST(IrcRefusal, HasTheServersTextAsXmlMayHoldIt) {
  EXPECT_EQ(refusal(*parse_line(":s 404 al #c :\x02"
                                "No\x02 caf\xE9"),
                    Asked::message)
                ->text,
            "No caf\u00e9");
  EXPECT_NE(refusal(*parse_line(":s 477 al #c :Registered only"), Asked::join)->text.find("NickServ"),
            std::string::npos);
  EXPECT_FALSE(refusal(*parse_line(":s 404 al #c :"), Asked::message)->text.empty());
}

TEST(IrcRefusal, NamesTheChannelThatOneWasSentTo) {
  EXPECT_EQ(refusal(*parse_line(":s 470 al #c ##c :Forwarding to another channel"), Asked::join)->alternate, "##c");
  EXPECT_EQ(refusal(*parse_line(":s 470 al #c :Forwarding"), Asked::join)->alternate, "");
}

TEST(IrcIsPermanent, HoldsForWhatOnlyTheUserCanChange) {
  for (const auto* const line :
       {":s 464 * :x", ":s 904 al :x", ":s 432 * x :x", ":s 465 al :x", "FAIL * ACCOUNT_REQUIRED :x"}) {
    EXPECT_TRUE(is_permanent(*parse_line(line))) << line;
  }
  for (const auto* const line :
       {":s 433 * al :x", ":s 437 * al :x", ":s 001 al :x", ":s 451 * :x", "FAIL * RATE_LIMITED :x"}) {
    EXPECT_FALSE(is_permanent(*parse_line(line))) << line;
  }
}

TEST(IrcFarewell, IsJudgedByItsWords) {
  EXPECT_EQ(farewell("Closing Link: h (Ping timeout)"), Farewell::ordinary);
  EXPECT_EQ(farewell("Trying to reconnect too fast."), Farewell::throttled);
  EXPECT_EQ(farewell("Your host is Throttled"), Farewell::throttled);
  EXPECT_EQ(farewell("Too many user connections (local)"), Farewell::throttled);
  EXPECT_EQ(farewell("Closing Link: h (K-Lined: too many clones)"), Farewell::banned);
  EXPECT_EQ(farewell("You are BANNED from this server"), Farewell::banned);
  EXPECT_EQ(farewell("Access denied: Bad server password?"), Farewell::denied);
  EXPECT_EQ(farewell(""), Farewell::ordinary);
}

TEST(IrcRefusalOfError, FollowsTheFarewell) {
  EXPECT_EQ(refusal_of_error("G-Lined").condition, forbidden);
  EXPECT_EQ(refusal_of_error("Bad password").condition, not_authorized);
  EXPECT_EQ(refusal_of_error("throttled").condition, resource_constraint);
  EXPECT_EQ(refusal_of_error("bye").condition, service_unavailable);
  EXPECT_EQ(refusal_of_error("bye\x02").text, "bye");
}

}  // namespace
}  // namespace isthmus::irc
