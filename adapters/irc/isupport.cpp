#include "adapters/irc/isupport.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "adapters/irc/bytes.hpp"

namespace isthmus::irc {

namespace {

// Ours: longer values are ignored. Real ones are a tenth of it, and every session keeps its own.
constexpr std::size_t max_value = 255;
constexpr std::uint16_t any_number = std::numeric_limits<std::uint16_t>::max();

std::optional<unsigned> number(std::string_view value) noexcept {
  unsigned result = 0;
  const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), result);
  if (fault != std::errc{} || end != value.data() + value.size()) return std::nullopt;
  return result;
}

void set_within(std::uint16_t& field, std::string_view value, unsigned least, unsigned most) noexcept {
  const auto given = number(value);
  if (given && *given >= least && *given <= most) field = static_cast<std::uint16_t>(*given);
}

// No value means "no limit", which is `none`; more than we can count to is as good.
void set_limit(std::uint16_t& field, std::string_view value, std::uint16_t none) noexcept {
  if (value.empty())
    field = none;
  else if (const auto given = number(value))
    field = static_cast<std::uint16_t>(std::min<unsigned>(*given, any_number));
}

std::optional<unsigned> hex_byte(std::string_view digits) noexcept {
  unsigned value = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (fault != std::errc{} || end != digits.data() + digits.size() || digits.size() != 2) return std::nullopt;
  return value;
}

std::string unescaped(std::string_view value) {
  std::string out;
  while (!value.empty()) {
    const auto byte = value.starts_with("\\x") ? hex_byte(value.substr(2, 2)) : std::nullopt;
    out += byte ? static_cast<char>(*byte) : value.front();
    value.remove_prefix(byte ? 4 : 1);
  }
  return out;
}

// "(ov)@+"; nothing: no prefix modes at all.
void set_prefix(Isupport& isupport, std::string_view value) {
  const auto close = value.find(')');
  const bool is_pair = value.starts_with('(') && close != std::string_view::npos && value.size() == 2 * close;
  if (!value.empty() && !is_pair) return;
  isupport.prefix_modes = value.empty() ? std::string_view{} : value.substr(1, close - 1);
  isupport.prefix_symbols = value.empty() ? std::string_view{} : value.substr(close + 1);
}

// "A,B,C,D"; what follows a fourth comma is of classes that do not exist yet.
void set_channel_modes(Isupport& isupport, std::string_view value) {
  const std::array<std::string*, 4> classes = {&isupport.list_modes, &isupport.setting_modes, &isupport.limit_modes,
                                               &isupport.flag_modes};
  for (std::string* const letters : classes) {
    const std::size_t comma = std::min(value.find(','), value.size());
    *letters = value.substr(0, comma);
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
  isupport.announces_modes = true;
}

// A token with a value as plain as a length, in bytes.
struct Length {
  std::string_view name;
  std::uint16_t Isupport::* field;
  unsigned least;
  unsigned most;
};

constexpr Length lengths[] = {
    {"NICKLEN", &Isupport::nick_length, 1, 512},
    {"USERLEN", &Isupport::user_length, 1, 512},
    {"HOSTLEN", &Isupport::host_length, 1, 512},
    {"CHANNELLEN", &Isupport::channel_length, 2, 512},
    {"TOPICLEN", &Isupport::topic_length, 1, max_incoming_line},
    {"KICKLEN", &Isupport::kick_length, 1, max_incoming_line},
    {"AWAYLEN", &Isupport::away_length, 1, max_incoming_line},
    {"KEYLEN", &Isupport::key_length, 1, 512},
    {"LINELEN", &Isupport::line_length, default_line_length, max_incoming_line},
};

struct Setter {
  std::string_view name;
  void (*set)(Isupport& isupport, std::string_view value);
  void (*reset)(Isupport& isupport, const Isupport& defaults);
};

constexpr Setter setters[] = {
    {"CASEMAPPING", [](Isupport& i, std::string_view v) { i.casemapping = parse_casemapping(v); },
     [](Isupport& i, const Isupport& d) { i.casemapping = d.casemapping; }},
    {"CHANTYPES", [](Isupport& i, std::string_view v) { i.channel_types = v; },
     [](Isupport& i, const Isupport& d) { i.channel_types = d.channel_types; }},
    {"PREFIX", set_prefix,
     [](Isupport& i, const Isupport& d) {
       i.prefix_modes = d.prefix_modes;
       i.prefix_symbols = d.prefix_symbols;
     }},
    {"CHANMODES", set_channel_modes,
     [](Isupport& i, const Isupport& d) {
       i.list_modes = d.list_modes;
       i.setting_modes = d.setting_modes;
       i.limit_modes = d.limit_modes;
       i.flag_modes = d.flag_modes;
       i.announces_modes = false;
     }},
    {"MODES", [](Isupport& i, std::string_view v) { set_limit(i.modes_per_line, v, 0); },
     [](Isupport& i, const Isupport& d) { i.modes_per_line = d.modes_per_line; }},
    {"MONITOR", [](Isupport& i, std::string_view v) { set_limit(i.monitor, v, any_number); },
     [](Isupport& i, const Isupport& d) { i.monitor = d.monitor; }},
    {"MAXTARGETS", [](Isupport& i, std::string_view v) { set_limit(i.max_targets, v, 0); },
     [](Isupport& i, const Isupport& d) { i.max_targets = d.max_targets; }},
    {"CHATHISTORY", [](Isupport& i, std::string_view v) { set_limit(i.chat_history, v, 0); },
     [](Isupport& i, const Isupport& d) { i.chat_history = d.chat_history; }},
    {"CLIENTTAGDENY", [](Isupport& i, std::string_view v) { i.denied_tags = v; },
     [](Isupport& i, const Isupport&) { i.denied_tags.clear(); }},
    {"BOT", [](Isupport& i, std::string_view v) { i.bot_flag = v.size() == 1 ? v.front() : '\0'; },
     [](Isupport& i, const Isupport& d) { i.bot_flag = d.bot_flag; }},
    {"TARGMAX", [](Isupport& i, std::string_view v) { i.target_limits = v; },
     [](Isupport& i, const Isupport&) { i.target_limits.clear(); }},
    {"STATUSMSG", [](Isupport& i, std::string_view v) { i.status_message = v; },
     [](Isupport& i, const Isupport&) { i.status_message.clear(); }},
    {"NETWORK", [](Isupport& i, std::string_view v) { i.network = unescaped(v); },
     [](Isupport& i, const Isupport&) { i.network.clear(); }},
    {"UTF8ONLY", [](Isupport& i, std::string_view) { i.utf8_only = true; },
     [](Isupport& i, const Isupport&) { i.utf8_only = false; }},
    {"WHOX", [](Isupport& i, std::string_view) { i.whox = true; },
     [](Isupport& i, const Isupport&) { i.whox = false; }},
    {"soju.im/SAFERATE", [](Isupport& i, std::string_view) { i.safe_rate = true; },
     [](Isupport& i, const Isupport&) { i.safe_rate = false; }},
};

ModeChange::Kind kind_of(const Isupport& isupport, char letter) noexcept {
  using enum ModeChange::Kind;
  const auto holds = [letter](const std::string& letters) { return letters.find(letter) != std::string::npos; };
  if (holds(isupport.prefix_modes)) return status;
  if (holds(isupport.list_modes)) return list;
  if (holds(isupport.setting_modes)) return setting;
  if (holds(isupport.limit_modes)) return limit;
  return flag;
}

bool takes_argument(ModeChange::Kind kind, bool add) noexcept {
  return kind != ModeChange::Kind::flag && (kind != ModeChange::Kind::limit || add);
}

}  // namespace

void Isupport::add(const Line& line) {
  // The first parameter is our nick, the last the text; a server that leaves the text out has a token there.
  for (std::size_t i = 1; i < line.count; ++i) {
    const std::string_view token = line.values[i];
    if (token.find(' ') == std::string_view::npos) add_token(token);
  }
}

void Isupport::add_token(std::string_view token) {
  static const Isupport defaults;
  const bool negated = token.starts_with('-');
  if (negated) token.remove_prefix(1);
  const std::size_t equals = std::min(token.find('='), token.size());
  const std::string_view name = token.substr(0, equals);
  const std::string_view value = token.substr(std::min(equals + 1, token.size()));
  if (value.size() > max_value) return;

  if (const auto* const length = std::ranges::find(lengths, name, &Length::name); length != std::end(lengths)) {
    if (negated)
      this->*length->field = defaults.*length->field;
    else
      set_within(this->*length->field, value, length->least, length->most);
    return;
  }
  const auto* const setter = std::ranges::find(setters, name, &Setter::name);
  if (setter == std::end(setters)) return;
  if (negated)
    setter->reset(*this, defaults);
  else
    setter->set(*this, value);
}

bool Isupport::is_channel(std::string_view target) const noexcept {
  return !target.empty() && channel_types.find(target.front()) != std::string::npos;
}

std::string_view Isupport::channel_of(std::string_view target) const noexcept {
  // '+' may be both a prefix and a channel type: "+#chan" is a channel's voiced, "+chan" a channel.
  const bool has_symbol = !target.empty() && status_message.find(target.front()) != std::string::npos;
  return has_symbol && is_channel(target.substr(1)) ? target.substr(1) : target;
}

std::optional<std::size_t> Isupport::rank_of_mode(char letter) const noexcept {
  const std::size_t rank = prefix_modes.find(letter);
  return rank == std::string::npos ? std::nullopt : std::optional{rank};
}

std::optional<std::size_t> Isupport::rank_of_symbol(char symbol) const noexcept {
  const std::size_t rank = prefix_symbols.find(symbol);
  return rank == std::string::npos ? std::nullopt : std::optional{rank};
}

std::uint16_t Isupport::targets(std::string_view command) const noexcept {
  std::string_view rest = target_limits;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view item = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    const std::size_t colon = std::min(item.find(':'), item.size());
    if (item.substr(0, colon) != command) continue;
    std::uint16_t limit = max_targets;
    set_limit(limit, item.substr(std::min(colon + 1, item.size())), 0);
    return limit;
  }
  return max_targets;
}

bool Isupport::allows_tag(std::string_view key) const noexcept {
  bool allowed = true;
  std::string_view rest = denied_tags;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view item = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    if (item == "*" || item == key) allowed = false;
    if (item.starts_with('-') && item.substr(1) == key) allowed = true;
  }
  return allowed;
}

std::shared_ptr<const Isupport> IsupportTable::share(Isupport isupport) {
  std::erase_if(shared_, [](const auto& known) { return known.expired(); });
  for (const auto& known : shared_)
    if (auto same = known.lock(); *same == isupport) return same;
  // Not make_shared: what is out of use frees its memory though it is still listed.
  std::shared_ptr<const Isupport> added{new Isupport(std::move(isupport))};
  shared_.push_back(added);
  return added;
}

std::size_t IsupportTable::size() const noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(shared_, [](const auto& known) { return !known.expired(); }));
}

NamesItem parse_names_item(const Isupport& isupport, std::string_view item) noexcept {
  NamesItem result;
  const std::size_t begin = std::min(item.find_first_not_of(isupport.prefix_symbols), item.size());
  result.symbols = item.substr(0, begin);
  item.remove_prefix(begin);
  if (const auto mark = item.find('!'); mark != std::string_view::npos) {
    const std::string_view address = item.substr(mark + 1);
    const std::size_t at = std::min(address.rfind('@'), address.size());
    result.user = address.substr(0, at);
    result.host = address.substr(std::min(at + 1, address.size()));
    item = item.substr(0, mark);
  }
  result.nick = item;
  return result;
}

void parse_modes(const Isupport& isupport, std::span<const std::string_view> parameters,
                 std::vector<ModeChange>& changes) {
  if (parameters.empty()) return;
  auto arguments = parameters.subspan(1);
  bool add = true;
  for (const char c : parameters.front()) {
    if (c == '+' || c == '-') {
      add = c == '+';
      continue;
    }
    ModeChange change{kind_of(isupport, c), add, c, {}};
    if (takes_argument(change.kind, add)) {
      if (!arguments.empty()) {
        change.argument = arguments.front();
        arguments = arguments.subspan(1);
      } else if (change.kind != ModeChange::Kind::list) {
        continue;
      }
    }
    changes.push_back(change);
  }
}

}  // namespace isthmus::irc
