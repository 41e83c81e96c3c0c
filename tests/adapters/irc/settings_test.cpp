#include "adapters/irc/settings.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace isthmus::irc {
namespace {

using namespace std::chrono_literals;

struct Reading {
  explicit Reading(std::string_view toml) : document{config::Document::parse(toml, "test.toml", {})} {
    const config::Section root = document.root();
    const auto components = root.array("component");
    settings = read_settings(root.table("irc"), components.empty() ? root.table("none") : components.front());
    for (const auto& problem : document.finish()) problems.push_back(config::to_text(problem));
  }
  config::Document document;
  Settings settings;
  std::vector<std::string> problems;
};

TEST(IrcSettings, HaveDefaultsThatSuitPublicNetworks) {
  const Reading reading{""};
  EXPECT_TRUE(reading.problems.empty());
  const auto network = reading.settings.network("irc.example.net");
  ASSERT_TRUE(network);
  EXPECT_EQ(network->host, "irc.example.net");
  EXPECT_EQ(network->port, 6697);
  EXPECT_TRUE(network->tls);
  EXPECT_FALSE(network->listed);
  EXPECT_EQ(network->flood_burst, 10U);
  EXPECT_EQ(network->flood_rate, 0.5);
  EXPECT_EQ(reading.settings.linger, 10min);
  EXPECT_EQ(reading.settings.reconnect_base, 15s);
}

TEST(IrcSettings, AreReadForEachNetwork) {
  const Reading reading{R"([irc]
any_network = false
linger = "1m"
reconnect_base = "500ms"
[irc.networks."Local"]
host = "127.0.0.1"
tls = "off"
flood_rate = 0
connect_rate = 0
flood_burst = 3
password = "sesame"
[irc.networks.other]
host = "irc.example.net"
port = 7000
)"};
  EXPECT_TRUE(reading.problems.empty()) << reading.problems.front();
  const auto local = reading.settings.network("local");
  ASSERT_TRUE(local);
  EXPECT_FALSE(local->tls);
  EXPECT_EQ(local->port, 6667);
  EXPECT_EQ(local->flood_rate, 0);
  EXPECT_EQ(local->password, "sesame");
  EXPECT_TRUE(local->listed);
  EXPECT_EQ(reading.settings.network("other")->port, 7000);
  EXPECT_FALSE(reading.settings.network("irc.example.net"));
}

TEST(IrcSettings, LetAComponentFixItsOwnNetwork) {
  const Reading reading{R"([irc]
fixed_network = "irc.example.net"
[[component]]
fixed_network = "Local"
)"};
  EXPECT_EQ(reading.settings.fixed_network, "local");
}

TEST(IrcSettings, NoteMistakesAtTheirLine) {
  const Reading reading{R"([irc]
lingre = "1m"
[irc.networks."a b"]
port = 70000
tls = "maybe"
)"};
  const auto has = [&](std::string_view text) {
    return std::ranges::any_of(reading.problems,
                               [&](const std::string& problem) { return problem.find(text) != std::string::npos; });
  };
  EXPECT_TRUE(has(":2:"));
  EXPECT_TRUE(has("lingre"));
  EXPECT_TRUE(has(":4:"));
  EXPECT_TRUE(has(":5:"));
  EXPECT_TRUE(has("a b"));
}

TEST(IrcSettings, KnowTheCharsetsOfNetworksAndChannels) {
  const Reading reading{R"([irc]
formatting = true
max_lines = 7
[irc.networks.old]
charset = "koi8-r"
formatting = false
[irc.networks.old.channels."#Modern"]
charset = "utf-8"
[irc.networks.old.channels."#west"]
charset = "ISO-8859-15"
[irc.networks.new]
)"};
  EXPECT_TRUE(reading.problems.empty()) << reading.problems.front();
  EXPECT_EQ(reading.settings.max_lines, 7U);
  EXPECT_TRUE(reading.settings.network("irc.example.net")->formatting);
  const auto old = reading.settings.network("old");
  ASSERT_TRUE(old);
  EXPECT_FALSE(old->formatting);
  EXPECT_EQ(old->charset_of("#other"), old->charset.get());
  EXPECT_NE(old->charset_of("#other"), nullptr);
  EXPECT_EQ(old->charset_of("#MODERN"), nullptr);
  EXPECT_NE(old->charset_of("#West"), nullptr);
  EXPECT_NE(old->charset_of("#West"), old->charset_of("romeo"));
  EXPECT_EQ(reading.settings.network("new")->charset_of("#other"), nullptr);
}

TEST(IrcSettings, NameACharsetThatNobodyKnows) {
  const Reading reading{
      "[irc.networks.x]\ncharset = \"klingon\"\n[irc.networks.x.channels.\"#c\"]\ncharset = \"utf-16\"\n"};
  ASSERT_EQ(reading.problems.size(), 2U);
  for (const auto& problem : reading.problems) EXPECT_NE(problem.find("charset"), std::string::npos) << problem;
}

}  // namespace
}  // namespace isthmus::irc
