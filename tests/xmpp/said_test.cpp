// What people say, from their stanzas to events and from events to stanzas.
#include "gateway/model/capabilities.hpp"
#include "tests/xmpp/dispatcher_stage.hpp"
#include "xmpp/message_reader.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::string_view to_room = "#lounge%net@irc.example.org' type='groupchat";
constexpr std::string_view to_person = "romeo%net@irc.example.org' type='chat";
constexpr std::string_view to_occupant = "#lounge%net@irc.example.org/romeo' type='chat";

std::string describe_spans(const Message& message) {
  static constexpr const char* names[] = {"bold", "italic", "underline", "strike", "code", "code_block", "quote"};
  std::string all;
  for (const Span& span : message.spans) {
    all += std::string{" "} + names[static_cast<int>(span.kind)] + "(" +
           message.text.substr(span.begin, span.end - span.begin) + ")";
  }
  return all;
}

std::string describe_message(const Message& message) {
  std::string all = message.style == Style::action ? "* " : "";
  all += message.text + describe_spans(message);
  if (message.reply) {
    all += " re " + message.reply->to.id + " [" + message.reply->author + "|" + message.reply->quoted + "]";
  }
  if (message.thread) all += " in " + *message.thread;
  return all;
}

std::string describe_payload(const Payload& what) {
  if (const auto* message = std::get_if<Message>(&what)) return "message " + describe_message(*message);
  if (const auto* edit = std::get_if<Edit>(&what)) return "edit " + edit->target.id + " " + describe_message(edit->now);
  if (const auto* retract = std::get_if<Retract>(&what))
    return (retract->moderated ? "moderate " : "retract ") + retract->target.id + " " + retract->reason;
  if (const auto* reactions = std::get_if<Reactions>(&what)) {
    std::string all = "reactions " + reactions->target.id;
    for (const auto& emoji : reactions->emoji) all += " " + emoji;
    return all;
  }
  if (const auto* typing = std::get_if<Typing>(&what))
    return std::string{"typing "} + "icp"[static_cast<int>(typing->state)];
  if (const auto* displayed = std::get_if<Displayed>(&what)) return "displayed " + displayed->up_to.id;
  return "?";
}

class SaidTest : public DispatcherTest {
 protected:
  SaidTest() {
    using enum Capability;
    foreign.can = {edit, reply, reaction, retraction, moderation, typing, displayed};
  }
  std::vector<std::string> send_inside(std::string_view to, const std::string& inside) {
    return receive("<message xmlns='jabber:component:accept' from='juliet@example.org/balcony' id='m1' to='" +
                   std::string{to} + "'>" + inside + "</message>");
  }
  /// What the foreign side is told when juliet sends a message with `inside`.
  std::vector<std::string> told(std::string_view to, const std::string& inside) {
    foreign.pending.clear();
    foreign.answers.push_back(Pending{});
    const auto out = send_inside(to, inside);
    if (foreign.pending.empty()) foreign.answers.clear();
    std::vector<std::string> lines = out;
    for (const auto& event : foreign.pending) lines.push_back(describe_payload(event->what));
    return lines;
  }
};

struct In {
  std::string name;
  std::string inside;
  std::string event;
  std::string directly{};  // the same said to a person's own address; empty: no different
};
void PrintTo(const In& row, std::ostream* out) { *out << row.name; }

class SaidInTest : public SaidTest, public testing::WithParamInterface<In> {};

TEST_P(SaidInTest, BecomesAnEventWhereverItIsSaid) {
  enter();
  const auto& row = GetParam();
  EXPECT_THAT(told(to_room, row.inside), ElementsAre(row.event));
  EXPECT_THAT(told(to_person, row.inside), ElementsAre(row.directly.empty() ? row.event : row.directly));
  EXPECT_THAT(told(to_occupant, row.inside), ElementsAre(row.event));
}

INSTANTIATE_TEST_SUITE_P(
    Table, SaidInTest,
    testing::Values(
        In{"plain", "<body>hello</body>", "message hello"},
        In{"in_a_thread", "<body>hello</body><thread parent='t0'>t 1</thread><thread>t2</thread>",
           "message hello in t 1"},
        In{"in_a_thread_with_too_long_a_name",
           "<body>hello</body><thread>" + std::string(max_thread + 1, 't') + "</thread>", "message hello"},
        In{"in_a_thread_of_control_characters", "<body>hello</body><thread>a&#x1;b</thread>", "message hello"},
        In{"in_no_thread", "<body>hello</body><thread/>", "message hello"},
        In{"correction_in_a_thread",
           "<body>hello</body><thread>t1</thread><replace xmlns='urn:xmpp:message-correct:0' id='m0'/>",
           "edit m0 hello in t1"},
        In{"styled", "<body>a *b* `c`</body>", "message a b c bold(b) code(c)"},
        In{"unstyled", "<body>a *b*</body><unstyled xmlns='urn:xmpp:styling:0'/>", "message a *b*"},
        In{"markup_instead_of_marks",
           "<body>é *b*</body><markup xmlns='urn:xmpp:markup:0'><span start='0' end='1'><emphasis/></span></markup>",
           "message é *b* italic(é)"},
        In{"styled_action", "<body>/me *waves*</body>", "message * waves bold(waves)"},
        In{"action_that_looks_like_a_quotation", "<body>/me &gt; you</body>", "message * > you"},
        In{"quotation", "<body>&gt; a\nb</body>", "message a\nb quote(a)"},
        In{"correction", "<body>hello</body><replace xmlns='urn:xmpp:message-correct:0' id='m0'/>", "edit m0 hello"},
        In{"correction_of_nothing", "<body>hello</body><replace xmlns='urn:xmpp:message-correct:0'/>", "message hello"},
        In{"retraction",
           "<retract xmlns='urn:xmpp:message-retract:1' id='m0'/><body>/me retracted something</body>"
           "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:message-retract:1'/>",
           "retract m0 "},
        In{"reactions",
           "<reactions xmlns='urn:xmpp:reactions:0' id='m0'><reaction>👋</reaction><reaction>🐢</reaction>"
           "<reaction>👋</reaction><reaction>a b</reaction><x xmlns='urn:example:x'>🦊</x></reactions>",
           "reactions m0 👋 🐢"},
        In{"reactions_with_a_body_for_others",
           "<body>👋</body><reactions xmlns='urn:xmpp:reactions:0' id='m0'><reaction>👋</reaction></reactions>"
           "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reactions:0'><body/></fallback>",
           "reactions m0 👋"},
        In{"no_reactions_any_more", "<reactions xmlns='urn:xmpp:reactions:0' id='m0'/>", "reactions m0"},
        In{"reply", "<body>yes</body><reply xmlns='urn:xmpp:reply:0' id='m0'/>", "message yes re m0 [|]"},
        In{"reply_with_a_quotation",
           "<body>&gt; Great 🦊?\n&gt; Yes\n*no*</body><reply xmlns='urn:xmpp:reply:0' id='m0' "
           "to='#lounge%net@irc.example.org/Romeo'/><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'>"
           "<body start='0' end='17'/></fallback>",
           "message no bold(no) re m0 [Romeo|Great 🦊?\nYes]", "message no bold(no) re m0 [|Great 🦊?\nYes]"},
        In{"reply_whose_quotation_names_the_author",
           "<body>&gt; Anna wrote:\n&gt; Hi, how are you?\nGreat</body><reply xmlns='urn:xmpp:reply:0' id='m0' "
           "to='anna@example.com'/><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'>"
           "<body start='0' end='32'/></fallback>",
           "message Great re m0 [Anna|Hi, how are you?]"},
        In{"reply_whose_quotation_is_for_others_only",
           "<body>&gt; a\nb</body><reply xmlns='urn:xmpp:reply:0' id='m0'/>"
           "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='3'/></fallback>",
           "message b re m0 [|a]"},
        In{"reply_with_senseless_places",
           "<body>&gt; a\nb</body><reply xmlns='urn:xmpp:reply:0' id='m0'/>"
           "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='99'/>"
           "<body start='x' end='2'/><body start='3' end='1'/></fallback>",
           "message a\nb quote(a) re m0 [|]"},
        In{"reply_that_is_all_quotation",
           "<body>&gt; a</body><reply xmlns='urn:xmpp:reply:0' id='m0'/>"
           "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'/>",
           "message a quote(a) re m0 [|]"},
        In{"reply_with_markup_behind_the_quotation",
           "<body>&gt; a\nb c</body><reply xmlns='urn:xmpp:reply:0' id='m0'/>"
           "<markup xmlns='urn:xmpp:markup:0'><span start='6' end='7'><strong/></span></markup>"
           "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='4'/></fallback>",
           "message b c bold(c) re m0 [|a]"},
        In{"fallback_for_something_unknown",
           "<body>https://example.org/cat.jpg</body>"
           "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:sfs:0'><body/></fallback>",
           "message https://example.org/cat.jpg"},
        In{"corrected_reply",
           "<body>yes</body><reply xmlns='urn:xmpp:reply:0' id='m0'/>"
           "<replace xmlns='urn:xmpp:message-correct:0' id='m1'/>",
           "edit m1 yes re m0 [|]"},
        In{"text_that_ends_typing", "<active xmlns='http://jabber.org/protocol/chatstates'/><body>hi</body>",
           "message hi"},
        In{"composing", "<composing xmlns='http://jabber.org/protocol/chatstates'/>", "typing c"},
        In{"paused", "<paused xmlns='http://jabber.org/protocol/chatstates'/>", "typing p"},
        In{"gone", "<gone xmlns='http://jabber.org/protocol/chatstates'/>", "typing i"},
        In{"displayed", "<displayed xmlns='urn:xmpp:chat-markers:0' id='m0'/>", "displayed m0"},
        In{"markable", "<body>hi</body><markable xmlns='urn:xmpp:chat-markers:0'/>", "message hi"}),
    [](const auto& row) { return row.param.name; });

TEST_F(SaidTest, WhatNamesNothingOrCannotBeIsRefused) {
  enter();
  const std::string long_id(max_ref + 1, 'i');
  for (const std::string& inside :
       {std::string{"<reactions xmlns='urn:xmpp:reactions:0'><reaction>👋</reaction></reactions>"},
        std::string{"<reactions xmlns='urn:xmpp:reactions:0' id='m0'><reaction>two words</reaction></reactions>"},
        std::string{"<retract xmlns='urn:xmpp:message-retract:1'/>"},
        "<retract xmlns='urn:xmpp:message-retract:1' id='" + long_id + "'/>"}) {
    EXPECT_THAT(send_inside(to_room, inside), ElementsAre(HasSubstr("<bad-request"))) << inside;
  }
  EXPECT_THAT(emitted(), IsEmpty());
}

TEST_F(SaidTest, ReactionsHaveALimit) {
  enter();
  std::string inside = "<reactions xmlns='urn:xmpp:reactions:0' id='m0'>";
  for (char c = 'a'; c <= 'z'; ++c) inside += "<reaction>🦊" + std::string{c} + "</reaction>";
  foreign.answers.push_back(Pending{});
  send_inside(to_room, inside + "</reactions>");
  ASSERT_EQ(foreign.pending.size(), 1U);
  EXPECT_EQ(std::get<Reactions>(foreign.pending.front()->what).emoji.size(), max_reactions);
}

TEST_F(SaidTest, SignalsThatTheForeignSideLacksOrRefusesAreNoErrors) {
  enter();
  const std::string typing = "<composing xmlns='http://jabber.org/protocol/chatstates'/>";
  const std::string displayed = "<displayed xmlns='urn:xmpp:chat-markers:0' id='m0'/>";
  for (const auto to : {to_room, to_person, to_occupant, std::string_view{"net@irc.example.org' type='chat"}}) {
    for (const auto& inside : {typing, displayed}) {
      foreign.answers.assign(1, Rejected{{Condition::not_acceptable, Remedy::modify, "no", {}}});
      EXPECT_THAT(send_inside(to, inside), IsEmpty());
      foreign.answers.clear();
      foreign.can = {};
      EXPECT_THAT(send_inside(to, inside), IsEmpty());
      foreign.can = {Capability::typing, Capability::displayed};
    }
  }
}

TEST_F(SaidTest, WhatIsRefusedIsAnsweredFromWhereItWasSentTo) {
  enter();
  const std::string reaction = "<reactions xmlns='urn:xmpp:reactions:0' id='m0'><reaction>👋</reaction></reactions>";
  for (const std::string to :
       {"#lounge%net@irc.example.org", "romeo%net@irc.example.org", "#lounge%net@irc.example.org/romeo"}) {
    const bool is_room = to == "#lounge%net@irc.example.org";
    // A reaction alone is no sign that the conversation moved, so there is something said before.
    send_inside(to + (is_room ? "' type='groupchat" : "' type='chat"), "<body>hi</body>");
    foreign.answers.push_back(Rejected{{Condition::item_not_found, Remedy::cancel, "gone", {}}});
    const auto answer = send_inside(to + (is_room ? "' type='groupchat" : "' type='chat"), reaction);
    EXPECT_THAT(answer, ElementsAre(AllOf(HasSubstr("type=\"error\""), HasSubstr("from=\"" + to + "\""),
                                          HasSubstr("id=\"m1\""), HasSubstr("<item-not-found"))));
  }
}

TEST_F(SaidTest, WhatWasSaidInOtherWordsIsReflectedAsItWas) {
  enter();
  enter("juliet@example.org/orchard");
  foreign.can = {};
  foreign.answers.push_back(Pending{});
  send_inside(to_room, "<body>hello</body><replace xmlns='urn:xmpp:message-correct:0' id='m0'/>");
  ASSERT_EQ(foreign.pending.size(), 1U);
  EXPECT_EQ(describe_payload(foreign.pending.front()->what), "message Correction: hello");
  base.router.confirmed(std::move(foreign.pending.front()));
  const auto reflected = settle();
  ASSERT_EQ(reflected.size(), 2U);
  for (const auto& one : reflected) {
    EXPECT_THAT(one, HasSubstr("<body>hello</body><replace xmlns=\"urn:xmpp:message-correct:0\" id=\"m0\"/>"));
  }
}

struct Reflected {
  std::string name;
  std::string inside;
  std::string back;  // empty: the same
};
void PrintTo(const Reflected& row, std::ostream* out) { *out << row.name; }

class ReflectedTest : public SaidTest, public testing::WithParamInterface<Reflected> {};

TEST_P(ReflectedTest, IsWhatTheClientSent) {
  enter();
  const auto& row = GetParam();
  const auto reflected = send_inside(to_room, row.inside);
  ASSERT_EQ(reflected.size(), 1U);
  std::string all = row.back.empty() ? row.inside : row.back;
  std::ranges::replace(all, '\'', '"');
  EXPECT_THAT(reflected[0], AllOf(HasSubstr(all), HasSubstr("/juliet\" id=\"m1\"")));
}

INSTANTIATE_TEST_SUITE_P(
    Table, ReflectedTest,
    testing::Values(
        Reflected{"marks", "<body>/me *waves* ~not~</body>", {}},
        Reflected{"thread", "<body>hello</body><thread>t1</thread>", {}},
        Reflected{"unstyled", "<body>*.c *.h</body><unstyled xmlns='urn:xmpp:styling:0'/>", {}},
        Reflected{"code", "<body>&gt; so:\n```\n*x*\n```\nyes</body>", {}},
        Reflected{"markup_that_marks_can_say",
                  "<body>a b</body><markup xmlns='urn:xmpp:markup:0'><span start='0' end='1'><strong/></span></markup>",
                  "<body>*a* b</body>"},
        Reflected{"markup_that_marks_cannot_say",
                  "<body>ab</body><markup xmlns='urn:xmpp:markup:0'><span start='1' end='2'><strong/></span></markup>",
                  {}},
        Reflected{"reply",
                  "<body>&gt; é\nyes</body><reply xmlns='urn:xmpp:reply:0' id='m0' "
                  "to='#lounge%net@irc.example.org/romeo'/><fallback xmlns='urn:xmpp:fallback:0' "
                  "for='urn:xmpp:reply:0'><body start='0' end='4'/></fallback>",
                  {}},
        Reflected{"reactions",
                  "<reactions xmlns='urn:xmpp:reactions:0' id='m0'><reaction>👋</reaction></reactions>"
                  "<store xmlns='urn:xmpp:hints'/>",
                  {}},
        Reflected{"retraction",
                  "<body>/me retracted a previous message, but it's unsupported by your client.</body>"
                  "<retract xmlns='urn:xmpp:message-retract:1' id='m0'/>",
                  "<retract xmlns='urn:xmpp:message-retract:1' id='m0'/>"},
        Reflected{"displayed", "<displayed xmlns='urn:xmpp:chat-markers:0' id='m0'/>", {}}),
    [](const auto& row) { return row.param.name; });

struct Out {
  std::string name;
  Payload what;
  std::string inside;
};
void PrintTo(const Out& row, std::ostream* out) { *out << row.name; }

Message message_of(std::string text, std::vector<Span> spans = {}) {
  return {.style = Style::normal, .text = std::move(text), .spans = std::move(spans)};
}

Message reply_of(std::string text, isthmus::Reply reply) {
  Message message = message_of(std::move(text));
  message.reply = std::move(reply);
  return message;
}

class SaidOutTest : public SaidTest, public testing::WithParamInterface<Out> {};

TEST_P(SaidOutTest, IsWrittenForClientsInTheRoomAndPrivately) {
  enter();
  std::string inside = GetParam().inside;
  std::ranges::replace(inside, '\'', '"');
  const auto in_room = happens(GetParam().what, "#lounge%net", {}, "romeo");
  EXPECT_THAT(in_room, ElementsAre(AllOf(HasSubstr(inside), HasSubstr("type=\"groupchat\""),
                                         HasSubstr("from=\"#lounge%net@irc.example.org/romeo\""))));
  // Only a room's occupants have addresses of their own.
  const std::string occupant = " to=\"#lounge%net@irc.example.org/Romeo\"";
  if (const auto at = inside.find(occupant); at != std::string::npos) inside.erase(at, occupant.size());
  EXPECT_THAT(happens(GetParam().what, "romeo%net", {}, "romeo"),
              ElementsAre(AllOf(HasSubstr(inside), HasSubstr("from=\"romeo%net@irc.example.org\""),
                                HasSubstr("to=\"juliet@example.org\""))));
}

INSTANTIATE_TEST_SUITE_P(
    Table, SaidOutTest,
    testing::Values(
        Out{"plain", message_of("hello"), "<body>hello</body>"},
        Out{"in_a_thread", Message{.style = Style::normal, .text = "hello", .thread = std::string{"t<1"}},
            "<body>hello</body><thread>t&lt;1</thread>"},
        Out{"bold", message_of("é bold", {{Span::Kind::bold, 3, 7}}),
            "<body>é bold</body><markup xmlns='urn:xmpp:markup:0'><span start='2' end='6'><strong/></span></markup>"},
        Out{"underline", message_of("a b", {{Span::Kind::underline, 0, 1}}), "<body>a b</body>"},
        Out{"styled_by_accident", message_of("rm *.c *.h"),
            "<body>rm *.c *.h</body><unstyled xmlns='urn:xmpp:styling:0'/>"},
        Out{"bold_and_styled_by_accident", message_of("rm *.c *.h", {{Span::Kind::bold, 0, 2}}),
            "<body>rm *.c *.h</body><markup xmlns='urn:xmpp:markup:0'><span start='0' end='2'><strong/></span></markup>"
            "<unstyled xmlns='urn:xmpp:styling:0'/>"},
        Out{"quotation", message_of("a\nb", {{Span::Kind::quote, 0, 1}}), "<body>&gt; a\nb</body>"},
        Out{"bold_action", Message{Style::action, "waves", {{Span::Kind::bold, 0, 5}}},
            "<body>/me waves</body><markup xmlns='urn:xmpp:markup:0'><span start='4' "
            "end='9'><strong/></span></markup>"},
        Out{"notice", Message{Style::notice, "beware"}, "<body>[notice] beware</body>"},
        Out{"for_some", Message{.style = Style::normal, .text = "psst", .only_for = std::string{"@"}},
            "<body>[to @] psst</body>"},
        Out{"action_for_some", Message{.style = Style::action, .text = "waves", .only_for = std::string{"+"}},
            "<body>/me [to +] waves</body>"},
        Out{"reply", reply_of("yes", {{"m0"}, "Romeo", ""}),
            "<body>yes</body><reply xmlns='urn:xmpp:reply:0' id='m0' to='#lounge%net@irc.example.org/Romeo'/>"},
        Out{"reply_with_quotation", reply_of("*yes*", {{"m0"}, "Romeo", "é?\nno?"}),
            "<body>&gt; é?\n&gt; no?\n*yes*</body><unstyled xmlns='urn:xmpp:styling:0'/>"
            "<reply xmlns='urn:xmpp:reply:0' id='m0' to='#lounge%net@irc.example.org/Romeo'/>"
            "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='11'/></fallback>"},
        Out{"edit", Edit{{"m0"}, message_of("hello")},
            "<body>hello</body><replace xmlns='urn:xmpp:message-correct:0' id='m0'/>"},
        Out{"retraction", Retract{{"m0"}, false, {}},
            "<retract xmlns='urn:xmpp:message-retract:1' id='m0'/><fallback xmlns='urn:xmpp:fallback:0' "
            "for='urn:xmpp:message-retract:1'/><store xmlns='urn:xmpp:hints'/>"},
        Out{"reactions", Reactions{{"m<0"}, {"👋", "&"}},
            "<reactions xmlns='urn:xmpp:reactions:0' id='m&lt;0'><reaction>👋</reaction><reaction>&amp;</reaction>"
            "</reactions><store xmlns='urn:xmpp:hints'/>"},
        Out{"no_reactions", Reactions{{"m0"}, {}}, "<reactions xmlns='urn:xmpp:reactions:0' id='m0'/>"},
        Out{"composing", Typing{Typing::State::composing},
            "<composing xmlns='http://jabber.org/protocol/chatstates'/><no-store xmlns='urn:xmpp:hints'/>"},
        Out{"paused", Typing{Typing::State::paused}, "<paused xmlns='http://jabber.org/protocol/chatstates'/>"},
        Out{"idle", Typing{Typing::State::idle}, "<active xmlns='http://jabber.org/protocol/chatstates'/>"},
        Out{"displayed", Displayed{{"m0"}, {}}, "<displayed xmlns='urn:xmpp:chat-markers:0' id='m0'/>"}),
    [](const auto& row) { return row.param.name; });

TEST_F(SaidTest, AMarkerThatNamesNoMessageIsNotShown) {
  enter();
  EXPECT_THAT(happens(Displayed{{}, now}, "#lounge%net", {}, "romeo"), IsEmpty());
  EXPECT_THAT(happens(Displayed{{}, now}, "romeo%net", {}, "romeo"), IsEmpty());
}

TEST_F(SaidTest, WhatAPersonSaysIsShownInTheRoomThroughWhichOneWroteToThem) {
  enter();
  send_inside(to_occupant, "<body>psst</body>");
  const auto shown = happens(Reactions{{"m1"}, {"👋"}}, "romeo%net", {}, "romeo");
  EXPECT_THAT(shown, ElementsAre(AllOf(HasSubstr("from=\"#lounge%net@irc.example.org/romeo\""),
                                       HasSubstr("type=\"chat\""), HasSubstr("<reaction>👋</reaction>"),
                                       HasSubstr("<x xmlns=\"http://jabber.org/protocol/muc#user\"/>"))));
  send_inside(to_person, "<composing xmlns='http://jabber.org/protocol/chatstates'/>");
  EXPECT_THAT(happens(message_of("yes?"), "romeo%net", {}, "romeo"),
              ElementsAre(HasSubstr("from=\"#lounge%net@irc.example.org/romeo\"")))
      << "whoever only types has not moved the conversation";
}

TEST_F(SaidTest, WhatIsSaidOfMessagesWaitsForTheStreamButNotSignals) {
  enter();
  outlet.up = false;
  dispatcher.on_down(*dispatcher.find("irc.example.org"));
  happens(message_of("one"), "#lounge%net", {}, "romeo");
  happens(Typing{Typing::State::composing}, "#lounge%net", {}, "romeo");
  happens(Reactions{{"m0"}, {"👋"}}, "#lounge%net", {}, "romeo");
  happens(Typing{Typing::State::composing}, "romeo%net", {}, "romeo");
  happens(Retract{{"m7"}, false, {}}, "romeo%net", {}, "romeo");
  outlet.up = true;
  dispatcher.on_up(*dispatcher.find("irc.example.org"));
  EXPECT_THAT(settle(), Contains(HasSubstr("<retract xmlns=\"urn:xmpp:message-retract:1\" id=\"m7\"/>")));
  receive(presence_to("juliet"));
  const auto entered = happens(roster({}), "#lounge%net", std::string{balcony});
  ASSERT_EQ(entered.size(), 3U);
  EXPECT_THAT(entered[1], HasSubstr("<body>one</body>"));
  EXPECT_THAT(entered[2], AllOf(HasSubstr("<reaction>👋</reaction>"), HasSubstr("<delay")));
}

const std::string moderate =
    "<iq type='set' from='juliet@example.org/balcony' to='#lounge%net@irc.example.org' id='q1'>"
    "<moderate xmlns='urn:xmpp:message-moderate:1' id='s1'><retract xmlns='urn:xmpp:message-retract:1'/>"
    "<reason>unkind</reason></moderate></iq>";

TEST_F(SaidTest, AModeratorsRetractionIsAnsweredAndToldByTheRoom) {
  enter();
  foreign.answers.push_back(Pending{});
  EXPECT_THAT(receive(moderate), IsEmpty());
  ASSERT_EQ(foreign.pending.size(), 1U);
  EXPECT_EQ(describe_payload(foreign.pending.front()->what), "moderate s1 unkind");
  base.router.confirmed(std::move(foreign.pending.front()));
  const auto out = settle();
  ASSERT_EQ(out.size(), 2U);
  EXPECT_THAT(out[0], AllOf(HasSubstr("<iq type=\"result\""), HasSubstr("id=\"q1\""),
                            HasSubstr("from=\"#lounge%net@irc.example.org\"")));
  EXPECT_THAT(out[1], AllOf(HasSubstr("from=\"#lounge%net@irc.example.org\""), Not(HasSubstr("<body")),
                            HasSubstr("<retract xmlns=\"urn:xmpp:message-retract:1\" id=\"s1\">"
                                      "<moderated xmlns=\"urn:xmpp:message-moderate:1\" "
                                      "by=\"#lounge%net@irc.example.org/juliet\"><occupant-id"),
                            HasSubstr("<reason>unkind</reason></retract>")));
}

TEST_F(SaidTest, AModeratorsRetractionThatCannotBeIsAnsweredWithAnError) {
  enter();
  foreign.answers.push_back(Rejected{{Condition::forbidden, Remedy::auth, "no", {}}});
  EXPECT_THAT(receive(moderate),
              ElementsAre(AllOf(HasSubstr("<iq type=\"error\""), HasSubstr("id=\"q1\""), HasSubstr("<forbidden"))));
  foreign.can = {};
  EXPECT_THAT(receive(moderate), ElementsAre(AllOf(HasSubstr("<iq type=\"error\""), HasSubstr("<feature-not"))));
  EXPECT_THAT(receive("<iq type='set' from='juliet@example.org/balcony' to='#lounge%net@irc.example.org' id='q1'>"
                      "<moderate xmlns='urn:xmpp:message-moderate:1' id='s1'/></iq>"),
              ElementsAre(HasSubstr("<feature-not-implemented")));
  EXPECT_THAT(receive("<iq type='set' from='juliet@example.org/elsewhere' to='#lounge%net@irc.example.org' id='q1'>"
                      "<moderate xmlns='urn:xmpp:message-moderate:1' id='s1'>"
                      "<retract xmlns='urn:xmpp:message-retract:1'/></moderate></iq>"),
              ElementsAre(HasSubstr("<not-acceptable")));
}

TEST_F(SaidTest, ARetractionByAModeratorOnTheForeignSideComesFromTheRoom) {
  enter();
  EXPECT_THAT(happens(Retract{{"s1"}, true, "spam"}, "#lounge%net", {}, "romeo"),
              ElementsAre(AllOf(HasSubstr("from=\"#lounge%net@irc.example.org\""),
                                HasSubstr("by=\"#lounge%net@irc.example.org/romeo\""), HasSubstr(">spam</reason>"))));
}

}  // namespace
}  // namespace isthmus::xmpp
