#include "gateway/runtime/byte_stream.hpp"

#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <optional>
#include <string>

#include "gateway/runtime/task_group.hpp"
#include "tests/support/run.hpp"

namespace isthmus {
namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;
using support::run;

const IpAddress loopback = parse_ip_address("127.0.0.1").value();

struct Streams {
  // A stream, perhaps one of many (Readiness), and the socket of its other side.
  void connect_pair(bool is_of_many) {
    Connected connected = run(loop, connect({loopback}, {.port = listener.local_endpoint().port(),
                                                         .tls = std::nullopt,
                                                         .readiness = is_of_many ? readiness : nullptr}));
    ASSERT_TRUE(connected.stream) << connected.why;
    stream = std::move(connected.stream);
    peer = listener.accept();
  }

  // Reads until `size` bytes are there, or an error.
  static asio::awaitable<std::string> read(ByteStream& from, std::size_t size) {
    std::string all;
    std::string buffer(4'096, '\0');
    while (all.size() < size) {
      const Moved moved = from.read_some(buffer);
      if (moved.error) co_return all + "<" + (moved.error == asio::error::eof ? "eof" : moved.error.message()) + ">";
      all.append(buffer, 0, moved.bytes);
      if (moved.bytes == 0) co_await from.readable();
    }
    co_return all;
  }

  static asio::awaitable<void> wait_until_readable(ByteStream& waits, std::string& log) {
    try {
      co_await waits.readable();
      log = "readable";
    } catch (const boost::system::system_error& error) {
      log = error.code() == asio::error::operation_aborted ? "aborted" : error.what();
    }
  }

  asio::io_context loop;
  std::shared_ptr<Readiness> readiness = std::make_shared<Readiness>(loop.get_executor());
  tcp::acceptor listener{loop, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
  tcp::socket peer{loop};
  std::unique_ptr<ByteStream> stream;
};

struct ByteStreamTest : Streams, testing::TestWithParam<bool> {
  void connect_pair() { Streams::connect_pair(GetParam()); }
};

TEST_P(ByteStreamTest, ReadsWhatArrivesAndThenWouldBlock) {
  connect_pair();
  std::string buffer(100, '\0');
  Moved moved = stream->read_some(buffer);
  EXPECT_EQ(moved.bytes, 0U);
  EXPECT_FALSE(moved.error);
  asio::write(peer, asio::buffer("hello", 5));
  EXPECT_EQ(run(loop, read(*stream, 5)), "hello");
  moved = stream->read_some(buffer);
  EXPECT_EQ(moved.bytes, 0U);
  EXPECT_FALSE(moved.error);
}

TEST_P(ByteStreamTest, CallsWhenReadableAndWhenClosed) {
  connect_pair();
  std::string log;
  const auto ready = [&log](boost::system::error_code error) {
    log += error == asio::error::operation_aborted ? "aborted " : error ? error.message() : "readable ";
  };
  stream->when_readable(ready);
  support::run_ready(loop);
  EXPECT_EQ(log, "");
  asio::write(peer, asio::buffer("hello", 5));
  while (log.empty()) loop.run_one_for(support::patience);
  EXPECT_EQ(log, "readable ");
  EXPECT_EQ(run(loop, read(*stream, 5)), "hello");
  asio::write(peer, asio::buffer("hello", 5));
  support::run_ready(loop);
  stream->when_readable(ready);  // what is there before the wait begins counts as well
  EXPECT_EQ(log, "readable ");
  loop.restart();
  while (log.size() < 18) loop.run_one_for(support::patience);
  EXPECT_EQ(log, "readable readable ");
  EXPECT_EQ(run(loop, read(*stream, 5)), "hello");
  stream->when_readable(ready);
  stream->close();
  support::run_ready(loop);
  EXPECT_EQ(log, "readable readable aborted ");
}

TEST_P(ByteStreamTest, TellsTheEndAfterTheLastBytes) {
  connect_pair();
  asio::write(peer, asio::buffer("bye", 3));
  peer.close();
  EXPECT_EQ(run(loop, read(*stream, 100)), "bye<eof>");
}

TEST_P(ByteStreamTest, WritesUntilTheOtherSideIsFullThenGoesOnWhenItReads) {
  connect_pair();
  constexpr std::size_t size = 16 << 20;
  bool has_blocked = false;
  const auto writes = [](ByteStream& to, bool& blocked) -> asio::awaitable<void> {
    const std::string bytes(size, 'x');
    std::string_view rest = bytes;
    while (!rest.empty()) {
      const Moved moved = to.write_some(rest);
      if (moved.error) throw boost::system::system_error{moved.error};
      rest.remove_prefix(moved.bytes);
      if (moved.bytes > 0) continue;
      blocked = true;
      co_await to.writable();
    }
    to.close();
  };
  const auto reads = [](tcp::socket& from) -> asio::awaitable<std::size_t> {
    std::size_t total = 0;
    std::string buffer(1 << 20, '\0');
    for (;;) {
      const auto [error, bytes] =
          co_await from.async_read_some(asio::buffer(buffer), asio::as_tuple(asio::use_awaitable));
      total += bytes;
      if (error) co_return total;
    }
  };
  TaskGroup tasks{loop.get_executor()};
  tasks.spawn("writes", writes(*stream, has_blocked));
  support::run_ready(loop);
  EXPECT_TRUE(has_blocked);
  EXPECT_EQ(run(loop, reads(peer)), size);
  run(loop, tasks.join());
}

TEST_P(ByteStreamTest, FailsWithoutASignalWhenTheOtherSideIsGone) {
  connect_pair();
  peer.set_option(asio::socket_base::linger{true, 0});  // a reset
  peer.close();
  Moved moved;
  for (int i = 0; i < 1'000 && !moved.error; ++i) moved = stream->write_some("hello");
  EXPECT_TRUE(moved.error);
  moved = stream->write_some("hello");
  EXPECT_TRUE(moved.error) << "EPIPE, where write(2) would have ended this process";
}

TEST_P(ByteStreamTest, MovesNothingForEmptyBuffers) {
  connect_pair();
  asio::write(peer, asio::buffer("hello", 5));
  const Moved read_nothing = stream->read_some({});
  const Moved wrote_nothing = stream->write_some({});
  EXPECT_FALSE(read_nothing.error);
  EXPECT_FALSE(wrote_nothing.error);
}

TEST_P(ByteStreamTest, WakesWhoeverWaitsWhenItIsClosed) {
  connect_pair();
  std::string log;
  TaskGroup tasks{loop.get_executor()};
  tasks.spawn("waits", wait_until_readable(*stream, log));
  support::run_ready(loop);
  EXPECT_EQ(log, "");
  stream->close();
  run(loop, tasks.join());
  EXPECT_EQ(log, "aborted");
  std::string buffer(10, '\0');
  EXPECT_TRUE(stream->read_some(buffer).error);
  EXPECT_TRUE(stream->write_some("x").error);
  EXPECT_THROW(run(loop, stream->readable()), boost::system::system_error);
}

TEST_P(ByteStreamTest, WakesWhoeverWaitsWhenItIsDestroyed) {
  connect_pair();
  std::string log;
  TaskGroup tasks{loop.get_executor()};
  tasks.spawn("waits", wait_until_readable(*stream, log));
  support::run_ready(loop);
  stream.reset();
  run(loop, tasks.join());
  EXPECT_EQ(log, "aborted");
}

TEST_P(ByteStreamTest, StopsWaitingWhenCancelled) {
  connect_pair();
  std::string log;
  TaskGroup tasks{loop.get_executor()};
  tasks.spawn("waits", wait_until_readable(*stream, log));
  support::run_ready(loop);
  tasks.cancel();
  run(loop, tasks.join());
  EXPECT_EQ(log, "aborted");
}

INSTANTIATE_TEST_SUITE_P(Each, ByteStreamTest, testing::Bool(),
                         [](const auto& test) { return std::string{test.param ? "OfMany" : "Alone"}; });

struct ConnectTest : Streams, testing::Test {};

TEST_F(ConnectTest, CanBeMadeOfAnAcceptedSocket) {
  tcp::socket client{loop};
  client.connect(listener.local_endpoint());
  auto accepted = make_stream(loop.get_executor(), listener.accept().release());
  asio::write(client, asio::buffer("hello", 5));
  EXPECT_EQ(run(loop, read(*accepted, 5)), "hello");
}

TEST_F(ConnectTest, CannotBeMadeOfWhatIsNoSocket) {
  EXPECT_THROW(make_stream(loop.get_executor(), -1), boost::system::system_error);
}

TEST_F(ConnectTest, ConnectSaysWhyAnAddressRefused) {
  const auto port = listener.local_endpoint().port();
  listener.close();
  const Connected connected = run(loop, connect({loopback}, {.port = port, .tls = std::nullopt}));
  EXPECT_FALSE(connected.stream);
  EXPECT_EQ(connected.error, asio::error::connection_refused);
  EXPECT_EQ(connected.why, "127.0.0.1:" + std::to_string(port) + ": Connection refused");
}

TEST_F(ConnectTest, ConnectTriesTheNextAddress) {
  const IpAddress nobody = parse_ip_address("127.0.0.2").value();
  const Connected connected =
      run(loop, connect({nobody, loopback}, {.port = listener.local_endpoint().port(), .tls = std::nullopt}));
  EXPECT_TRUE(connected.stream) << connected.why;
}

TEST_F(ConnectTest, ConnectToNoAddressIsAnError) {
  const Connected connected = run(loop, connect({}, {.port = 1, .tls = std::nullopt}));
  EXPECT_FALSE(connected.stream);
  EXPECT_TRUE(connected.error);
  EXPECT_EQ(connected.why, "there is no address to connect to");
}

// The listener takes the connection, but nobody answers the TLS greeting.
TEST_F(ConnectTest, ConnectGivesUpAtTheTimeout) {
  const ConnectOptions options{.port = listener.local_endpoint().port(),
                               .tls = TlsWanted{.server_name = "irc.example.org", .ca_file = {}, .alpn = {}},
                               .timeout = 50ms};
  const Connected connected = run(loop, connect({loopback}, options));
  EXPECT_EQ(connected.error, asio::error::timed_out);
  EXPECT_TRUE(connected.why.ends_with(": no answer within 50 ms")) << connected.why;
}

TEST_F(ConnectTest, ConnectCanBeCancelled) {
  std::string ended;
  const auto connects = [](std::uint16_t port, std::string& log) -> asio::awaitable<void> {
    try {
      co_await connect({loopback},
                       {.port = port, .tls = TlsWanted{.server_name = "irc.example.org", .ca_file = {}, .alpn = {}}});
      log = "ended";
    } catch (const boost::system::system_error& error) {
      log = error.code() == asio::error::operation_aborted ? "cancelled" : error.what();
    }
  };
  TaskGroup tasks{loop.get_executor()};
  tasks.spawn("connects", connects(listener.local_endpoint().port(), ended));
  support::run_ready(loop);
  const tcp::socket accepted = listener.accept();
  support::run_ready(loop);
  EXPECT_EQ(ended, "");
  tasks.cancel();
  run(loop, tasks.join());
  EXPECT_EQ(ended, "cancelled");
}

}  // namespace
}  // namespace isthmus
