#include "xmpp/person_queries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <utility>
#include <vector>

#include "xmpp/muc_writer.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

using namespace std::chrono_literals;

void write_vcard(StanzaWriter& out, const Reply& reply, const Request::Question& answered, const Avatar& avatar) {
  const auto& profile = std::get<ReadProfile>(answered).found;
  open_result(out, reply);
  out.open("vCard", ns::vcard);
  out.leaf("FN", profile.full_name.empty() ? profile.name : profile.full_name);
  out.leaf("NICKNAME", profile.name);
  if (const auto text = profile_text(profile); !text.empty()) out.leaf("DESC", text);
  write_photo(out, avatar);
  out.close().close();
}

void write_last_activity(StanzaWriter& out, const Reply& reply, const Request::Question& answered) {
  const auto& profile = std::get<ReadProfile>(answered).found;
  if (!profile.idle_seconds) {
    return write_error(out, "iq", reply,
                       {Condition::service_unavailable, Remedy::cancel, "Nobody tells how long they are idle.", {}});
  }
  open_result(out, reply);
  out.open("query", ns::last_activity).attribute("seconds", std::to_string(*profile.idle_seconds)).text(profile.away);
  out.close().close();
}

void write_pong(StanzaWriter& out, const Reply& reply, const Request::Question&) {
  open_result(out, reply);
  out.close();
}

void write_version(StanzaWriter& out, const Reply& reply, const Request::Question& answered) {
  // Free text: where its name ends nobody can say.
  open_result(out, reply);
  out.open("query", ns::version).leaf("name", std::get<AskClient>(answered).answer).open("version").close();
  out.close().close();
}

void write_time(StanzaWriter& out, const Reply& reply, const Request::Question& answered) {
  const auto& answer = std::get<AskClient>(answered).answer;
  const auto time = parse_time_answer(answer);
  if (!time) {
    return write_error(out, "iq", reply, {Condition::feature_not_implemented, Remedy::cancel, answer, {}});
  }
  const auto east = time->zone.count();
  open_result(out, reply);
  out.open("time", ns::time);
  out.leaf("tzo", fmt::format("{}{:02}:{:02}", east < 0 ? '-' : '+', std::abs(east) / 60, std::abs(east) % 60));
  out.leaf("utc", to_timestamp(time->utc));
  out.close().close();
}

PersonQuestion ask_client(AskClient::What what, Requests::Render render) {
  return {AskClient{what, {}}, std::move(render)};
}

// --- Times.

/// Reads from the front of a text.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_{text} {}
  /// A number of that many digits.
  std::optional<int> number(std::size_t least, std::size_t most) {
    std::size_t digits = 0;
    while (digits < most && digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9') ++digits;
    if (digits < least) return std::nullopt;
    int value = 0;
    std::from_chars(rest_.data(), rest_.data() + digits, value);
    rest_.remove_prefix(digits);
    return value;
  }
  bool skip(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  std::string_view take(std::size_t bytes) {
    const auto taken = rest_.substr(0, bytes);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  bool is_at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

/// "+01:00", "-0330", "Z", "UTC", "GMT", to the end.
std::optional<std::chrono::minutes> read_zone(Cursor& text) {
  if (text.skip("Z") || text.skip("UTC") || text.skip("GMT")) {
    return text.is_at_end() ? std::optional{0min} : std::nullopt;
  }
  const bool is_west = text.skip("-");
  if (!is_west && !text.skip("+")) return std::nullopt;
  const auto hours = text.number(2, 2);
  text.skip(":");
  const auto minutes = text.number(2, 2);
  if (!hours || !minutes || *hours > 14 || *minutes > 59 || !text.is_at_end()) return std::nullopt;
  const auto offset = *hours * 60min + *minutes * 1min;
  return is_west ? -offset : offset;
}

struct TimeOfDay {
  int hour = 0;
  int minute = 0;
  int second = 0;
};

/// "12:00:00"; a fraction of a second is passed over.
std::optional<TimeOfDay> read_time_of_day(Cursor& text) {
  const auto hour = text.number(2, 2);
  if (!hour || !text.skip(":")) return std::nullopt;
  const auto minute = text.number(2, 2);
  if (!minute || !text.skip(":")) return std::nullopt;
  const auto second = text.number(2, 2);
  if (text.skip(".") && !text.number(1, 9)) return std::nullopt;
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return TimeOfDay{*hour, *minute, *second};
}

std::optional<ZonedTime> zoned(std::chrono::year_month_day date, TimeOfDay at, Cursor& rest) {
  rest.skip(" ");
  const auto zone = read_zone(rest);
  if (!zone || !date.ok()) return std::nullopt;
  const auto local = std::chrono::sys_days{date} + at.hour * 1h + at.minute * 1min + at.second * 1s;
  return ZonedTime{local - *zone, *zone};
}

std::optional<ZonedTime> parse_iso(Cursor text) {
  const auto year = text.number(4, 4);
  if (!year || !text.skip("-")) return std::nullopt;
  const auto month = text.number(2, 2);
  if (!month || !text.skip("-")) return std::nullopt;
  const auto day = text.number(2, 2);
  if (!day || !(text.skip("T") || text.skip(" "))) return std::nullopt;
  const auto at = read_time_of_day(text);
  if (!at) return std::nullopt;
  return zoned(std::chrono::year{*year} / *month / *day, *at, text);
}

std::optional<ZonedTime> parse_mail_date(Cursor text) {
  static constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  static constexpr std::array<std::string_view, 7> days{"Mon, ", "Tue, ", "Wed, ", "Thu, ", "Fri, ", "Sat, ", "Sun, "};
  static_cast<void>(std::ranges::any_of(days, [&](std::string_view day) { return text.skip(day); }));
  const auto day = text.number(1, 2);
  if (!day || !text.skip(" ")) return std::nullopt;
  const auto month = std::ranges::find(months, text.take(3));
  if (month == months.end() || !text.skip(" ")) return std::nullopt;
  const auto year = text.number(4, 4);
  if (!year || !text.skip(" ")) return std::nullopt;
  const auto at = read_time_of_day(text);
  if (!at) return std::nullopt;
  return zoned(std::chrono::year{*year} / static_cast<int>(month - months.begin() + 1) / *day, *at, text);
}

// --- Profiles.

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, " ")); }

/// "2 d 3 h", "3 h 4 min", "4 min", "5 s".
std::string idle_text(std::uint64_t seconds) {
  const auto minutes = seconds / 60;
  const auto hours = minutes / 60;
  if (hours >= 24) return fmt::format("{} d {} h", hours / 24, hours % 24);
  if (hours > 0) return fmt::format("{} h {} min", hours, minutes % 60);
  if (minutes > 0) return fmt::format("{} min", minutes);
  return fmt::format("{} s", seconds);
}

}  // namespace

std::optional<PersonQuestion> person_question(pugi::xml_node iq, const Avatar& avatar) {
  using What = AskClient::What;
  if (child(iq, ns::vcard, "vCard")) {
    return PersonQuestion{ReadProfile{}, [&avatar](StanzaWriter& out, const Reply& reply, const auto& answered) {
                            write_vcard(out, reply, answered, avatar);
                          }};
  }
  if (child(iq, ns::last_activity, "query")) return PersonQuestion{ReadProfile{}, write_last_activity};
  if (child(iq, ns::ping, "ping")) return ask_client(What::ping, write_pong);
  if (child(iq, ns::version, "query")) return ask_client(What::version, write_version);
  if (child(iq, ns::time, "time")) return ask_client(What::time, write_time);
  return std::nullopt;
}

std::string profile_text(const Profile& profile) {
  std::vector<std::string> lines;
  const auto add = [&](std::string_view label, const std::string& what) {
    if (!what.empty()) lines.push_back(fmt::format("{}: {}", label, what));
  };
  add("Address", profile.address);
  add("Server", profile.service);
  add("Account", profile.account);
  add("Channels", joined(profile.rooms));
  if (profile.is_away) add("Away", profile.away.empty() ? "yes" : profile.away);
  if (profile.idle_seconds) add("Idle", idle_text(*profile.idle_seconds));
  if (profile.since) add("Connected since", to_timestamp(*profile.since));
  if (profile.is_operator) lines.emplace_back("Operator of the network");
  if (profile.is_bot) lines.emplace_back("Bot");
  if (profile.is_secure) lines.emplace_back("Encrypted connection");
  lines.insert(lines.end(), profile.other.begin(), profile.other.end());
  return fmt::format("{}", fmt::join(lines, "\n"));
}

std::optional<ZonedTime> parse_time_answer(std::string_view text) {
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (const auto time = parse_iso(Cursor{text})) return time;
  return parse_mail_date(Cursor{text});
}

}  // namespace isthmus::xmpp
