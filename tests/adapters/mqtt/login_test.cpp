#include "adapters/mqtt/login.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/mqtt/logins.hpp"
#include "tests/support/memory_store.hpp"

namespace isthmus::mqtt {
namespace {

using testing::IsEmpty;

BrokerSettings make_broker() {
  BrokerSettings broker;
  broker.name = "plant";
  broker.connect.client_id = "isthmus-plant";
  broker.connect.username = "gateway";
  broker.connect.password = "the operator's";
  broker.connect.tls.certificate_file = "/operator.pem";
  broker.own_rights = Rights{{"#"}, {"+/#"}};
  broker.rights = {{}, {"home/#"}};
  broker.certificates = {{"lab", "/lab.pem", "/lab.key", {"juliet@example.org"}}};
  return broker;
}

Form filled(Login login, std::string password) {
  auto form = to_form(login, make_broker(), "juliet@example.org");
  for (auto& field : form.fields) {
    if (field.name == "password") field.value = password;
  }
  return form;
}

TEST(Login, HasNothingThatIsTheOperators) {
  const auto broker = make_broker();
  const auto own = with_login(broker, {.username = "juliet", .password = "secret"}, "juliet@example.org");
  EXPECT_EQ(own.connect.username, "juliet");
  EXPECT_EQ(own.connect.password, "secret");
  EXPECT_THAT(own.connect.tls.certificate_file, IsEmpty());
  EXPECT_NE(own.connect.client_id, broker.connect.client_id);
  EXPECT_NE(own.connect.client_id, with_login(broker, {.username = "juliet"}, "romeo@example.org").connect.client_id);
  EXPECT_TRUE(own.rights_of("juliet@example.org").may_publish("garden/x"));
  EXPECT_FALSE(own.rights_of("juliet@example.org").may_subscribe("#"));
}

TEST(Login, ACertificateIsOneThatTheOperatorListedForTheUser) {
  const auto broker = make_broker();
  EXPECT_NE(to_form({}, broker, "juliet@example.org").find("certificate"), nullptr);
  EXPECT_EQ(to_form({}, broker, "romeo@example.org").find("certificate"), nullptr);
  const Login login{.certificate = "lab"};
  EXPECT_EQ(with_login(broker, login, "juliet@example.org").connect.tls.key_file, "/lab.key");
  EXPECT_THAT(with_login(broker, login, "romeo@example.org").connect.tls.key_file, IsEmpty());
}

TEST(Login, AFilledInFormKeepsThePasswordUnlessItSaysOtherwise) {
  const Login before{.username = "juliet", .password = "secret"};
  EXPECT_THAT(to_form(before, make_broker(), "juliet@example.org").value("password"), IsEmpty());
  EXPECT_EQ(std::get<Login>(to_login(filled(before, ""), before)), before);
  EXPECT_THAT(std::get<Login>(to_login(filled(before, "-"), before)).password, IsEmpty());
  EXPECT_EQ(std::get<Login>(to_login(filled(before, "new"), before)).password, "new");
  EXPECT_FALSE(std::get<Login>(to_login(filled({}, "new"), before)).is_set()) << "nobody is named";
  const auto wrong = to_login(filled({.username = "juliet", .status_topic = "a/#"}, ""), before);
  EXPECT_EQ(std::get<FormProblem>(wrong).field, "status_topic");
}

TEST(Logins, AreKnownAfterARestartAndSecretsAreMarkedAsSuch) {
  test::MemoryStore store;
  NameTable names;
  const AccountKey key{names.intern("juliet@example.org"), names.intern("plant")};
  const Login login{.username = "juliet", .password = "secret", .status_topic = "people/juliet"};
  {
    Logins logins{store, names};
    EXPECT_TRUE(logins.set(key, login));
  }
  for (const auto& setting : store.settings()) EXPECT_EQ(setting.is_secret, setting.value == "secret");
  Logins again{store, names};
  EXPECT_EQ(again.of(key), login);
  again.set(key, {});
  EXPECT_FALSE(Logins(store, names).of(key).is_set());
}

TEST(Logins, AreFiveForOneUser) {
  test::MemoryStore store;
  NameTable names;
  Logins logins{store, names};
  const auto owner = names.intern("juliet@example.org");
  const Login login{.username = "juliet"};
  for (const auto* broker : {"a", "b", "c", "d", "e"}) EXPECT_TRUE(logins.set({owner, names.intern(broker)}, login));
  EXPECT_FALSE(logins.set({owner, names.intern("f")}, login));
  EXPECT_TRUE(logins.set({owner, names.intern("a")}, {.username = "other"}));
}

}  // namespace
}  // namespace isthmus::mqtt
