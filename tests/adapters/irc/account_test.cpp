#include "adapters/irc/accounts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "tests/support/memory_store.hpp"

namespace isthmus::irc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Account sample{.nick = "jules",
                     .alternates = {"jules_", "capulet"},
                     .user_name = "j",
                     .real_name = "Juliet",
                     .server_password = "open sesame",
                     .sasl = "auto",
                     .sasl_account = "juliet",
                     .sasl_password = "wherefore",
                     .commands = {"MODE jules +x", "PRIVMSG NickServ :hello there"}};

/// `account` after the form was given back with these values.
std::variant<Account, FormProblem> after(const Account& account, const FilledValues& values) {
  auto filled = fill(to_form(account, "irc.example.net"), values);
  if (auto* problem = std::get_if<FormProblem>(&filled)) return *problem;
  return to_account(std::get<Form>(filled), account);
}

TEST(AccountForm, GivenBackAsItWasChangesNothing) { EXPECT_EQ(std::get<Account>(after(sample, {})), sample); }

TEST(AccountForm, ShowsNoSecretButThatThereIsOne) {
  const auto form = to_form(sample, "irc.example.net");
  for (const auto& field : form.fields) {
    EXPECT_EQ((field.value + field.help).find("wherefore"), std::string::npos) << field.name;
    EXPECT_EQ((field.value + field.help).find("sesame"), std::string::npos) << field.name;
  }
  EXPECT_THAT(form.find("sasl_password")->help, HasSubstr("There is one."));
  EXPECT_EQ(to_form({}, "x").find("sasl_password")->help, "");
}

TEST(AccountForm, SetsAndRemoves) {
  const auto account = std::get<Account>(after(sample, {{"nick", ""},
                                                        {"alternates", "a b,c"},
                                                        {"sasl", "SCRAM-SHA-256"},
                                                        {"sasl_password", "thou"},
                                                        {"server_password", "-"},
                                                        {"commands", "AWAY\n\nJOIN #x"}}));
  EXPECT_EQ(account.nick, "");
  EXPECT_THAT(account.alternates, ElementsAre("a", "b", "c"));
  EXPECT_EQ(account.sasl, "SCRAM-SHA-256");
  EXPECT_EQ(account.sasl_password, "thou");
  EXPECT_EQ(account.server_password, "");
  EXPECT_THAT(account.commands, ElementsAre("AWAY", "JOIN #x"));
  EXPECT_EQ(account.real_name, "Juliet");
}

TEST(AccountForm, NamesTheFieldThatCannotBe) {
  const struct {
    FilledValues values;
    std::string field;
  } cases[] = {{{{"nick", "1 2"}}, "nick"},
               {{{"alternates", "a b c d e f"}}, "alternates"},
               {{{"alternates", "good #bad"}}, "alternates"},
               {{{"user_name", "a@b"}}, "user_name"},
               {{{"sasl", "MAGIC"}}, "sasl"},
               {{{"commands", "%%%"}}, "commands"},
               {{{"real_name", "a\nQUIT"}}, "real_name"}};
  for (const auto& it : cases) {
    const auto result = after({}, it.values);
    ASSERT_TRUE(std::holds_alternative<FormProblem>(result)) << it.field;
    EXPECT_EQ(std::get<FormProblem>(result).field, it.field);
  }
}

TEST(AccountForm, ThePatternsAreOfWhatIsTaken) {
  const std::string digits(64, 'a');
  std::string colons;
  for (int i = 0; i < 32; ++i) colons += i == 0 ? "0F" : ":0F";
  const struct {
    std::string field;
    std::string value;
    bool is_good;
  } cases[] = {{"fingerprint", "", true},
               {"fingerprint", digits, true},
               {"fingerprint", colons, true},
               {"fingerprint", digits + "a", false},
               {"fingerprint", digits.substr(1), false},
               {"fingerprint", digits.substr(1) + "g", false},
               {"user_name", "", true},
               {"user_name", "juliet", true},
               {"user_name", "j@c", false},
               {"user_name", "j c", false}};
  const auto form = to_form({}, "irc.example.net");
  for (const auto& it : cases) {
    const std::regex pattern{std::string{form.find(it.field)->pattern}, std::regex::extended};
    EXPECT_EQ(std::regex_match(it.value, pattern), it.is_good) << it.field << " " << it.value;
    EXPECT_EQ(std::holds_alternative<Account>(after({}, {{it.field, it.value}})), it.is_good) << it.field << it.value;
  }
}

TEST(AccountForm, HasAPageForEachOfItsParts) {
  for (const bool any_host : {true, false}) {
    std::vector<std::string_view> pages;
    for (const auto& field : to_form({}, "irc.example.net", any_host).fields)
      if (pages.empty() || pages.back() != field.page) pages.push_back(field.page);
    EXPECT_THAT(pages, ElementsAre("Who you are", "Your account", "How you talk", "The server"));
  }
}

TEST(AccountForm, AsksForNoServerWhereOnlyTheOperatorNamesThem) {
  EXPECT_NE(to_form({}, "x", true).find("host"), nullptr);
  for (const auto* field : {"host", "port", "tls"}) EXPECT_EQ(to_form({}, "x", false).find(field), nullptr) << field;
}

TEST(AccountForm, TakesAFingerprintAsToolsPrintIt) {
  std::string printed;
  for (int i = 0; i < 32; ++i) printed += i == 0 ? "AB" : ":AB";
  const auto account = std::get<Account>(after({}, {{"fingerprint", printed}}));
  EXPECT_EQ(account.fingerprint.size(), 64U);
  EXPECT_EQ(account.fingerprint.substr(0, 4), "abab");
}

TEST(AccountForm, AsksForWhatAMechanismNeeds) {
  EXPECT_EQ(std::get<FormProblem>(after({}, {{"sasl", "PLAIN"}})).field, "sasl_password");
  EXPECT_EQ(std::get<FormProblem>(after({}, {{"sasl", "EXTERNAL"}})).field, "sasl");
  EXPECT_TRUE(std::holds_alternative<Account>(after({.identity = "PEM"}, {{"sasl", "EXTERNAL"}})));
  EXPECT_TRUE(std::holds_alternative<Account>(after({}, {{"sasl", "auto"}, {"sasl_password", "x"}})));
}

Network listed() {
  Network network;
  network.name = "office";
  network.host = "10.0.0.5";
  network.port = 7000;
  network.tls = false;
  network.ca_file = "/etc/office.pem";
  network.password = "the operator's";
  network.flood_rate = 0;
  network.listed = true;
  return network;
}

TEST(AccountNetwork, IsTheOperatorsUnlessTheUserNamesAServer) {
  const auto own = with_account(listed(), {.server_password = "mine", .charset = "KOI8-R", .throttle = 3}, true);
  EXPECT_TRUE(own.listed);
  EXPECT_EQ(own.host, "10.0.0.5");
  EXPECT_EQ(own.password, "mine");
  EXPECT_EQ(own.flood_burst, 3U);
  EXPECT_NE(own.charset, nullptr);
  EXPECT_EQ(with_account(listed(), {.nick = "jules"}, true).password, "the operator's");
}

TEST(AccountNetwork, OfAServerThatTheUserNamesIsHeldToPublicAddressesAndGetsNothingOfTheOperators) {
  for (const auto& account : {Account{.host = "10.0.0.6"}, Account{.port = 22}, Account{.tls = "required"}}) {
    const auto own = with_account(listed(), account, true);
    EXPECT_FALSE(own.listed);
    EXPECT_EQ(own.password, "");
    EXPECT_EQ(own.ca_file, "");
    EXPECT_GT(own.flood_rate, 0);
  }
  EXPECT_EQ(with_account(listed(), {.tls = "required"}, true).port, 6697);
  EXPECT_EQ(with_account(listed(), {.host = "irc.example.org", .tls = "required"}, true).port, 6697);
  EXPECT_EQ(with_account(listed(), {.host = "irc.example.org"}, true).port, 6667);
  EXPECT_EQ(with_account(listed(), {.host = "irc.example.org", .port = 7001}, true).port, 7001);
}

TEST(AccountNetwork, IsTheOperatorsWhereOnlyTheOperatorNamesServers) {
  const auto own = with_account(listed(), {.host = "irc.example.org", .port = 22, .tls = "off"}, false);
  EXPECT_TRUE(own.listed);
  EXPECT_EQ(own.host, "10.0.0.5");
  EXPECT_EQ(own.port, 7000);
}

class AccountsTest : public testing::Test {
 protected:
  NameTable names;
  test::MemoryStore store;
  Name juliet = names.intern("juliet@example.org");
  Name romeo = names.intern("romeo@example.org");
  Name verona = names.intern("irc.example.net");
  Name mantua = names.intern("irc.example.com");
};

TEST_F(AccountsTest, AreEmptyUntilSet) {
  const Accounts accounts{store, names};
  EXPECT_EQ(*accounts.of(juliet, verona), Account{});
}

TEST_F(AccountsTest, AreStoredForOneUserAndOneNetwork) {
  Accounts accounts{store, names};
  accounts.set(juliet, verona, sample);
  EXPECT_EQ(*accounts.of(juliet, verona), sample);
  EXPECT_EQ(*accounts.of(juliet, mantua), Account{});
  EXPECT_EQ(*accounts.of(romeo, verona), Account{});
  EXPECT_EQ((*Accounts{store, names}.of(juliet, verona)), sample) << "after a restart";
}

TEST_F(AccountsTest, SecretsAreStoredAsSuch) {
  Accounts accounts{store, names};
  accounts.set(juliet, verona, sample);
  for (const auto& setting : store.all_settings)
    EXPECT_EQ(setting.is_secret,
              setting.key == "sasl_password" || setting.key == "server_password" || setting.key == "commands")
        << setting.key;
}

TEST_F(AccountsTest, OnlyWhatChangesIsWritten) {
  Accounts accounts{store, names};
  accounts.set(juliet, verona, sample);
  store.all_settings.clear();
  auto other = sample;
  other.nick = "julietta";
  accounts.set(juliet, verona, other);
  ASSERT_EQ(store.all_settings.size(), 1U);
  EXPECT_EQ(store.all_settings[0].key, "nick");
  accounts.set(juliet, verona, {});
  EXPECT_EQ((*Accounts{store, names}.of(juliet, verona)), Account{});
}

TEST_F(AccountsTest, ARefusalLastsUntilSomethingChanges) {
  Accounts accounts{store, names};
  accounts.refuse(juliet, verona, {Condition::not_authorized, Remedy::auth, "wrong", {}});
  EXPECT_EQ(accounts.refusal(juliet, verona)->text, "wrong");
  EXPECT_FALSE(accounts.refusal(juliet, mantua));
  EXPECT_FALSE(accounts.refusal(romeo, verona));
  accounts.set(juliet, verona, sample);
  EXPECT_FALSE(accounts.refusal(juliet, verona));
}

TEST_F(AccountsTest, ForgetsOneUser) {
  Accounts accounts{store, names};
  accounts.set(juliet, verona, sample);
  accounts.set(romeo, verona, sample);
  accounts.forget(juliet);
  EXPECT_EQ(*accounts.of(juliet, verona), Account{});
  EXPECT_EQ(*accounts.of(romeo, verona), sample);
}

TEST_F(AccountsTest, WishesForChannelsAreStoredAndReadBack) {
  const RoomWish lounge{.record = false, .charset = "KOI8-R"};
  const RoomWish odd{.record = true, .charset = "UTF-8"};
  Account account = sample;
  account.rooms = {{"#lounge", lounge}, {"#50%", odd}};
  Accounts{store, names}.set(juliet, verona, account);
  Accounts read{store, names};
  EXPECT_EQ(*read.of(juliet, verona), account);
  account.rooms.erase("#lounge");
  read.set(juliet, verona, account);
  EXPECT_EQ(*Accounts(store, names).of(juliet, verona), account);
  account.rooms.clear();
  read.set(juliet, verona, account);
  EXPECT_THAT(store.all_settings, testing::Each(testing::Field(&Setting::place, verona.str())));
}

TEST_F(AccountsTest, OfOtherAdaptersAndUnknownKeysAreLeftAlone) {
  store.put(Setting{"juliet@example.org", "mqtt", "irc.example.net", "nick", "x"});
  store.put(Setting{"juliet@example.org", "irc", "irc.example.net", "of a later version", "x"});
  EXPECT_EQ((*Accounts{store, names}.of(juliet, verona)), Account{});
  EXPECT_THAT(store.all_settings, testing::SizeIs(2));
}

}  // namespace
}  // namespace isthmus::irc
