#include "adapters/mqtt/login.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "adapters/mqtt/topic.hpp"

namespace isthmus::mqtt {
namespace {

constexpr std::string_view name_key = "login_name";
constexpr std::string_view password_key = "login_password";
constexpr std::string_view certificate_key = "login_certificate";
constexpr std::string_view status_key = "login_status_topic";

/// Eight hexadecimal digits that differ between accounts.
std::string digest(std::string_view owner, std::string_view username) {
  std::string text{owner};
  text.append("\n").append(username);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> bytes{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes.data());
  return fmt::format("{:02x}{:02x}{:02x}{:02x}", bytes[0], bytes[1], bytes[2], bytes[3]);
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  return begin == std::string_view::npos ? std::string_view{}
                                         : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

Form to_form(const Login& login, const BrokerSettings& broker, std::string_view owner) {
  Form form{
      "Your own login on " + broker.name,
      "With a login of your own, the broker itself decides what you may read and publish. Without a user name and "
      "a certificate you share the gateway's.",
      {}};
  form.fields.push_back({.name = "username", .label = "User name", .value = login.username});
  form.fields.push_back({.name = "password",
                         .label = "Password",
                         .kind = Field::Kind::secret,
                         .help = login.password.empty() ? "None is set." : "One is set. Empty: it stays; -: none."});
  const auto certificates = broker.certificates_of(owner);
  if (!certificates.empty()) {
    Field field{.name = "certificate", .label = "Certificate", .kind = Field::Kind::choice, .value = login.certificate};
    field.options.push_back({"", "None"});
    for (const auto* one : certificates) field.options.push_back({one->name, one->name});
    // The operator may have taken it away.
    if (std::ranges::find(field.options, login.certificate, &Field::Option::value) == field.options.end())
      field.value.clear();
    form.fields.push_back(std::move(field));
  }
  form.fields.push_back({.name = "status_topic",
                         .label = "Status topic",
                         .value = login.status_topic,
                         .help = "The broker keeps \"online\" there while you are connected, and \"offline\" else."});
  return form;
}

std::variant<Login, FormProblem> to_login(const Form& filled, const Login& before) {
  Login login;
  login.username = trimmed(filled.value("username"));
  const auto password = filled.value("password");
  if (password != "-") login.password = password.empty() ? before.password : std::string{password};
  login.certificate = filled.value("certificate");
  login.status_topic = trimmed(filled.value("status_topic"));
  if (!login.status_topic.empty() && !is_topic_name(login.status_topic))
    return FormProblem{"status_topic", "This is no topic."};
  if (!login.is_set()) return Login{};
  return login;
}

BrokerSettings with_login(const BrokerSettings& broker, const Login& login, std::string_view owner) {
  auto own = broker;
  auto& connect = own.connect;
  connect.username = login.username;
  connect.password = login.password;
  connect.client_id += "-" + digest(owner, login.username);
  connect.tls.certificate_file.clear();
  connect.tls.key_file.clear();
  for (const auto* one : broker.certificates_of(owner)) {
    if (one->name != login.certificate) continue;
    connect.tls.certificate_file = one->certificate_file;
    connect.tls.key_file = one->key_file;
  }
  own.rights = broker.own_rights.value_or(Rights{});
  own.users.clear();
  own.status = {.topic = login.status_topic};
  return own;
}

std::vector<StoredValue> to_stored(const Login& login) {
  return {{name_key, login.username, false},
          {password_key, login.password, true},
          {certificate_key, login.certificate, false},
          {status_key, login.status_topic, false}};
}

void take_stored(Login& login, std::string_view key, std::string_view value) {
  if (key == name_key) login.username = value;
  if (key == password_key) login.password = value;
  if (key == certificate_key) login.certificate = value;
  if (key == status_key && is_topic_name(value)) login.status_topic = value;
}

}  // namespace isthmus::mqtt
