#include "gateway/runtime/readiness.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/run.hpp"

namespace isthmus {
namespace {

using boost::system::error_code;

/// A watched socket and its other side.
struct Pair {
  explicit Pair(const std::shared_ptr<Readiness>& readiness) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) std::abort();
    socket = std::make_unique<Readiness::Socket>(readiness, ends[0]);
    other = ends[1];
  }
  Pair(Pair&&) = delete;
  ~Pair() { ::close(other); }

  void say() const { EXPECT_EQ(::write(other, "x", 1), 1); }
  void read_all() const {
    std::array<char, 16> bytes{};
    while (::read(socket->fd(), bytes.data(), bytes.size()) > 0) continue;
  }

  std::unique_ptr<Readiness::Socket> socket;
  int other = -1;
};

struct ReadinessTest : testing::Test {
  boost::asio::io_context loop;
  std::shared_ptr<Readiness> readiness = std::make_shared<Readiness>(loop.get_executor());
};

TEST_F(ReadinessTest, TellsEachOfManyOnceForEachWait) {
  constexpr std::size_t count = 300;  // more than are told at once
  std::vector<std::unique_ptr<Pair>> pairs;
  std::vector<int> told(count);
  for (std::size_t i = 0; i < count; ++i) {
    pairs.push_back(std::make_unique<Pair>(readiness));
    pairs[i]->socket->when_readable([&told, i](error_code error) { told[i] += error ? 100 : 1; });
    pairs[i]->say();
  }
  for (int i = 0; i < 8; ++i) support::run_ready(loop);
  EXPECT_EQ(told, std::vector<int>(count, 1));
  for (const auto& pair : pairs) pair->say();
  support::run_ready(loop);
  EXPECT_EQ(told, std::vector<int>(count, 1)) << "nobody waits";
}

TEST_F(ReadinessTest, RemembersWhatCameWhileNobodyWaited) {
  const Pair pair{readiness};
  pair.say();
  support::run_ready(loop);
  bool is_told = false;
  pair.socket->when_readable([&is_told](error_code) { is_told = true; });
  EXPECT_FALSE(is_told) << "never from within the call";
  support::run_ready(loop);
  EXPECT_TRUE(is_told);
  pair.read_all();
  is_told = false;
  pair.socket->when_readable([&is_told](error_code) { is_told = true; });
  support::run_ready(loop);
  EXPECT_FALSE(is_told);
}

TEST_F(ReadinessTest, TellsNothingOfASocketThatAnotherOneDestroyed) {
  std::array<std::unique_ptr<Pair>, 2> pairs{std::make_unique<Pair>(readiness), std::make_unique<Pair>(readiness)};
  int told = 0;
  int aborted = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    pairs[i]->socket->when_readable([&, i](error_code error) {
      error ? ++aborted : ++told;
      if (!error) pairs[1 - i]->socket.reset();
    });
  }
  for (const auto& pair : pairs) pair->say();
  support::run_ready(loop);
  support::run_ready(loop);
  EXPECT_EQ(told, 1);
  EXPECT_EQ(aborted, 1);
}

TEST_F(ReadinessTest, MayDestroyASocketThatIsBeingTold) {
  auto pair = std::make_unique<Pair>(readiness);
  bool is_told = false;
  pair->socket->when_readable([&](error_code) {
    is_told = true;
    pair.reset();
  });
  pair->say();
  support::run_ready(loop);
  EXPECT_TRUE(is_told);
  EXPECT_EQ(pair, nullptr);
}

TEST_F(ReadinessTest, TellsOfTheOtherSidesEnd) {
  Pair pair{readiness};
  std::string log;
  pair.socket->when_readable([&](error_code) { log += "readable "; });
  ::close(std::exchange(pair.other, -1));
  support::run_ready(loop);
  EXPECT_EQ(log, "readable ");
}

TEST_F(ReadinessTest, TellsOfTheEndBehindWhatWasRead) {
  Pair pair{readiness};
  std::string log;
  std::array<char, 16> bytes{};
  pair.socket->when_readable([&](error_code) {
    log += std::to_string(::read(pair.socket->fd(), bytes.data(), bytes.size())) + " ";
    pair.socket->when_readable(
        [&](error_code) { log += std::to_string(::read(pair.socket->fd(), bytes.data(), bytes.size())); });
  });
  pair.say();
  ::close(std::exchange(pair.other, -1));
  support::run_ready(loop);
  support::run_ready(loop);
  EXPECT_EQ(log, "1 0");
}

TEST_F(ReadinessTest, LetsTheLoopEndWithTheLastSocket) {
  auto pair = std::make_unique<Pair>(readiness);
  loop.run_one_for(std::chrono::milliseconds{1});
  EXPECT_FALSE(loop.stopped());
  pair.reset();
  loop.restart();
  loop.run_for(support::patience);
  EXPECT_TRUE(loop.stopped());
  const Pair next{readiness};  // and goes on with another
  bool is_told = false;
  next.socket->when_readable([&is_told](error_code) { is_told = true; });
  next.say();
  support::run_ready(loop);
  EXPECT_TRUE(is_told);
}

TEST_F(ReadinessTest, RefusesWhatCannotBeWatched) {
  EXPECT_THROW(Readiness::Socket(readiness, -1), boost::system::system_error);
}

}  // namespace
}  // namespace isthmus
