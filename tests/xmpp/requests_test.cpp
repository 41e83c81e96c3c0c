#include "xmpp/requests.hpp"

#include "tests/xmpp/dispatcher_stage.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::string_view person = "romeo%net@irc.example.org";

/// Requests between a client and a foreign side, without a dispatcher.
class RequestsTest : public testing::Test {
 protected:
  struct Home final : isthmus::Adapter {
    Requests* requests = nullptr;
    asio::awaitable<void> run() override { co_return; }
    Outcome deliver(Delivery& delivery) override {
      requests->deliver(*delivery.event, *delivery.receipt);
      return Accepted{};
    }
    const AddressBook& addresses() const override { std::abort(); }
    Capabilities capabilities(const Name&, const Conversation&) const override { return {}; }
    std::string_view protocol() const override { return "xmpp"; }
  };

  RequestsTest() {
    home.requests = &requests;
    base.router.set(home_id, home);
    base.router.set(foreign_id, foreign);
    base.router.set_home(home_id);
  }

  /// What goes out when the client `from` asks for romeo's version; the answer is written as <version/>.
  std::vector<std::string> ask(std::string_view id, std::string_view from = balcony) {
    const auto asked_by = *parse_jid(from);
    const auto asked = *parse_jid(person);
    const pugi::xml_document nothing;
    requests.ask({nothing, asked_by, asked, domain, id, "get"}, base.names.intern(asked_by.bare()),
                 *foreign.addresses().parse("romeo%net"), AskClient{AskClient::What::version, {}},
                 [](StanzaWriter& out, const Reply& reply, const Request::Question& answered) {
                   open_result(out, reply);
                   out.leaf("version", std::get<AskClient>(answered).answer).close();
                 });
    return settle();
  }
  /// The oldest question is answered.
  std::vector<std::string> answered(std::string text) {
    auto event = std::move(foreign.pending.front());
    foreign.pending.erase(foreign.pending.begin());
    std::get<AskClient>(std::get<Request>(event->what).what).answer = std::move(text);
    base.router.confirmed(std::move(event));
    return settle();
  }
  std::vector<std::string> settle() {
    base.router.settle();
    return split_stanzas(std::exchange(outlet.out, {}));
  }
  void wait_for(std::size_t questions) { foreign.answers.insert(foreign.answers.end(), questions, Pending{}); }

  test::TestRuntime base;
  AdapterId home_id = base.router.reserve();
  AdapterId foreign_id = base.router.reserve();
  test::FakeAdapter foreign{foreign_id, base.names};
  FakeOutlet outlet;
  Domain domain{"irc.example.org", foreign_id, &foreign, &foreign.addresses(), &outlet};
  Rooms rooms;
  OccupantIds occupant_ids{"key"};
  Context context{base.runtime, home_id, rooms, [] { return SystemTime{}; }, occupant_ids};
  Requests requests{context};
  Home home;
};

TEST_F(RequestsTest, AnAnswerGoesToWhoAskedFromWhoWasAsked) {
  wait_for(2);
  EXPECT_THAT(ask("q1"), IsEmpty());
  EXPECT_THAT(ask("q2", "nurse@example.org/hall"), IsEmpty());
  EXPECT_THAT(answered("4 & 5"), ElementsAre("<iq type=\"result\" from=\"romeo%net@irc.example.org\" "
                                             "to=\"juliet@example.org/balcony\" id=\"q1\">"
                                             "<version>4 &amp; 5</version></iq>"));
  EXPECT_THAT(answered("6"), ElementsAre(AllOf(HasSubstr("to=\"nurse@example.org/hall\""), HasSubstr("id=\"q2\""))));
}

TEST_F(RequestsTest, ARefusalIsAnsweredAsAnError) {
  foreign.answers.push_back(Rejected{{Condition::item_not_found, Remedy::cancel, "No such nick", {}}});
  EXPECT_THAT(ask("q1"), ElementsAre(AllOf(HasSubstr("type=\"error\""), HasSubstr("<item-not-found"),
                                           HasSubstr("No such nick"), HasSubstr("id=\"q1\""))));
}

TEST_F(RequestsTest, OneUserHasABoundedNumberOfThemAndTakesNobodyElsesPlace) {
  wait_for(Requests::max_open + 2);
  for (std::size_t i = 0; i < Requests::max_open; ++i) EXPECT_THAT(ask("q"), IsEmpty());
  EXPECT_THAT(ask("more"), ElementsAre(AllOf(HasSubstr("<resource-constraint"), HasSubstr("id=\"more\""))));
  EXPECT_THAT(ask("hers", "nurse@example.org/hall"), IsEmpty());
  EXPECT_EQ(answered("4").size(), 1U);
  EXPECT_THAT(ask("again"), IsEmpty()) << "one was answered, so one more may be asked";
}

TEST_F(RequestsTest, NobodyHearsAnAnswerAfterTheStreamOnWhichTheyAskedIsLost) {
  wait_for(Requests::max_open + 1);
  for (std::size_t i = 0; i < Requests::max_open; ++i) ask("q");
  requests.forget(domain);
  EXPECT_THAT(answered("4"), IsEmpty());
  EXPECT_THAT(ask("new"), IsEmpty()) << "the forgotten ones count no more";
}

TEST_F(RequestsTest, AnAnswerThatIsTooLongForAStanzaIsAnErrorAndNotSilence) {
  wait_for(1);
  ask("q1");
  EXPECT_THAT(answered(std::string(StanzaWriter::max_stanza + 1, 'x')),
              ElementsAre(AllOf(HasSubstr("<resource-constraint"), HasSubstr("id=\"q1\""))));
}

}  // namespace
}  // namespace isthmus::xmpp
