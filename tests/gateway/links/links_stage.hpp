#pragma once
// Users, a talk network and a value network, joined by links, without a loop that runs.
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/links/links.hpp"
#include "tests/support/fake_adapter.hpp"
#include "tests/support/test_runtime.hpp"

namespace isthmus::test {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

class LinksStage {
 public:
  LinksStage() {
    base.router.set(home_id, users);
    base.router.set_home(home_id);
    base.router.set(talk_id, talk);
    base.router.set(plain_id, plain);
    talk.set_scheme("talk");
    plain.set_scheme("plain");
    talk.can = {Capability::edit, Capability::reply, Capability::reaction, Capability::speaker, Capability::state};
    links.know(talk_id);
    links.know(plain_id);
    links.set_id(base.router.reserve());
  }
  LinksStage(const LinksStage&) = delete;
  LinksStage& operator=(const LinksStage&) = delete;
  ~LinksStage() { stop(); }
  /// The gateway ends.
  void stop() {
    stop_.emit(asio::cancellation_type::terminal);
    base.io.restart();
    base.io.run_for(1s);
  }

  void start(std::vector<LinkSettings> settings = {{"one", {"talk:net/#verona", "plain:net/#lounge"}, false}}) {
    links.add(settings);
    asio::co_spawn(base.io, links.run(), asio::bind_cancellation_slot(stop_.slot(), [](const std::exception_ptr&) {}));
    base.io.restart();
    base.io.poll();
    clear();
  }
  void clear() {
    talk.seen.clear();
    plain.seen.clear();
    users.seen.clear();
  }
  EventPtr event(AdapterId from, std::string_view room, Payload what, std::string who = "romeo") {
    auto made = std::make_unique<Event>();
    made->about.id = base.ids.next(base.alarms.wall_clock());
    made->about.received_at = base.alarms.wall_clock();
    made->about.source = from;
    made->about.owner = links.owner();
    made->about.conversation = {from, PlaceKind::room, base.names.intern("net"), base.names.intern(room)};
    made->about.actor.name = std::move(who);
    made->what = std::move(what);
    return made;
  }
  void happens(EventPtr what) {
    base.router.emit(std::move(what));
    base.router.settle();
  }
  void happens(AdapterId from, std::string_view room, Payload what) { happens(event(from, room, std::move(what))); }
  static Lines seen(const FakeAdapter& adapter) {
    Lines lines;
    for (const auto& one : adapter.seen) lines.push_back(one.what);
    return lines;
  }
  static Message value(std::string text, bool is_stored = false, std::string place = "#lounge") {
    Message message{Style::normal, text};
    Data data;
    data.bytes = std::move(text);
    data.is_stored = is_stored;
    data.place = std::move(place);
    message.data = std::move(data);
    return message;
  }

  TestRuntime base;
  AdapterId home_id = base.router.reserve();
  AdapterId talk_id = base.router.reserve();
  AdapterId plain_id = base.router.reserve();
  FakeAdapter users{home_id, base.names};
  FakeAdapter talk{talk_id, base.names};
  FakeAdapter plain{plain_id, base.names};
  Links links{base.runtime};

 private:
  asio::cancellation_signal stop_;
};

}  // namespace isthmus::test
