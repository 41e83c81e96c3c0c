#include "gateway/model/degrade.hpp"

#include <gtest/gtest.h>

namespace isthmus {
namespace {

const Message plain{Style::normal, "good morrow"};

Message answer(std::string text, std::string author, std::string quoted) {
  return {
      .style = Style::normal, .text = std::move(text), .reply = Reply{{"a1-id"}, std::move(author), std::move(quoted)}};
}

/// The text that is left of `what`, "kept", "dropped", or the condition of the refusal.
std::string degraded(Payload what, Capabilities can = {}, const DegradePolicy& policy = {}) {
  Event event{.about = {}, .what = std::move(what)};
  const auto [result, why] = degrade(event, can, policy);
  switch (result) {
    case Degraded::kept: return "kept";
    case Degraded::dropped: return "dropped";
    case Degraded::refused: return std::string{to_text(why->condition)};
    case Degraded::changed: break;
  }
  const auto& message = std::get<Message>(event.what);
  return (message.style == Style::action ? "/me " : "") + message.text;
}

TEST(Degrade, SaysInWordsWhatTheOtherSideHasNoFormFor) {
  const struct {
    const char* name;
    Payload what;
    std::string said;
  } cases[] = {
      {"plain", plain, "kept"},
      {"edit", Edit{{"m1"}, plain}, "Correction: good morrow"},
      {"edited action", Edit{{"m1"}, {Style::action, "waves"}}, "/me (corrected) waves"},
      {"reply", answer("aye", "romeo", "is the day so young?"), "“romeo: is the day so young?” – aye"},
      {"reply to several lines", answer("aye", "romeo", "one\ntwo"), "“romeo: one…” – aye"},
      {"reply without quotation", answer("aye", "romeo", ""), "romeo: aye"},
      {"reply that names whom it answers", answer("romeo: aye", "romeo", ""), "romeo: aye"},
      {"reply to nobody known", answer("aye", "", ""), "aye"},
      {"edited reply", Edit{{"m1"}, answer("aye", "romeo", "well?")}, "Correction: “romeo: well?” – aye"},
      {"reactions", Reactions{{"m1"}, {"👍", "🌹"}}, "/me reacted with 👍 🌹"},
      {"no reactions any more", Reactions{{"m1"}, {}}, "dropped"},
      {"retraction", Retract{{"m1"}, false, {}}, "feature-not-implemented"},
      {"typing", Typing{Typing::State::composing}, "dropped"},
      {"displayed", Displayed{{"m1"}, {}}, "dropped"},
      {"presence", Presence{}, "kept"},
  };
  for (const auto& it : cases) EXPECT_EQ(degraded(it.what), it.said) << it.name;
}

TEST(Degrade, NamesWhoseWordsTheyAre) {
  const auto named = [](Payload what, std::string_view name) {
    name_speaker(what, name);
    const auto* edit = std::get_if<Edit>(&what);
    return edit != nullptr ? edit->now.text : std::get<Message>(what).text;
  };
  EXPECT_EQ(named(plain, "romeo"), "<romeo> good morrow");
  EXPECT_EQ(named(Message{Style::action, "waves"}, "romeo"), "romeo waves");
  EXPECT_EQ(named(Edit{{"m1"}, plain}, "romeo"), "<romeo> good morrow");
  EXPECT_EQ(named(plain, ""), "good morrow") << "said by the service itself";
  Payload bold = Message{Style::normal, "good", {{Span::Kind::bold, 0, 4}}};
  name_speaker(bold, "romeo");
  EXPECT_EQ(std::get<Message>(bold).spans.front(), (Span{Span::Kind::bold, 8, 12})) << "the spans move along";
}

TEST(Degrade, LeavesWhatTheOtherSideCanSay) {
  const Capabilities all{Capability::edit,   Capability::reply,     Capability::reaction,  Capability::retraction,
                         Capability::typing, Capability::displayed, Capability::moderation};
  const Payload cases[] = {Edit{{"m1"}, plain},        answer("aye", "romeo", "x"), Reactions{{"m1"}, {"👍"}},
                           Retract{{"m1"}, false, {}}, Retract{{"m1"}, true, {}},   Typing{},
                           Displayed{{"m1"}, {}}};
  for (const auto& it : cases) EXPECT_EQ(degraded(it, all), "kept") << it.index();
}

TEST(Degrade, ThatOneMayTakeBackOnesOwnWordsDoesNotMakeOneAModerator) {
  EXPECT_EQ(degraded(Retract{{"m1"}, true, {}}, {Capability::retraction}), "feature-not-implemented");
}

TEST(Degrade, FollowsThePolicy) {
  EXPECT_EQ(degraded(answer("aye", "romeo", "well?"), {}, {.reply = Fallback::drop}), "aye");
  const DegradePolicy strict{Fallback::error, Fallback::drop, Fallback::drop, Fallback::text};
  EXPECT_EQ(degraded(Edit{{"m1"}, plain}, {}, strict), "feature-not-implemented");
  EXPECT_EQ(degraded(Reactions{{"m1"}, {"👍"}}, {}, strict), "dropped");
  EXPECT_EQ(degraded(Retract{{"m1"}, false, {}}, {}, strict), "/me took back what was said");
}

TEST(Degrade, NeverShowsAnId) {
  const Payload cases[] = {Edit{{"a1-id"}, plain}, answer("aye", "romeo", "x"), Reactions{{"a1-id"}, {"👍"}}};
  for (const auto& it : cases) EXPECT_EQ(degraded(it).find("a1-id"), std::string::npos);
}

TEST(Degrade, QuotesTheBeginningBetweenCodePoints) {
  std::string long_words;
  for (int i = 0; i < 40; ++i) long_words += "ž";
  const auto text = degraded(answer("aye", "romeo", long_words));
  EXPECT_LT(text.size(), 100U);
  EXPECT_NE(text.find("ž… ” – aye"), 0U);
  EXPECT_NE(text.find("ž…” – aye"), std::string::npos);
}

TEST(Degrade, SpansStayWithTheirWords) {
  Event event{.about = {},
              .what = Edit{{"m1"}, {.style = Style::normal, .text = "so bold", .spans = {{Span::Kind::bold, 3, 7}}}}};
  degrade(event, {}, {});
  const auto& said = std::get<Message>(event.what);
  EXPECT_EQ(said.text.substr(said.spans.at(0).begin, said.spans.at(0).end - said.spans.at(0).begin), "bold");
}

TEST(Degrade, CanBeTakenBack) {
  Event event{.about = {}, .what = Edit{{"m1"}, plain}};
  degrade(event, {}, {});
  ASSERT_TRUE(std::holds_alternative<Message>(event.what));
  restore(event);
  EXPECT_EQ(std::get<Edit>(event.what).now.text, "good morrow");
  restore(event);
  EXPECT_EQ(std::get<Edit>(event.what).now.text, "good morrow") << "what was not changed stays";
}

}  // namespace
}  // namespace isthmus
