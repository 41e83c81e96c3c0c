#include "adapters/irc/account.hpp"

#include <algorithm>
#include <utility>

#include "adapters/irc/line.hpp"
#include "adapters/irc/nick.hpp"
#include "adapters/irc/sasl.hpp"

namespace isthmus::irc {
namespace {

constexpr std::string_view adapter_name = "irc";
constexpr std::string_view no_secret = "-";  // what removes one
constexpr std::size_t max_alternates = 5;

std::string joined(const std::vector<std::string>& items, char separator) {
  std::string text;
  for (const std::string& item : items) {
    if (!text.empty()) text += separator;
    text += item;
  }
  return text;
}

std::vector<std::string> split_at(std::string_view text, std::string_view separators) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    if (end > 0) items.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return items;
}

/// One field: how it is asked, and what it is in an Account.
struct Setting {
  std::string_view name;  // of the field, and the key in the store
  std::string_view label;
  Field::Kind kind;
  std::string_view help;
  std::string (*get)(const Account&);
  void (*set)(Account&, std::string_view);
};

constexpr Setting settings[] = {
    {"nick", "Nick", Field::Kind::text, "Empty: the one with which you enter the first room.",
     [](const Account& it) { return it.nick; }, [](Account& it, std::string_view value) { it.nick = value; }},
    {"alternates", "Other nicks", Field::Kind::text, "To be tried when it is taken, with spaces between.",
     [](const Account& it) { return joined(it.alternates, ' '); },
     [](Account& it, std::string_view value) { it.alternates = split_at(value, " ,"); }},
    {"user_name", "User name", Field::Kind::text, "The part of your address before the @. Empty: made of the nick.",
     [](const Account& it) { return it.user_name; }, [](Account& it, std::string_view value) { it.user_name = value; }},
    {"real_name", "Real name", Field::Kind::text, "Everybody can read it. Empty: the nick.",
     [](const Account& it) { return it.real_name; }, [](Account& it, std::string_view value) { it.real_name = value; }},
    {"server_password", "Server password", Field::Kind::secret, "What the network asks of everybody who connects.",
     [](const Account& it) { return it.server_password; },
     [](Account& it, std::string_view value) { it.server_password = value; }},
    {"sasl", "Log in by SASL", Field::Kind::choice, "With your account on the network.",
     [](const Account& it) { return it.sasl; }, [](Account& it, std::string_view value) { it.sasl = value; }},
    {"sasl_account", "Account", Field::Kind::text, "Empty: the nick.",
     [](const Account& it) { return it.sasl_account; },
     [](Account& it, std::string_view value) { it.sasl_account = value; }},
    {"sasl_password", "Password of the account", Field::Kind::secret, "",
     [](const Account& it) { return it.sasl_password; },
     [](Account& it, std::string_view value) { it.sasl_password = value; }},
    {"commands", "Commands after the login", Field::Kind::lines, "One line of IRC each, sent before rooms are joined.",
     [](const Account& it) { return joined(it.commands, '\n'); },
     [](Account& it, std::string_view value) { it.commands = split_at(value, "\n"); }},
};

std::vector<Field::Option> sasl_options() {
  std::vector<Field::Option> options{{"", "no"}, {"auto", "with the best that the network has"}};
  for (const auto mechanism : {SaslMechanism::plain, SaslMechanism::scram_sha_256})
    options.push_back({std::string{to_text(mechanism)}, std::string{to_text(mechanism)}});
  return options;
}

/// What no field's kind says; "" when all is well.
FormProblem check(const Account& account) {
  if (!account.nick.empty() && !is_nick(account.nick)) return {"nick", "This cannot be a nick on IRC."};
  if (account.alternates.size() > max_alternates)
    return {"alternates", "At most " + std::to_string(max_alternates) + " other nicks."};
  for (const std::string& nick : account.alternates)
    if (!is_nick(nick)) return {"alternates", "“" + nick + "” cannot be a nick on IRC."};
  if (account.user_name.find_first_of(" @!:") != std::string::npos)
    return {"user_name", "A user name has no space, colon, ! or @."};
  for (const std::string& command : account.commands)
    if (!parse_line(command)) return {"commands", "“" + command + "” is no line of IRC."};
  return {};
}

}  // namespace

Form to_form(const Account& account, std::string_view network) {
  Form form{.title = "Settings for " + std::string{network},
            .instructions =
                "They count from the next connection on. A password that is left empty stays as it is; “-” "
                "removes it."};
  for (const Setting& setting : settings) {
    Field field{.name = std::string{setting.name}, .label = std::string{setting.label}, .kind = setting.kind};
    field.help = setting.help;
    if (setting.kind == Field::Kind::choice) field.options = sasl_options();
    if (setting.kind == Field::Kind::secret) {
      if (!setting.get(account).empty()) field.help += field.help.empty() ? "There is one." : " There is one.";
    } else {
      field.value = setting.get(account);
    }
    form.fields.push_back(std::move(field));
  }
  return form;
}

std::variant<Account, FormProblem> to_account(const Form& filled, const Account& before) {
  Account account = before;
  for (const Setting& setting : settings) {
    const Field* field = filled.find(setting.name);
    if (field == nullptr) continue;
    const bool is_secret = setting.kind == Field::Kind::secret;
    if (is_secret && field->value.empty()) continue;
    setting.set(account, is_secret && field->value == no_secret ? std::string_view{} : std::string_view{field->value});
  }
  FormProblem problem = check(account);
  if (!problem.text.empty()) return problem;
  return account;
}

Accounts::Accounts(Store& store, NameTable& names) : store_{store} {
  for (const isthmus::Setting& stored : store.settings()) {
    if (stored.adapter != adapter_name) continue;
    const auto* known = std::ranges::find(settings, stored.key, &Setting::name);
    if (known == std::end(settings)) continue;  // of a version that knew more
    known->set(accounts_[Key{names.intern(stored.owner), names.intern(stored.place)}], stored.value);
  }
}

const Account& Accounts::of(const Name& owner, const Name& network) const {
  static const Account none;
  const auto found = accounts_.find(Key{owner, network});
  return found == accounts_.end() ? none : found->second;
}

void Accounts::set(const Name& owner, const Name& network, Account account) {
  Account& known = accounts_[Key{owner, network}];
  for (const Setting& setting : settings) {
    const std::string value = setting.get(account);
    if (value == setting.get(known)) continue;
    store_.put(isthmus::Setting{owner.str(), std::string{adapter_name}, network.str(), std::string{setting.name}, value,
                                setting.kind == Field::Kind::secret});
  }
  known = std::move(account);
}

}  // namespace isthmus::irc
