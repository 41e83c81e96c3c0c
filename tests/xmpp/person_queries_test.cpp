#include "xmpp/person_queries.hpp"

#include "tests/xmpp/dispatcher_stage.hpp"
#include "xmpp/muc_writer.hpp"

namespace isthmus::xmpp {
namespace {

struct TimeAnswer {
  std::string name;
  std::string text;
  std::string utc;  // empty: not understood
  int zone = 0;     // minutes
};
void PrintTo(const TimeAnswer& row, std::ostream* out) { *out << row.name; }

class ParseTimeAnswer : public testing::TestWithParam<TimeAnswer> {};

TEST_P(ParseTimeAnswer, UnderstandsWhatNamesItsZone) {
  const auto time = parse_time_answer(GetParam().text);
  ASSERT_EQ(time.has_value(), !GetParam().utc.empty());
  if (!time) return;
  EXPECT_EQ(to_timestamp(time->utc), GetParam().utc);
  EXPECT_EQ(time->zone.count(), GetParam().zone);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ParseTimeAnswer,
    testing::Values(TimeAnswer{"iso", "2026-01-31T12:00:00+01:00", "2026-01-31T11:00:00.000Z", 60},
                    TimeAnswer{"iso_utc", "2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z"},
                    TimeAnswer{"iso_fraction", "2026-01-31T12:00:00.123Z", "2026-01-31T12:00:00.000Z"},
                    TimeAnswer{"iso_with_spaces", "2026-01-31 12:00:00 -0330 ", "2026-01-31T15:30:00.000Z", -210},
                    TimeAnswer{"mail", "Sat, 31 Jan 2026 23:30:00 -0500", "2026-02-01T04:30:00.000Z", -300},
                    TimeAnswer{"mail_without_a_day", "1 Feb 2026 00:00:00 GMT", "2026-02-01T00:00:00.000Z"},
                    TimeAnswer{"no_zone", "Sat Jan 31 12:00:00 2026", ""},
                    TimeAnswer{"no_zone_in_iso", "2026-01-31T12:00:00", ""},
                    TimeAnswer{"a_zone_by_its_abbreviation", "Sat, 31 Jan 2026 12:00:00 CET", ""},
                    TimeAnswer{"no_such_day", "2026-02-30T12:00:00Z", ""},
                    TimeAnswer{"no_such_hour", "2026-01-31T24:00:00Z", ""},
                    TimeAnswer{"no_such_zone", "2026-01-31T12:00:00+15:00", ""},
                    TimeAnswer{"no_such_month", "Sat, 31 Foo 2026 12:00:00 GMT", ""},
                    TimeAnswer{"something_behind_it", "2026-01-31T12:00:00Z, I think", ""},
                    TimeAnswer{"words", "tea time", ""}, TimeAnswer{"nothing", "", ""}),
    [](const auto& row) { return row.param.name; });

TEST(ProfileText, HasALineForWhatIsKnown) {
  EXPECT_EQ(profile_text({}), "");
  EXPECT_EQ(profile_text({.name = "romeo",
                          .full_name = "Romeo",
                          .address = "r@verona.example",
                          .service = "irc.example.net",
                          .account = "montague",
                          .away = "in the garden",
                          .is_away = true,
                          .is_operator = true,
                          .is_bot = true,
                          .is_secure = true,
                          .idle_seconds = 3725,
                          .since = SystemTime{std::chrono::milliseconds{1'700'000'000'000}},
                          .rooms = {"#lounge", "@#hall"},
                          .other = {"is fond of balconies"}}),
            "Address: r@verona.example\nServer: irc.example.net\nAccount: montague\nChannels: #lounge @#hall\n"
            "Away: in the garden\nIdle: 1 h 2 min\nConnected since: 2023-11-14T22:13:20.000Z\n"
            "Operator of the network\nBot\nEncrypted connection\nis fond of balconies");
}

struct Asked {
  std::string name;
  std::string question;
  Request::Question answer;
  std::string reply;  // part of it
};
void PrintTo(const Asked& row, std::ostream* out) { *out << row.name; }

Profile romeo() {
  Profile profile;
  profile.name = "Romeo";
  profile.full_name = "R. Montague";
  profile.away = "gone";
  profile.idle_seconds = 90;
  return profile;
}

class PersonQueriesTest : public DispatcherTest, public testing::WithParamInterface<Asked> {
 protected:
  std::vector<std::string> ask(std::string_view to) {
    foreign.answers.assign(1, Pending{});
    return receive("<iq xmlns='jabber:component:accept' type='get' id='q' from='juliet@example.org/balcony' to='" +
                   std::string{to} + "'>" + GetParam().question + "</iq>");
  }
  std::vector<std::string> answered() {
    auto event = std::move(foreign.pending.front());
    foreign.pending.clear();
    std::get<Request>(event->what).what = GetParam().answer;
    base.router.confirmed(std::move(event));
    return settle();
  }
};

TEST_P(PersonQueriesTest, AreAnsweredByThePersonDirectlyAndAsAnOccupant) {
  enter();
  for (const std::string to : {"romeo%net@irc.example.org", "#lounge%net@irc.example.org/Romeo"}) {
    EXPECT_THAT(ask(to), IsEmpty());
    ASSERT_EQ(foreign.pending.size(), 1U);
    EXPECT_EQ(foreign.pending.front()->about.conversation, *foreign.addresses().parse("romeo%net"));
    EXPECT_EQ(std::get<Request>(foreign.pending.front()->what).what.index(), GetParam().answer.index());
    EXPECT_THAT(answered(), ElementsAre(AllOf(HasSubstr(GetParam().reply), HasSubstr("from=\"" + to + "\""),
                                              HasSubstr("to=\"juliet@example.org/balcony\" id=\"q\""))));
  }
}

TEST_P(PersonQueriesTest, AreNotPassedOnFromOutsideTheRoom) {
  EXPECT_THAT(ask("#lounge%net@irc.example.org/Romeo"), ElementsAre(HasSubstr("<not-acceptable")));
  EXPECT_THAT(emitted(), IsEmpty());
}

TEST_P(PersonQueriesTest, AreRefusedToStrangers) {
  EXPECT_THAT(receive("<iq xmlns='jabber:component:accept' type='get' id='q' from='mallory@example.net/x' "
                      "to='romeo%net@irc.example.org'>" +
                      GetParam().question + "</iq>"),
              ElementsAre(HasSubstr("<forbidden")));
  EXPECT_THAT(emitted(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Table, PersonQueriesTest,
    testing::Values(
        Asked{"vcard", "<vCard xmlns='vcard-temp'/>", ReadProfile{romeo()},
              "<vCard xmlns=\"vcard-temp\"><FN>R. Montague</FN><NICKNAME>Romeo</NICKNAME><DESC>Idle: 1 min</DESC>"},
        Asked{"last_activity", "<query xmlns='jabber:iq:last'/>", ReadProfile{romeo()},
              "<query xmlns=\"jabber:iq:last\" seconds=\"90\">gone</query>"},
        Asked{"last_activity_unknown", "<query xmlns='jabber:iq:last'/>", ReadProfile{}, "<service-unavailable"},
        Asked{"ping", "<ping xmlns='urn:xmpp:ping'/>", AskClient{AskClient::What::ping, {}}, "type=\"result\""},
        Asked{"version", "<query xmlns='jabber:iq:version'/>", AskClient{AskClient::What::version, "Mercutio 1 <b>"},
              "<name>Mercutio 1 &lt;b&gt;</name><version/>"},
        Asked{"time", "<time xmlns='urn:xmpp:time'/>", AskClient{AskClient::What::time, "2026-01-31T12:00:00-03:30"},
              "<time xmlns=\"urn:xmpp:time\"><tzo>-03:30</tzo><utc>2026-01-31T15:30:00.000Z</utc>"},
        Asked{"time_that_nobody_understands", "<time xmlns='urn:xmpp:time'/>",
              AskClient{AskClient::What::time, "tea time"}, "<feature-not-implemented"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace isthmus::xmpp
