// The adapter with its connections, against a server of ours on loopback.
#include "adapters/irc/adapter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <functional>

#include "tests/support/fake_adapter.hpp"
#include "tests/support/run.hpp"
#include "tests/support/test_runtime.hpp"

namespace isthmus::irc {
namespace {

using asio::ip::tcp;
using isthmus::test::FakeAdapter;

/// Every host has one address.
class OneAddress final : public Resolver {
 public:
  asio::awaitable<Result<std::vector<IpAddress>>> resolve(std::string) override {
    ++asked;
    asio::steady_timer timer{co_await asio::this_coro::executor};
    while (hold) {
      timer.expires_after(std::chrono::milliseconds{1});
      co_await timer.async_wait(asio::use_awaitable);
    }
    co_return std::vector<IpAddress>{parse_ip_address("127.0.0.1").value()};
  }
  bool hold = false;  // no answer yet
  int asked = 0;
};

class IrcAdapterTest : public testing::Test {
 protected:
  IrcAdapterTest() {
    home_id_ = base_.router.reserve();
    const AdapterId id = base_.router.reserve();
    home_.emplace(home_id_, base_.names);
    base_.router.set(home_id_, *home_);
    base_.router.set_home(home_id_);
    Network network;
    network.name = "local";
    network.host = "irc.example.net";
    network.port = acceptor_.local_endpoint().port();
    network.tls = false;
    network.flood_rate = 0;
    network.connect_rate = 0;
    network.listed = true;
    Settings settings;
    settings.networks.emplace("local", network);
    adapter_.emplace(runtime_, id, settings);
    base_.router.set(id, *adapter_);
    task_.emplace(base_.io.get_executor());
    task_->spawn("irc", adapter_->run());
  }

  ~IrcAdapterTest() override { stop(); }

  void stop() {
    if (!task_) return;
    if (peer_) peer_->close();
    task_->cancel();
    support::run(base_.io, task_->join());
    task_.reset();
  }

  /// Runs the loop until `done` holds; false when that takes too long.
  bool until(const std::function<bool()>& done) {
    const auto limit = std::chrono::steady_clock::now() + support::patience;
    base_.io.restart();
    while (!done()) {
      if (std::chrono::steady_clock::now() > limit) return false;
      base_.io.run_one_for(std::chrono::milliseconds{5});
      base_.io.restart();
      read();
    }
    return true;
  }

  void ask(std::string_view address, Payload what, std::string_view owner = "juliet@example.org") {
    const auto place = adapter_->addresses().parse(address);
    ASSERT_TRUE(place) << address;
    auto event = std::make_unique<Event>();
    event->about.source = home_id_;
    event->about.conversation = *place;
    event->about.owner = base_.names.intern(owner);
    event->about.actor.name = "juliet";
    event->what = std::move(what);
    base_.router.emit(std::move(event));
    base_.router.settle();
  }

  static Payload change(Change::Kind kind, std::string name) {
    Change change;
    change.kind = kind;
    change.who.name = std::move(name);
    return Membership{{change}};
  }
  static Payload message(std::string text) { return Message{Style::normal, std::move(text)}; }

  /// The home adapter saw this; a receipt is "ok …", a refusal "condition …".
  bool saw(std::string_view text) const {
    return std::ranges::any_of(home_->seen, [&](const FakeAdapter::Seen& seen) {
      return (seen.is_refused ? seen.why + " " : seen.is_receipt ? "ok " : "") + seen.what == text;
    });
  }

  void accept() {
    ASSERT_TRUE(until([&] {
      boost::system::error_code error;
      acceptor_.non_blocking(true);
      peer_.emplace(base_.io);
      heard_.clear();
      acceptor_.accept(*peer_, error);
      return !error;
    }));
    peer_->non_blocking(true);
  }
  void read() {
    if (!peer_ || !peer_->is_open() || deaf_) return;
    char bytes[4096];
    for (;;) {
      boost::system::error_code error;
      const std::size_t count = peer_->read_some(asio::buffer(bytes), error);
      hung_up_ = error == asio::error::eof;
      if (error) return;
      heard_.append(bytes, count);
    }
  }
  void say(std::string_view lines) { asio::write(*peer_, asio::buffer(lines)); }
  bool heard(std::string_view text) {
    return until([&] { return heard_.find(text) != std::string::npos; });
  }

  /// Runs "settings" at `address` for juliet; what is said of it.
  std::string set(std::string_view address, const FilledValues& values) { return set(address, values, *adapter_); }
  std::string set(std::string_view address, const FilledValues& values, IrcAdapter& adapter) {
    const CommandCall call{base_.names.intern("juliet@example.org"), *adapter.addresses().parse(address)};
    const auto command = adapter.commands(call.place).front();
    auto filled = fill(command.form(call), values);
    if (const auto* problem = std::get_if<FormProblem>(&filled)) return problem->field + ": " + problem->text;
    const auto outcome = command.run(call, std::get<Form>(filled));
    if (const auto* problem = std::get_if<FormProblem>(&outcome)) return problem->field + ": " + problem->text;
    const auto* done = std::get_if<CommandDone>(&outcome);
    return done == nullptr ? "refused" : done->text;
  }
  std::string shown(IrcAdapter& adapter, std::string_view address, std::string_view field) {
    const CommandCall call{base_.names.intern("juliet@example.org"), *adapter.addresses().parse(address)};
    return std::string{adapter.commands(call.place).front().form(call).value(field)};
  }

  /// Joined to #lounge.
  void join() {
    ask("#lounge%local", change(Change::Kind::join, "juliet"));
    accept();
    ASSERT_TRUE(heard("USER juliet"));
    say(":s 001 juliet :hi\r\n:s 005 juliet NICKLEN=9 :are supported\r\n:s 422 juliet :none\r\n");
    ASSERT_TRUE(heard("JOIN #lounge\r\n"));
    say(":juliet!j@h JOIN #lounge\r\n:s 353 juliet = #lounge :juliet romeo\r\n:s 366 juliet #lounge :end\r\n");
    ASSERT_TRUE(until([&] { return saw("ok join #lounge%local juliet"); }));
    home_->seen.clear();
    heard_.clear();
  }

  isthmus::test::TestRuntime base_;
  OneAddress resolver_;
  Runtime runtime_{base_.io.get_executor(),
                   base_.turn,
                   base_.alarms,
                   resolver_,
                   base_.router,
                   base_.names,
                   base_.ids,
                   base_.counters,
                   Log{},
                   base_.read_buffer,
                   [] { return 0.0; },
                   {},
                   base_.routes,
                   base_.store,
                   base_.archive};
  tcp::acceptor acceptor_{base_.io, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
  AdapterId home_id_{};
  std::optional<FakeAdapter> home_;
  std::optional<IrcAdapter> adapter_;
  std::optional<TaskGroup> task_;
  std::optional<tcp::socket> peer_;
  std::string heard_;
  bool deaf_ = false;  // the peer reads nothing
  bool hung_up_ = false;
};

TEST_F(IrcAdapterTest, CarriesMessagesBothWaysAndConfirmsWhatWasWritten) {
  join();
  ask("#lounge%local", message("hello"));
  EXPECT_FALSE(saw("ok message #lounge%local hello"));
  ASSERT_TRUE(heard("PRIVMSG #lounge :hello\r\n"));
  EXPECT_TRUE(until([&] { return saw("ok message #lounge%local hello"); }));
  say(":romeo!r@b PRIVMSG #lou");
  say("nge :cut in two\r\n:romeo!r@b PRIVMSG juliet :in private\n");
  EXPECT_TRUE(until([&] { return saw("message #lounge%local cut in two") && saw("message romeo%local in private"); }));
}

TEST_F(IrcAdapterTest, TellsWhoSaidWhatTheUsersSideRefused) {
  join();
  home_->answers.push_back(Rejected{{Condition::resource_constraint, Remedy::wait, "Too much waits.", {}}});
  say(":romeo!r@b PRIVMSG juliet :in private\r\n");
  EXPECT_TRUE(heard("NOTICE romeo :Your message was not delivered. Too much waits.\r\n"));
}

TEST_F(IrcAdapterTest, FailsWhatWasNotWrittenWhenTheConnectionDrops) {
  join();
  deaf_ = true;
  const std::string text(400, 'x');
  // More than the two sockets' buffers hold.
  bool full = false;
  for (int i = 0; i < 100'000 && !full; ++i) {
    ask("#lounge%local", message(text));
    if (i % 100 == 0) support::run_ready(base_.io);
    full = !home_->seen.empty() && home_->seen.back().why == "resource-constraint";
  }
  EXPECT_TRUE(full) << "the backlog has no bound";
  home_->seen.clear();
  peer_->close();
  EXPECT_TRUE(until([&] { return saw("remote-server-timeout message #lounge%local " + text); }));
  EXPECT_TRUE(until([&] { return saw("link local down"); }));
}

TEST_F(IrcAdapterTest, ComesBackAndJoinsAgain) {
  join();
  peer_->close();
  ASSERT_TRUE(until([&] { return saw("link local down"); }));
  base_.alarms.advance(std::chrono::seconds{3});
  accept();
  ASSERT_TRUE(heard("USER juliet"));
  say(":s 001 juliet :hi\r\n:s 422 juliet :none\r\n");
  ASSERT_TRUE(heard("JOIN #lounge\r\n"));
  say(":juliet!j@h JOIN #lounge\r\n:s 353 juliet = #lounge :juliet\r\n:s 366 juliet #lounge :end\r\n");
  EXPECT_TRUE(until([&] { return saw("roster #lounge%local 1"); }));
}

TEST_F(IrcAdapterTest, ConnectsFiftyUsersAtATimeAndThenTheOthers) {
  resolver_.hold = true;
  for (int i = 0; i < 60; ++i)
    ask("#lounge%local", change(Change::Kind::join, "juliet"), "user" + std::to_string(i) + "@example.org");
  support::run_ready(base_.io);
  EXPECT_EQ(resolver_.asked, 50);
  // One that gave up while it stood in line is passed over.
  ask("#lounge%local", change(Change::Kind::leave, "juliet"), "user50@example.org");
  resolver_.hold = false;
  EXPECT_TRUE(until([&] { return resolver_.asked == 59; }));
  support::run_ready(base_.io);
  EXPECT_EQ(resolver_.asked, 59);
  EXPECT_EQ(adapter_->count(), 59U);
  acceptor_.close();
}

TEST_F(IrcAdapterTest, EndsTheSessionWithItsLastChannel) {
  join();
  ask("#lounge%local", change(Change::Kind::leave, "juliet"));
  EXPECT_EQ(adapter_->count(), 0U);
  EXPECT_TRUE(heard("PART #lounge\r\nQUIT\r\n"));
  say("ERROR :Closing link\r\n");
  peer_->shutdown(tcp::socket::shutdown_send);
  EXPECT_TRUE(until([&] { return hung_up_; }));
}

TEST_F(IrcAdapterTest, ClosesWhatTheServerDoesNotCloseAfterQuit) {
  join();
  ask("#lounge%local", change(Change::Kind::leave, "juliet"));
  ASSERT_TRUE(heard("QUIT\r\n"));
  base_.alarms.advance(std::chrono::seconds{2});
  EXPECT_TRUE(until([&] { return hung_up_; }));
}

TEST_F(IrcAdapterTest, SaysGoodbyeWhenItEnds) {
  join();
  ask("#garden%local", change(Change::Kind::join, "juliet"));
  task_->cancel();
  ASSERT_TRUE(heard("QUIT :"));
  stop();
  EXPECT_TRUE(saw("remote-server-timeout join #garden%local juliet"));
}

TEST_F(IrcAdapterTest, ConnectsNobodyToPrivateAddressesThatAreNotListed) {
  ask("#lounge%irc.example.net", change(Change::Kind::join, "juliet"));
  EXPECT_TRUE(until([&] { return saw("forbidden join #lounge%irc.example.net juliet"); }));
  EXPECT_EQ(base_.counters.value("irc_connects_refused", "address"), 1U);
  EXPECT_EQ(adapter_->count(), 0U);
}

TEST_F(IrcAdapterTest, AnswersWhatNeedsASessionThatIsNotThere) {
  ask("#lounge%local", message("hello"));
  EXPECT_TRUE(saw("not-acceptable message #lounge%local hello"));
  ask("#lounge%local", change(Change::Kind::leave, "juliet"));
  EXPECT_TRUE(saw("ok leave #lounge%local juliet"));
  ask("local", message("PRIVMSG"));
  EXPECT_TRUE(saw("recipient-unavailable message local PRIVMSG"));
  EXPECT_EQ(adapter_->count(), 0U);
}

TEST_F(IrcAdapterTest, RefusesOneNetworkTooManyWithTheLimit) {
  runtime_.limits.sessions = 0;
  ask("#lounge%local", change(Change::Kind::join, "juliet"));
  EXPECT_TRUE(saw("resource-constraint join #lounge%local juliet"));
  EXPECT_EQ(adapter_->count(), 0U);
}

TEST_F(IrcAdapterTest, WhatIsSetForAChannelCountsAtOnce) {
  join();
  say(":romeo!r@b PRIVMSG #lounge :\xf0\xf2\xe9\r\n:romeo!r@b PRIVMSG #lounge :one\r\n");
  ASSERT_TRUE(until([&] { return saw("message #lounge%local one"); }));
  support::run_ready(base_.io);
  EXPECT_EQ(base_.store.rows.size(), 2U);
  EXPECT_EQ(set("#lounge%local", {{"record", "no"}, {"charset", "KOI8-R"}}), "Saved.");
  say(":romeo!r@b PRIVMSG #lounge :\xf0\xf2\xe9\xf7\xe5\xf4\r\n");
  EXPECT_TRUE(until([&] { return saw("message #lounge%local ПРИВЕТ"); }));
  ask("#lounge%local", message("да"));
  EXPECT_TRUE(heard("PRIVMSG #lounge :\xc4\xc1\r\n"));
  support::run_ready(base_.io);
  EXPECT_EQ(base_.store.rows.size(), 2U) << "nothing of that was kept";
  EXPECT_EQ(set("#lounge%local", {{"record", "yes"}}), "Saved.");
  say(":romeo!r@b PRIVMSG #lounge :two\r\n");
  ASSERT_TRUE(until([&] { return saw("message #lounge%local two"); }));
  support::run_ready(base_.io);
  EXPECT_EQ(base_.store.rows.size(), 3U);
  EXPECT_EQ(set("#lounge%local", {{"charset", "EBCDIC-US"}}).substr(0, 8), "charset:");
}

TEST_F(IrcAdapterTest, TwoComponentsHaveTheAccountsOfUsersInCommon) {
  Settings settings;
  settings.networks.emplace("local", Network{});
  IrcAdapter other{runtime_, base_.router.reserve(), settings};
  set("local", {{"nick", "jules"}});
  EXPECT_EQ(shown(other, "local", "nick"), "jules");
  EXPECT_EQ(set("local", {{"real_name", "Juliet"}}, other), "Saved.");
  EXPECT_EQ(shown(*adapter_, "local", "nick"), "jules") << "the one does not undo what the other has set";
  EXPECT_EQ(shown(*adapter_, "local", "real_name"), "Juliet");
  set("#lounge%local", {{"charset", "KOI8-R"}}, other);
  EXPECT_EQ(shown(*adapter_, "#lounge%local", "charset"), "KOI8-R");
  other.forget(base_.names.intern("juliet@example.org"));
  EXPECT_EQ(shown(*adapter_, "local", "nick"), "");
}

TEST_F(IrcAdapterTest, AConnectionIsMadeWithWhatWasSetLastWhicheverComponentItWasSetAt) {
  join();
  Settings settings;
  settings.networks.emplace("local", Network{});
  IrcAdapter other{runtime_, base_.router.reserve(), settings};
  set("local", {{"real_name", "Juliet Capulet"}}, other);
  peer_->close();
  ASSERT_TRUE(until([&] { return saw("link local down"); }));
  base_.alarms.advance(std::chrono::seconds{3});
  accept();
  EXPECT_TRUE(heard(":Juliet Capulet\r\n"));
}

TEST_F(IrcAdapterTest, KeepsUsersApart) {
  join();
  ask("#lounge%local", message("hello"), "romeo@example.org");
  EXPECT_TRUE(saw("not-acceptable message #lounge%local hello"));
}

TEST_F(IrcAdapterTest, SkipsALineThatIsTooLongAndGoesOn) {
  join();
  say(":romeo!r@b PRIVMSG #lounge :" + std::string(2 * max_incoming_line, 'x') + "\r\n");
  say(":romeo!r@b PRIVMSG #lounge :after it\r\n");
  EXPECT_TRUE(until([&] { return saw("message #lounge%local after it"); }));
  EXPECT_EQ(base_.counters.value("irc_lines_dropped", "too_long"), 1U);
}

}  // namespace
}  // namespace isthmus::irc
