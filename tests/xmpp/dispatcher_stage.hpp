#pragma once
// A dispatcher between clients, whose stanzas are given and read as XML, and a fake foreign side.
// The users' side as a whole, without sockets: stanzas in, events and stanzas out.
#include "xmpp/dispatcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_adapter.hpp"
#include "tests/support/test_runtime.hpp"
#include "xmpp/avatar.hpp"

namespace isthmus::xmpp {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct FakeOutlet final : Outlet {
  bool up = true;
  std::string out;
  bool is_up() const override { return up; }
  std::string& buffer() override { return out; }
};

/// Lets the router reach the dispatcher.
struct Users final : isthmus::Adapter {
  Dispatcher* dispatcher = nullptr;
  asio::awaitable<void> run() override { co_return; }
  Outcome deliver(Delivery& delivery) override { return dispatcher->deliver(delivery); }
  void on_waiting(Event& event) override { dispatcher->on_waiting(event); }
  const AddressBook& addresses() const override { std::abort(); }
  Capabilities capabilities(const Name&, const Conversation&) const override { return {}; }
  std::string_view protocol() const override { return "xmpp"; }
};

/// The top-level elements of `xml`, one string each.
inline std::vector<std::string> split_stanzas(const std::string& xml) {
  pugi::xml_document document;
  document.load_string(("<all>" + xml + "</all>").c_str());
  std::vector<std::string> stanzas;
  for (const auto element : document.child("all").children()) {
    std::ostringstream text;
    element.print(text, "", pugi::format_raw);
    stanzas.push_back(text.str());
  }
  return stanzas;
}

inline constexpr std::string_view room = "#lounge%net@irc.example.org";
inline constexpr std::string_view balcony = "juliet@example.org/balcony";

/// The presence of a contact of that kind who is available, as split_stanzas() prints it.
inline std::string available(std::string_view from, std::string_view to, PlaceKind kind) {
  return "<presence from=\"" + std::string{from} + "\" to=\"" + std::string{to} +
         "\"><x xmlns=\"vcard-temp:x:update\"><photo>" + avatar_of(kind, {"client", "pc"}).hash +
         "</photo></x></presence>";
}

class DispatcherTest : public testing::Test {
 protected:
  DispatcherTest() {
    users.dispatcher = &dispatcher;
    base.router.set(home_id, users);
    base.router.set(foreign_id, foreign);
    base.router.set_home(home_id);
    dispatcher.add({"irc.example.org", foreign_id, &foreign, &foreign.addresses(), &outlet});
  }

  /// What goes out when `stanza` comes in.
  std::vector<std::string> receive(const std::string& stanza) {
    pugi::xml_document document;
    EXPECT_TRUE(document.load_string(stanza.c_str())) << stanza;
    dispatcher.dispatch(document.first_child());
    return settle();
  }
  std::vector<std::string> settle() {
    base.router.settle();
    auto stanzas = split_stanzas(std::exchange(outlet.out, {}));
    // What we ask ourselves to know how far we have come is for barrier_test.
    std::erase_if(stanzas, [](const std::string& stanza) {
      return stanza.starts_with("<iq type=\"get\" from=\"irc.example.org\" to=\"irc.example.org\"");
    });
    return stanzas;
  }
  /// What goes out when `payload` happens in `place` of juliet's session.
  std::vector<std::string> happens(Payload payload, std::string_view place = "#lounge%net", std::string audience = {},
                                   std::string actor = {}) {
    auto event = std::make_unique<Event>();
    event->about.id = base.ids.next(now);
    event->about.received_at = now;
    event->about.source = foreign_id;
    event->about.owner = base.names.intern("juliet@example.org");
    event->about.conversation = *foreign.addresses().parse(place);
    event->about.audience = std::move(audience);
    event->about.actor.name = std::move(actor);
    event->what = std::move(payload);
    base.router.emit(std::move(event));
    return settle();
  }
  static std::string presence_to(std::string_view nick, std::string_view from = balcony, std::string_view inside = "") {
    return "<presence from='" + std::string{from} + "' to='" + std::string{room} + "/" + std::string{nick} +
           "' id='j1'>" + "<x xmlns='http://jabber.org/protocol/muc'>" + std::string{inside} + "</x></presence>";
  }
  static Roster roster(std::vector<std::string> others) {
    Roster roster{{}, "juliet"};
    roster.members.push_back({"juliet", "", Affiliation::none, Role::participant});
    for (auto& other : others) roster.members.push_back({other, "", Affiliation::none, Role::participant});
    return roster;
  }
  static Message said(std::string text) { return {Style::normal, std::move(text)}; }
  static RoomInfo subject(std::string text) { return {RoomInfo::Subject{std::move(text), {}, {}}}; }

  /// Juliet's client is in the room; what she asked for is forgotten.
  void enter(std::string_view client = balcony) {
    foreign.answers.push_back(Pending{});
    receive(presence_to("juliet", client));
    happens(roster({}), "#lounge%net", std::string{client});
    happens(subject(""), "#lounge%net", std::string{client});
    foreign.seen.clear();
    foreign.pending.clear();
  }
  std::vector<std::string> emitted() {
    std::vector<std::string> lines;
    for (const auto& one : foreign.seen) {
      if (!one.is_receipt) lines.push_back(one.what);
    }
    return lines;
  }

  SystemTime now{std::chrono::milliseconds{1'700'000'000'000}};
  test::TestRuntime base;
  AdapterId home_id = base.router.reserve();
  AdapterId foreign_id = base.router.reserve();
  test::FakeAdapter foreign{foreign_id, base.names};
  FakeOutlet outlet;
  Users users;
  Dispatcher dispatcher{base.runtime, home_id, Access{{"example.org"}, {}, {"nurse@example.org"}},
                        [this] { return now; }};
};

}  // namespace isthmus::xmpp
