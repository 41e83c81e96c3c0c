#include "gateway/runtime/mailbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <numeric>
#include <thread>
#include <vector>

namespace isthmus {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class MailboxTest : public testing::Test {
 protected:
  /// Runs what is ready, without waiting.
  void poll() {
    io.restart();
    io.poll();
  }
  void run() {
    io.restart();
    io.run();
  }

  boost::asio::io_context io;
  std::vector<int> taken;
  std::shared_ptr<Mailbox<int>> mailbox =
      std::make_shared<Mailbox<int>>(io.get_executor(), 3, [this](int item) { taken.push_back(item); });
};

TEST_F(MailboxTest, GivesTheFirstToTheLoopAtOnce) {
  mailbox->post(1);
  EXPECT_THAT(taken, IsEmpty()) << "not from within post()";
  poll();
  EXPECT_THAT(taken, ElementsAre(1));
}

TEST_F(MailboxTest, RefusesOnlyWhatMayBeRefused) {
  for (int item = 0; item < 3; ++item) EXPECT_TRUE(mailbox->try_post(item));
  EXPECT_FALSE(mailbox->try_post(3));
  mailbox->post(4);
  EXPECT_EQ(mailbox->size(), 4);
  run();
  EXPECT_THAT(taken, ElementsAre(0, 1, 2, 4));
}

TEST_F(MailboxTest, KeepsTheOrderOfAThreadAndLosesNothing) {
  constexpr int count = 20'000;
  std::thread poster{[&] {
    for (int item = 0; item < count; ++item) mailbox->post(item);
  }};
  while (std::ssize(taken) < count) {
    io.restart();
    io.run_for(std::chrono::milliseconds{10});
  }
  poster.join();
  std::vector<int> all(count);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(taken, all);
}

TEST_F(MailboxTest, LetsItemsGatherWhileManyCome) {
  // A slow machine may never be busy: it is tried until it was.
  for (int attempt = 0; attempt < 10'000; ++attempt) {
    mailbox->post(0);
    poll();
    mailbox->post(1);
    poll();
    taken.clear();
    mailbox->post(2);
    mailbox->post(3);
    poll();
    const bool has_waited = taken.empty();
    run();
    ASSERT_THAT(taken, ElementsAre(2, 3)) << "within a pause, whatever else comes";
    if (has_waited) return;
  }
  FAIL() << "each item woke the loop";
}

TEST_F(MailboxTest, IsQuietOnceItIsClosed) {
  mailbox->post(1);
  poll();
  mailbox->post(2);
  mailbox->close();
  mailbox->post(3);
  run();  // ends, since nothing waits for more
  EXPECT_THAT(taken, ElementsAre(1));
  EXPECT_EQ(mailbox->size(), 0);
}

}  // namespace
}  // namespace isthmus
