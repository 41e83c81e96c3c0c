#include "gateway/runtime/resolver.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "gateway/runtime/task_group.hpp"
#include "tests/support/dns_server.hpp"
#include "tests/support/run.hpp"

namespace isthmus {
namespace {

using namespace std::chrono_literals;
using support::run;
using Answer = Result<std::vector<IpAddress>>;

std::vector<std::string> to_texts(const Answer& answer) {
  std::vector<std::string> texts;
  for (const IpAddress& address : answer.value()) texts.push_back(to_text(address));
  std::ranges::sort(texts);  // their order depends on the routes of this machine (RFC 6724)
  return texts;
}

struct ResolverTest : testing::Test {
  std::unique_ptr<Resolver> make(std::chrono::milliseconds timeout = 10s) {
    return make_resolver(loop.get_executor(), {.servers = {server.address()}, .timeout = timeout});
  }
  Answer resolve(const std::string& host) { return run(loop, resolver->resolve(host)); }

  boost::asio::io_context loop;
  support::DnsServer server{loop.get_executor()};
  std::unique_ptr<Resolver> resolver = make();
};

TEST_F(ResolverTest, FindsIpv6AndIpv4Addresses) {
  server.answer("irc.example.org", {"192.0.2.7", "2001:db8::7", "192.0.2.8", "192.0.2.7"});
  EXPECT_EQ(to_texts(resolve("irc.example.org")), (std::vector<std::string>{"192.0.2.7", "192.0.2.8", "2001:db8::7"}));
  EXPECT_EQ(to_texts(resolve("irc.example.org.")).size(), 3U);
}

TEST_F(ResolverTest, ReturnsNumericAddressesAsTheyAre) {
  EXPECT_EQ(to_texts(resolve("192.0.2.1")), std::vector<std::string>{"192.0.2.1"});
  EXPECT_EQ(to_texts(resolve("2001:db8::1")), std::vector<std::string>{"2001:db8::1"});
  EXPECT_EQ(server.questions(), 0U);
}

TEST_F(ResolverTest, SaysWhenThereIsNoSuchName) {
  EXPECT_EQ(resolve("nowhere.example.org").error(), asio::error::host_not_found);
  server.answer("empty.example.org", {});
  EXPECT_EQ(resolve("empty.example.org").error(), asio::error::host_not_found);
}

TEST_F(ResolverTest, AsksNobodyForWhatIsNoHostName) {
  const std::string long_label(64, 'a');
  const std::string long_name =
      std::string(63, 'a') + "." + std::string(63, 'b') + "." + std::string(63, 'c') + "." + std::string(63, 'd');
  for (const std::string& host : {std::string{}, std::string{"."}, std::string{"a..b"}, std::string{".a"},
                                  std::string{"a b"}, std::string{"a\nb"}, std::string("a\0b", 3),
                                  std::string{"b\u00fccher.example"}, std::string{"[::1]"}, long_label, long_name}) {
    EXPECT_EQ(resolve(host).error(), asio::error::host_not_found) << host;
  }
  EXPECT_EQ(server.questions(), 0U);
}

TEST_F(ResolverTest, AsksByTcpWhereAnAnswerIsTooLongAndKeepsSixteenAddresses) {
  std::vector<std::string> texts;
  for (int i = 1; i <= 100; ++i) texts.push_back("192.0.2." + std::to_string(i));
  server.answer("many.example.org", {texts.begin(), texts.end()});
  EXPECT_EQ(to_texts(resolve("many.example.org")).size(), 16U);
  EXPECT_EQ(server.connections(), 1U);
}

TEST_F(ResolverTest, HonoursTheHostsFile) {
  // Any name of this machine's own file will do; "localhost" would not, as c-ares knows it without the file.
  std::ifstream hosts{"/etc/hosts"};
  for (std::string line; std::getline(hosts, line);) {
    std::istringstream words{line.substr(0, line.find('#'))};
    std::string address;
    std::string name;
    if (!(words >> address >> name) || name.contains("localhost") || !parse_ip_address(address)) continue;
    server.ignore(name);
    const auto texts = to_texts(resolve(name));
    EXPECT_NE(std::ranges::find(texts, to_text(*parse_ip_address(address))), texts.end()) << name;
    EXPECT_EQ(server.questions(), 0U);
    return;
  }
  EXPECT_FALSE(to_texts(resolve("localhost")).empty());
  EXPECT_EQ(server.questions(), 0U);
}

TEST_F(ResolverTest, GivesUpAtTheTimeout) {
  resolver = make(200ms);
  server.ignore("silent.example.org");
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(resolve("silent.example.org").error(), asio::error::timed_out);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 150ms);
}

TEST_F(ResolverTest, FindsIpv4AddressesWhenTheQuestionForIpv6IsNeverAnswered) {
  resolver = make(1'600ms);
  server.answer("half.example.org", {"192.0.2.7"});
  server.ignore_v6("half.example.org");
  EXPECT_EQ(to_texts(resolve("half.example.org")), std::vector<std::string>{"192.0.2.7"});
}

TEST_F(ResolverTest, DelaysNobodyForANameThatIsNeverAnswered) {
  server.ignore("silent.example.org");
  server.answer("irc.example.org", {"192.0.2.7"});
  const auto resolve_silent = [](Resolver& asked) -> asio::awaitable<void> {
    co_await asked.resolve("silent.example.org");
  };
  const auto body = [&](TaskGroup& tasks) -> asio::awaitable<void> {
    for (int i = 0; i < 20; ++i) tasks.spawn("silent", resolve_silent(*resolver));
    const auto answer = co_await resolver->resolve("irc.example.org");
    EXPECT_EQ(to_texts(answer), std::vector<std::string>{"192.0.2.7"});
    EXPECT_EQ(tasks.size(), 20U) << "they were asked first, and wait still";
  };
  run(loop, with_tasks(body));  // cancels the silent ones
}

TEST_F(ResolverTest, LooksUpHundredsOfNamesAtOnce) {
  resolver = make(20s);  // some packets of such a burst are lost, and asked for again
  int found = 0;
  const auto look_up = [](Resolver& asked, std::string name, int& count) -> asio::awaitable<void> {
    const auto answer = co_await asked.resolve(name);
    if (answer)
      ++count;
    else
      ADD_FAILURE() << name << ": " << answer.error().message();
  };
  const auto body = [&](TaskGroup& tasks) -> asio::awaitable<void> {
    for (int i = 0; i < 300; ++i) {
      const std::string name = "host" + std::to_string(i) + ".example.org";
      server.answer(name, {"192.0.2.7"});
      tasks.spawn("look-up", look_up(*resolver, name, found));
    }
    co_await tasks.join();
  };
  run(loop, with_tasks(body));
  EXPECT_EQ(found, 300);
}

TEST_F(ResolverTest, RefusesMoreThanAThousandAtOnce) {
  int refused = 0;
  const auto look_up = [](Resolver& asked, int& count) -> asio::awaitable<void> {
    const auto answer = co_await asked.resolve("silent.example.org");
    if (!answer && answer.error() == asio::error::no_buffer_space) ++count;
  };
  server.ignore("silent.example.org");
  const auto body = [&](TaskGroup& tasks) -> asio::awaitable<void> {
    for (int i = 0; i < 1'010; ++i) tasks.spawn("look-up", look_up(*resolver, refused));
    co_return;
  };
  run(loop, with_tasks(body));
  EXPECT_EQ(refused, 10);
}

TEST_F(ResolverTest, IsCancelledWithoutTrace) {
  server.ignore("silent.example.org");
  server.answer("irc.example.org", {"192.0.2.7"});
  std::string ended;
  const auto look_up = [](Resolver& asked, std::string& log) -> asio::awaitable<void> {
    try {
      co_await asked.resolve("silent.example.org");
      log = "answered";
    } catch (const boost::system::system_error& error) {
      log = error.code() == asio::error::operation_aborted ? "cancelled" : error.what();
      throw;
    }
  };
  const auto body = [&](TaskGroup& tasks) -> asio::awaitable<void> {
    tasks.spawn("look-up", look_up(*resolver, ended));
    co_return;
  };
  run(loop, with_tasks(body));
  EXPECT_EQ(ended, "cancelled");
  EXPECT_EQ(to_texts(resolve("irc.example.org")).size(), 1U) << "the resolver goes on";
}

TEST_F(ResolverTest, MayBeDestroyedWithALookUpUnderWay) {
  server.ignore("silent.example.org");
  Answer answer;
  const auto look_up = [](Resolver& asked, Answer& result) -> asio::awaitable<void> {
    result = co_await asked.resolve("silent.example.org");
  };
  TaskGroup tasks{loop.get_executor()};
  tasks.spawn("look-up", look_up(*resolver, answer));
  support::run_ready(loop);
  resolver.reset();
  run(loop, tasks.join());
  EXPECT_EQ(answer.error(), asio::error::operation_aborted);
}

}  // namespace
}  // namespace isthmus
