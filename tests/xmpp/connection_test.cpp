// The shell around a stream, on loopback, with a clock that the test moves.
#include "xmpp/connection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/test_runtime.hpp"

namespace isthmus::xmpp {
namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;
using testing::HasSubstr;

class Loopback final : public Resolver {
 public:
  asio::awaitable<Result<std::vector<IpAddress>>> resolve(std::string) override {
    co_return std::vector{*parse_ip_address("127.0.0.1")};
  }
};

/// Takes streams one after the other, agrees to every handshake (or to none), and remembers what it gets.
class FakeServer {
 public:
  explicit FakeServer(asio::io_context& io) : acceptor_{io, {asio::ip::address_v4::loopback(), 0}} {
    asio::co_spawn(io, serve(), [](const std::exception_ptr&) {});
  }
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  void close() {
    acceptor_.close();
    if (peer_) peer_->close();
  }

  bool agrees = true;
  std::string got;
  int streams = 0;

 private:
  asio::awaitable<void> serve() {
    for (;;) {
      peer_.emplace(co_await acceptor_.async_accept(asio::use_awaitable));
      ++streams;
      got.clear();
      co_await answer("to='irc.example.org'>",
                      "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' "
                      "xmlns='jabber:component:accept' id='1'>");
      if (agrees) co_await answer("</handshake>", "<handshake/>");
      co_await read_until("no such thing");
    }
  }
  asio::awaitable<void> answer(std::string_view to, std::string with) {
    co_await read_until(to);
    co_await asio::async_write(*peer_, asio::buffer(with), asio::use_awaitable);
  }
  asio::awaitable<void> read_until(std::string_view text) {
    std::array<char, 4096> buffer{};
    while (!got.contains(text)) {
      boost::system::error_code error;
      const auto count =
          co_await peer_->async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return;
      got.append(buffer.data(), count);
    }
  }

  tcp::acceptor acceptor_;
  std::optional<tcp::socket> peer_;
};

class ConnectionTest : public testing::Test, public StanzaHandler {
 protected:
  ~ConnectionTest() override {
    stop_.emit(asio::cancellation_type::all);
    server.close();
    base.io.restart();
    base.io.run_for(2s);
    EXPECT_TRUE(ended_);
  }
  void start() {
    asio::co_spawn(base.io, connection.run(),
                   asio::bind_cancellation_slot(stop_.slot(), [this](const std::exception_ptr&) { ended_ = true; }));
  }
  /// Runs the loop until `condition` holds; false when that takes too long.
  template <class Condition>
  bool run_until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!condition() && std::chrono::steady_clock::now() < deadline) {
      base.io.restart();
      base.io.run_for(5ms);
    }
    return condition();
  }

  void on_stanza(Connection&, pugi::xml_node) override {}
  void on_skipped(Connection&, pugi::xml_node, std::string_view) override {}
  void on_up(Connection&) override { ++ups; }
  void on_down(Connection&) override { ++downs; }

  int ups = 0;
  int downs = 0;
  test::TestRuntime base;
  Loopback loopback;
  Runtime runtime{
      base.runtime.executor, base.turn, base.alarms,      loopback,           base.router, base.names,  base.ids,
      base.counters,         Log{},     base.read_buffer, [] { return 0.0; }, {},          base.routes, base.store,
      base.archive};
  FakeServer server{base.io};
  Connection connection{runtime,
                        {.host = "server", .port = server.port(), .secret = {}, .max_stanza = 65536},
                        {.domain = "irc.example.org", .secret = "secret"},
                        *this};

 private:
  asio::cancellation_signal stop_;
  bool ended_ = false;
};

TEST_F(ConnectionTest, ASilentServerIsAskedByAPingToOurselvesAndGivenUpWhenThatDoesNotComeBack) {
  start();
  ASSERT_TRUE(run_until([&] { return ups == 1; }));
  base.alarms.advance(59s);
  ASSERT_FALSE(connection.is_own_ping("")) << "no ping is under way";
  base.alarms.advance(2s);
  ASSERT_TRUE(run_until([&] { return server.got.contains("urn:xmpp:ping"); }));
  EXPECT_THAT(server.got, HasSubstr("from='irc.example.org' to='irc.example.org'"));
  EXPECT_TRUE(connection.is_up());
  base.alarms.advance(31s);
  EXPECT_FALSE(connection.is_up());
  EXPECT_TRUE(run_until([&] { return downs == 1 && ups == 2; })) << "it connects again";
  EXPECT_EQ(server.streams, 2);
}

TEST_F(ConnectionTest, AServerThatNeverAgreesToTheHandshakeIsGivenUp) {
  server.agrees = false;
  start();
  ASSERT_TRUE(run_until([&] { return server.got.contains("</handshake>"); }));
  base.alarms.advance(31s);
  EXPECT_TRUE(run_until([&] { return server.streams == 2; })) << "it tries again";
  EXPECT_EQ(ups, 0);
  EXPECT_EQ(downs, 0) << "nobody was told that it was up";
}

}  // namespace
}  // namespace isthmus::xmpp
