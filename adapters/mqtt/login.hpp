#pragma once
// A user's own login on a broker that the operator listed: what the form asks, and what is stored. Pure.
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "adapters/mqtt/settings.hpp"
#include "gateway/model/form.hpp"

namespace isthmus::mqtt {

/// Every text may be empty; one without a user name and a certificate is none.
struct Login {
  std::string username{};
  std::string password{};
  std::string certificate{};   // the name of one that the operator listed for the user
  std::string status_topic{};  // where the broker tells whether the login is connected (birth and will)
  friend bool operator==(const Login&, const Login&) = default;
  bool is_set() const { return !username.empty() || !certificate.empty(); }
};

/// The login as a form for `owner`. The password is not in it, only whether there is one.
Form to_form(const Login& login, const BrokerSettings& broker, std::string_view owner);

/// `before` with what the filled-in form says; a password that is left empty stays, "-" removes it.
std::variant<Login, FormProblem> to_login(const Form& filled, const Login& before);

/// The broker as the owner's own account has it: with rights and a client id of its own, and nothing that is the
/// operator's.
BrokerSettings with_login(const BrokerSettings& broker, const Login& login, std::string_view owner);

/// How a login is stored: a value for each key, empty where there is none.
struct StoredValue {
  std::string_view key;
  std::string value;
  bool is_secret;
};
std::vector<StoredValue> to_stored(const Login& login);
/// Takes in one of them; other keys are ignored.
void take_stored(Login& login, std::string_view key, std::string_view value);

}  // namespace isthmus::mqtt
