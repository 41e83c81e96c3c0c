// The fake must keep ByteStream's contract, else what is tested with it proves nothing.
#include "tests/support/fake_stream.hpp"

#include <gtest/gtest.h>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <string>

#include "gateway/runtime/task_group.hpp"
#include "tests/support/run.hpp"

namespace isthmus {
namespace {

struct FakeStreamTest : testing::Test {
  std::string read() {
    std::string buffer(100, '\0');
    const Moved moved = stream->read_some(buffer);
    return moved.error ? "<" + moved.error.message() + ">" : buffer.substr(0, moved.bytes);
  }

  asio::io_context loop;
  support::FakePeer peer{loop.get_executor()};
  std::unique_ptr<ByteStream> stream = peer.stream();
};

TEST_F(FakeStreamTest, ReadsWhatWasSaidInPieces) {
  peer.limit_piece(3);
  peer.say("hello");
  EXPECT_EQ(read(), "hel");
  support::run(loop, stream->readable());
  EXPECT_EQ(read(), "lo");
  EXPECT_EQ(read(), "");
  peer.say("bye");
  peer.hang_up();
  EXPECT_EQ(read(), "bye");
  EXPECT_EQ(read(), "<End of file>");
}

TEST_F(FakeStreamTest, WritesAsMuchAsIsTaken) {
  peer.take(3);
  EXPECT_EQ(stream->write_some("hello").bytes, 3U);
  const Moved blocked = stream->write_some("lo");
  EXPECT_EQ(blocked.bytes, 0U);
  EXPECT_FALSE(blocked.error);
  peer.take(10);
  support::run(loop, stream->writable());
  EXPECT_EQ(stream->write_some("lo").bytes, 2U);
  EXPECT_EQ(peer.heard(), "hello");
  peer.hang_up(asio::error::connection_reset);
  EXPECT_TRUE(stream->write_some("more").error);
}

TEST_F(FakeStreamTest, CallsWhenReadableAndWhenClosed) {
  std::string log;
  const auto ready = [&log](boost::system::error_code error) { log += error ? "closed " : "readable "; };
  stream->when_readable(ready);
  support::run_ready(loop);
  EXPECT_EQ(log, "");
  peer.say("hello");
  support::run_ready(loop);
  EXPECT_EQ(log, "readable ");
  EXPECT_EQ(read(), "hello");
  stream->when_readable(ready);
  stream->close();
  support::run_ready(loop);
  EXPECT_EQ(log, "readable closed ");
}

TEST_F(FakeStreamTest, WakesWhoeverWaits) {
  std::string log;
  const auto waits = [](ByteStream& on, std::string& said) -> asio::awaitable<void> {
    try {
      co_await on.readable();
      said += "readable ";
      co_await on.writable();
    } catch (const boost::system::system_error& error) {
      said += error.code() == asio::error::operation_aborted ? "aborted " : error.what();
    }
  };
  peer.take(0);
  TaskGroup tasks{loop.get_executor()};
  tasks.spawn("waits", waits(*stream, log));
  support::run_ready(loop);
  EXPECT_EQ(log, "");
  peer.say("x");
  support::run_ready(loop);
  EXPECT_EQ(log, "readable ");
  EXPECT_FALSE(peer.is_closed());
  stream->close();
  support::run(loop, tasks.join());
  EXPECT_EQ(log, "readable aborted ");
  EXPECT_TRUE(peer.is_closed());
}

TEST_F(FakeStreamTest, StopsWaitingWhenCancelled) {
  const auto waits = [](ByteStream& on, bool& cancelled) -> asio::awaitable<void> {
    try {
      co_await on.readable();
    } catch (const boost::system::system_error& error) {
      cancelled = error.code() == asio::error::operation_aborted;
    }
  };
  bool cancelled = false;
  TaskGroup tasks{loop.get_executor()};
  tasks.spawn("waits", waits(*stream, cancelled));
  support::run_ready(loop);
  tasks.cancel();
  support::run(loop, tasks.join());
  EXPECT_TRUE(cancelled);
}

}  // namespace
}  // namespace isthmus
