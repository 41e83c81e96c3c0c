#include "adapters/irc/account.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "adapters/irc/address_book.hpp"
#include "adapters/irc/bytes.hpp"
#include "adapters/irc/line.hpp"
#include "adapters/irc/nick.hpp"
#include "adapters/irc/sasl.hpp"

namespace isthmus::irc {
namespace {

constexpr std::string_view no_secret = "-";  // what removes one
constexpr std::size_t max_alternates = 5;
constexpr unsigned max_throttle = 100;
constexpr unsigned max_history = 500;
constexpr unsigned max_port = 65'535;
constexpr std::size_t fingerprint_digits = 64;
constexpr std::string_view secure = "required";
constexpr std::string_view plain = "off";
constexpr std::string_view identity_key = "identity";

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

unsigned number(std::string_view text, unsigned otherwise) {
  unsigned value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  return fault == std::errc{} && end == text.data() + text.size() ? value : otherwise;
}

/// As tools print it, "AB:CD:…", in the form that is compared.
std::string plain_fingerprint(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c != ':' && c != ' ') digits += ascii_lower(c);
  return digits;
}

/// One field: how it is asked, and what it is in an Account.
struct Setting {
  std::string_view name;  // of the field, and the key in the store
  std::string_view label;
  Field::Kind kind;
  std::string_view help;
  std::string (*get)(const Account&);
  void (*set)(Account&, std::string_view);
  unsigned most = 0;        // of a number
  bool is_sealed = false;   // may hold a secret, though it is shown
  bool is_address = false;  // of the server
  std::string_view pattern{};
};

constexpr Setting settings[] = {
    {"nick", "Nick", Field::Kind::text, "Empty: the one with which you enter the first room.",
     [](const Account& it) { return it.nick; }, [](Account& it, std::string_view value) { it.nick = value; }},
    {"alternates", "Other nicks", Field::Kind::text, "To be tried when it is taken, with spaces between.",
     [](const Account& it) { return joined(it.alternates, ' '); },
     [](Account& it, std::string_view value) { it.alternates = split_at(value, " ,"); }},
    {.name = "user_name",
     .label = "User name",
     .kind = Field::Kind::text,
     .help = "The part of your address before the @. Empty: made of the nick.",
     .get = [](const Account& it) { return it.user_name; },
     .set = [](Account& it, std::string_view value) { it.user_name = value; },
     .pattern = "[^ @!:]*"},
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
    {.name = "commands",
     .label = "Commands after the login",
     .kind = Field::Kind::lines,
     .help = "One line of IRC each, sent before rooms are joined.",
     .get = [](const Account& it) { return joined(it.commands, '\n'); },
     .set = [](Account& it, std::string_view value) { it.commands = split_at(value, "\n"); },
     .is_sealed = true},
    {"charset", "Charset", Field::Kind::text, "Of texts that are no UTF-8, such as KOI8-R. Empty: the network's.",
     [](const Account& it) { return it.charset; }, [](Account& it, std::string_view value) { it.charset = value; }},
    {"throttle", "Lines at once", Field::Kind::number, "More are sent one by one. 0: as the network is set.",
     [](const Account& it) { return std::to_string(it.throttle); },
     [](Account& it, std::string_view value) { it.throttle = std::min(number(value, 0), max_throttle); }, max_throttle},
    {"history", "History on entering", Field::Kind::number, "Messages to ask the network for, if it keeps any.",
     [](const Account& it) { return std::to_string(it.history); },
     [](Account& it, std::string_view value) { it.history = std::min(number(value, history_on_join), max_history); },
     max_history},
    {.name = "host",
     .label = "Server",
     .kind = Field::Kind::text,
     .help = "Its name or public address. Empty: the network's.",
     .get = [](const Account& it) { return it.host; },
     .set = [](Account& it, std::string_view value) { it.host = value; },
     .is_address = true},
    {.name = "port",
     .label = "Port",
     .kind = Field::Kind::number,
     .help = "0: the network's, or the usual one.",
     .get = [](const Account& it) { return std::to_string(it.port); },
     .set = [](Account& it,
               std::string_view value) { it.port = static_cast<std::uint16_t>(std::min(number(value, 0), max_port)); },
     .most = max_port,
     .is_address = true},
    {.name = "tls",
     .label = "Encryption",
     .kind = Field::Kind::choice,
     .help = "Without it, everybody on the way can read along, passwords too.",
     .get = [](const Account& it) { return it.tls; },
     .set = [](Account& it, std::string_view value) { it.tls = value; },
     .is_address = true},
    {.name = "fingerprint",
     .label = "Certificate",
     .kind = Field::Kind::text,
     .help = "SHA-256 of the only one to trust, 64 hexadecimal digits. Empty: whatever an authority vouches for.",
     .get = [](const Account& it) { return it.fingerprint; },
     .set = [](Account& it, std::string_view value) { it.fingerprint = plain_fingerprint(value); },
     .pattern = "(([0-9A-Fa-f][: ]*){64})?"},
};

/// Where in the form a page begins.
struct Page {
  std::string_view first;  // its first field
  std::string_view label;
};
constexpr Page pages[] = {
    {"nick", "Who you are"}, {"server_password", "Your account"}, {"commands", "How you talk"}, {"host", "The server"}};

std::vector<Field::Option> options_of(const Setting& setting) {
  if (setting.is_address)
    return {{"", "as the network is set"}, {std::string{secure}, "TLS"}, {std::string{plain}, "none"}};
  std::vector<Field::Option> options{{"", "no"}, {"auto", "with the best that the network has"}};
  for (const auto mechanism : {SaslMechanism::plain, SaslMechanism::scram_sha_256, SaslMechanism::external})
    options.push_back({std::string{to_text(mechanism)}, std::string{to_text(mechanism)}});
  return options;
}

FormProblem check_sasl(const Account& account) {
  const bool is_external = account.sasl == to_text(SaslMechanism::external);
  if (account.sasl.empty()) return {};
  if (is_external && account.identity.empty())
    return {"sasl", "There is no key pair yet: have one made by the command “certificate” first."};
  if (!is_external && account.sasl_password.empty() && (account.sasl != "auto" || account.identity.empty()))
    return {"sasl_password", "Logging in by SASL needs the account's password."};
  return {};
}

FormProblem check_server(const Account& account) {
  if (FormProblem problem = check_charset(account.charset); !problem.text.empty()) return problem;
  if (!account.host.empty() && !is_host_name(account.host))
    return {"host", "This is no host name and no IPv4 address."};
  const bool is_hex = account.fingerprint.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!account.fingerprint.empty() && (!is_hex || account.fingerprint.size() != fingerprint_digits))
    return {"fingerprint", "A SHA-256 fingerprint has 64 hexadecimal digits."};
  if (!account.fingerprint.empty() && account.tls == plain)
    return {"fingerprint", "Without encryption there is no certificate."};
  return {};
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
  FormProblem problem = check_sasl(account);
  return problem.text.empty() ? check_server(account) : problem;
}

}  // namespace

const std::shared_ptr<const Account>& no_account() {
  static const auto none = std::make_shared<const Account>();
  return none;
}

Form to_form(const Account& account, std::string_view network, bool any_host) {
  Form form{.title = "Settings for " + std::string{network},
            .instructions =
                "They count from the next connection on. A password that is left empty stays as it is; “-” "
                "removes it."};
  std::string_view page;
  for (const Setting& setting : settings) {
    const auto* begun = std::ranges::find(pages, setting.name, &Page::first);
    if (begun != std::end(pages)) page = begun->label;
    if (setting.is_address && !any_host) continue;
    Field field{.name = std::string{setting.name}, .label = std::string{setting.label}, .kind = setting.kind};
    field.help = setting.help;
    field.most = setting.most;
    field.pattern = setting.pattern;
    field.page = page;
    if (setting.kind == Field::Kind::choice) field.options = options_of(setting);
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

Account to_account(const Network::Own& own) {
  Account account;
  account.nick = own.nick;
  account.sasl_account = own.sasl_account;
  account.sasl_password = own.sasl_password;
  if (!own.sasl_password.empty()) account.sasl = "auto";
  account.history = 0;  // what was said before is no news for a link
  return account;
}

Network with_account(const Network& network, const Account& account, bool any_host) {
  Network own = network;
  const bool is_named = any_host && (!account.host.empty() || account.port != 0 || !account.tls.empty());
  if (is_named) {
    const Network unlisted;
    own.listed = false;
    own.password.clear();
    own.ca_file.clear();
    own.flood_burst = unlisted.flood_burst;
    own.flood_rate = unlisted.flood_rate;
    if (!account.host.empty()) own.host = account.host;
    if (!account.tls.empty()) own.tls = account.tls != plain;
    if (account.port != 0) {
      own.port = account.port;
    } else if (!account.host.empty() || own.tls != network.tls) {
      own.port = usual_port(own.tls);
    }
  }
  if (!account.server_password.empty()) own.password = account.server_password;
  if (account.throttle != 0) own.flood_burst = account.throttle;
  if (!account.charset.empty()) own.charset = named_charset(account.charset);
  own.fingerprint = account.fingerprint;
  own.identity = account.identity;
  add_charsets(own.channel_charsets, account.rooms);
  return own;
}

std::vector<StoredValue> to_stored(const Account& account) {
  static const Account standard;
  std::vector<StoredValue> values;
  for (const Setting& setting : settings) {
    std::string value = setting.get(account);
    if (value == setting.get(standard)) value.clear();
    values.push_back({setting.name, std::move(value), setting.kind == Field::Kind::secret || setting.is_sealed});
  }
  values.push_back({identity_key, account.identity, true});
  return values;
}

void take_stored(Account& account, std::string_view key, std::string_view value) {
  if (key == identity_key) {
    account.identity = value;
    return;
  }
  const auto* known = std::ranges::find(settings, key, &Setting::name);
  if (known != std::end(settings)) known->set(account, value);
}

}  // namespace isthmus::irc
