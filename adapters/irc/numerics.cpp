#include "adapters/irc/numerics.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string>

#include "adapters/irc/bytes.hpp"
#include "adapters/irc/charset.hpp"
#include "adapters/irc/replies.hpp"

namespace isthmus::irc {

namespace {

using enum Condition;

struct Row {
  Numeric numeric;
  std::optional<Asked> asked;  // empty: whatever was asked
  Condition condition;
  Remedy remedy;
};

// The first row that fits counts.
constexpr Row rows[] = {
    {ERR_UNAVAILRESOURCE, Asked::join, resource_constraint, Remedy::wait},
    {ERR_UNAVAILRESOURCE, {}, conflict, Remedy::cancel},
    {ERR_NEEDREGGEDNICK, Asked::mode, feature_not_implemented, Remedy::cancel},  // RFC 2812 §5.2: ERR_NOCHANMODES
    {ERR_NEEDREGGEDNICK, {}, registration_required, Remedy::auth},
    {ERR_SECUREONLYCHAN, Asked::message, forbidden, Remedy::auth},  // ERR_VOICENEEDED on Undernet
    {ERR_SECUREONLYCHAN, {}, not_acceptable, Remedy::cancel},
    {ERR_ISCHANSERVICE, Asked::kick, not_allowed, Remedy::cancel},  // XEP-0045 §8.2: one of higher rank

    {RPL_TRYAGAIN, {}, resource_constraint, Remedy::wait},
    {ERR_NOSUCHNICK, {}, item_not_found, Remedy::cancel},
    {ERR_NOSUCHSERVER, {}, item_not_found, Remedy::cancel},
    {ERR_NOSUCHCHANNEL, {}, item_not_found, Remedy::cancel},
    {ERR_CANNOTSENDTOCHAN, {}, forbidden, Remedy::auth},
    {ERR_TOOMANYCHANNELS, {}, resource_constraint, Remedy::wait},
    {ERR_WASNOSUCHNICK, {}, item_not_found, Remedy::cancel},
    {ERR_TOOMANYTARGETS, {}, bad_request, Remedy::modify},
    {ERR_CANNOTSENDFORMATTED, {}, forbidden, Remedy::auth},
    {ERR_NORECIPIENT, {}, bad_request, Remedy::modify},
    {ERR_NOTEXTTOSEND, {}, bad_request, Remedy::modify},
    {ERR_INPUTTOOLONG, {}, policy_violation, Remedy::modify},
    {ERR_UNKNOWNCOMMAND, {}, feature_not_implemented, Remedy::cancel},
    {ERR_NONICKNAMEGIVEN, {}, bad_request, Remedy::modify},
    {ERR_ERRONEUSNICKNAME, {}, not_acceptable, Remedy::modify},
    {ERR_NICKNAMEINUSE, {}, conflict, Remedy::cancel},
    {ERR_NICKCOLLISION, {}, conflict, Remedy::cancel},
    {ERR_NICKTOOFAST, {}, resource_constraint, Remedy::wait},
    {ERR_TARGETTOOFAST, {}, resource_constraint, Remedy::wait},
    {ERR_USERNOTINCHANNEL, {}, item_not_found, Remedy::cancel},
    {ERR_NOTONCHANNEL, {}, not_acceptable, Remedy::cancel},
    {ERR_USERONCHANNEL, {}, conflict, Remedy::cancel},
    {ERR_CANTCHANGENICK, {}, not_allowed, Remedy::cancel},
    {ERR_NEEDMOREPARAMS, {}, bad_request, Remedy::modify},
    {ERR_PASSWDMISMATCH, {}, not_authorized, Remedy::auth},
    {ERR_YOUREBANNEDCREEP, {}, forbidden, Remedy::cancel},
    {ERR_KEYSET, {}, conflict, Remedy::cancel},
    {ERR_INVALIDKEY, {}, not_acceptable, Remedy::modify},
    {ERR_INVALIDMODEPARAM, {}, not_acceptable, Remedy::modify},
    {ERR_BADCHANNEL, {}, forbidden, Remedy::auth},
    {ERR_CANNOTCHANGECHANMODE, {}, forbidden, Remedy::auth},
    {ERR_LINKCHANNEL, {}, redirect, Remedy::modify},
    {ERR_CHANNELISFULL, {}, service_unavailable, Remedy::wait},
    {ERR_UNKNOWNMODE, {}, feature_not_implemented, Remedy::cancel},
    {ERR_INVITEONLYCHAN, {}, registration_required, Remedy::auth},
    {ERR_BANNEDFROMCHAN, {}, forbidden, Remedy::auth},
    {ERR_BADCHANNELKEY, {}, not_authorized, Remedy::auth},
    {ERR_BADCHANMASK, {}, jid_malformed, Remedy::modify},
    {ERR_BANLISTFULL, {}, resource_constraint, Remedy::wait},
    {ERR_THROTTLE, {}, not_acceptable, Remedy::cancel},
    {ERR_NOPRIVILEGES, {}, forbidden, Remedy::auth},
    {ERR_CHANOPRIVSNEEDED, {}, forbidden, Remedy::auth},
    {ERR_ISCHANSERVICE, {}, forbidden, Remedy::auth},
    {ERR_UNIQOPPRIVSNEEDED, {}, forbidden, Remedy::auth},
    {ERR_NONONREG, {}, registration_required, Remedy::auth},
    {ERR_CHANOWNPRIVNEEDED, {}, forbidden, Remedy::auth},
    {ERR_CANTSENDTOUSER, {}, forbidden, Remedy::auth},
    {RPL_TARGUMODEG, {}, forbidden, Remedy::auth},
    {ERR_MONLISTFULL, {}, resource_constraint, Remedy::wait},
    {ERR_NICKLOCKED, {}, not_authorized, Remedy::auth},
    {ERR_SASLFAIL, {}, not_authorized, Remedy::auth},
    {ERR_SASLTOOLONG, {}, not_authorized, Remedy::auth},
    {ERR_SASLABORTED, {}, not_authorized, Remedy::auth},
    {RPL_SASLMECHS, {}, not_authorized, Remedy::auth},
};

// FAIL <command> <code> [<context>…] :<text> (IRCv3 standard-replies)
struct FailRow {
  std::string_view code;
  Condition condition;
  Remedy remedy;
};

constexpr FailRow fail_rows[] = {
    {"ACCOUNT_REQUIRED", registration_required, Remedy::auth},
    {"NEED_REGISTRATION", registration_required, Remedy::auth},
    {"RATE_LIMITED", resource_constraint, Remedy::wait},
    {"INVALID_UTF8", bad_request, Remedy::modify},
    {"INVALID_PARAMS", bad_request, Remedy::modify},
    {"NEED_MORE_PARAMS", bad_request, Remedy::modify},
    {"UNKNOWN_COMMAND", feature_not_implemented, Remedy::cancel},
    {"INVALID_TARGET", item_not_found, Remedy::cancel},
    {"UNKNOWN_MSGID", item_not_found, Remedy::cancel},
    {"REDACT_FORBIDDEN", forbidden, Remedy::auth},
    {"REDACT_WINDOW_EXPIRED", forbidden, Remedy::auth},
    {"CHANNEL_RENAMED", redirect, Remedy::modify},
    {"MULTILINE_MAX_BYTES", policy_violation, Remedy::modify},
    {"MULTILINE_MAX_LINES", policy_violation, Remedy::modify},
    {"MULTILINE_INVALID_TARGET", policy_violation, Remedy::modify},
    {"MULTILINE_INVALID", policy_violation, Remedy::modify},
};

std::string text_of(std::string_view bytes) {
  std::string buffer;
  const std::string_view text = plain_text(bytes, buffer);
  return std::string{text.empty() ? "the IRC server refused it and gave no reason" : text};
}

bool holds_any(std::string_view text, std::span<const std::string_view> words) noexcept {
  return std::ranges::any_of(words, [text](std::string_view word) { return contains_ignoring_case(text, word); });
}

constexpr std::string_view throttle_words[] = {"throttl", "too many", "too fast", "too quickly", "try again later"};
constexpr std::string_view ban_words[] = {"k-line", "kline",  "k:line", "g-line", "gline", "g:line", "z-line",
                                          "zline",  "z:line", "d-line", "dline",  "akill", "banned"};

bool is_fail(const Line& line) noexcept { return line.command == "FAIL"; }

Refusal refusal_of_fail(const Line& line) {
  const auto* const row = std::ranges::find(fail_rows, line.param(1), &FailRow::code);
  if (row == std::end(fail_rows)) return {undefined_condition, Remedy::cancel, text_of(line.last()), {}};
  // FAIL JOIN CHANNEL_RENAMED <old> <new> (draft/channel-rename)
  const bool is_renamed = row->condition == redirect && line.count > 4;
  return {row->condition, row->remedy, text_of(line.last()), std::string{is_renamed ? line.param(3) : ""}};
}

Refusal refusal_of_numeric(const Line& line, Asked asked) {
  const auto* const row = std::ranges::find_if(rows, [&](const Row& candidate) {
    return candidate.numeric == line.numeric && (!candidate.asked || *candidate.asked == asked);
  });
  Refusal why{undefined_condition, Remedy::cancel, text_of(line.last()), {}};
  if (row != std::end(rows)) {
    why.condition = row->condition;
    why.remedy = row->remedy;
  }
  return why;
}

}  // namespace

std::optional<Refusal> refusal(const Line& line, Asked asked) {
  if (is_fail(line)) return refusal_of_fail(line);
  if (!is_error(line.numeric)) return std::nullopt;
  Refusal why = refusal_of_numeric(line, asked);
  switch (line.numeric) {
    case ERR_LINKCHANNEL:  // <nick> <channel> <the other channel> :text
      why.alternate = line.count > 3 ? line.param(2) : std::string_view{};
      break;
    case ERR_NEEDREGGEDNICK:
      if (why.condition == registration_required)
        why.text += " (log in to an account of the network first: NickServ, SASL)";
      break;
    case ERR_THROTTLE:  // "joining too fast" on one family of servers, "TLS only" on another
      if (holds_any(line.last(), throttle_words)) {
        why.condition = resource_constraint;
        why.remedy = Remedy::wait;
      }
      break;
    default: break;
  }
  return why;
}

bool is_permanent(const Line& line) noexcept {
  if (is_fail(line)) return line.param(1) == "ACCOUNT_REQUIRED" || line.param(1) == "NEED_REGISTRATION";
  switch (line.numeric) {
    case ERR_ERRONEUSNICKNAME:
    case ERR_PASSWDMISMATCH:
    case ERR_YOUREBANNEDCREEP:
    case ERR_NICKLOCKED:
    case ERR_SASLFAIL:
    case ERR_SASLTOOLONG:
    case ERR_SASLABORTED:
    case RPL_SASLMECHS: return true;
    default: return false;
  }
}

Farewell farewell(std::string_view text) noexcept {
  if (holds_any(text, ban_words)) return Farewell::banned;
  if (holds_any(text, throttle_words)) return Farewell::throttled;
  if (contains_ignoring_case(text, "password")) return Farewell::denied;
  return Farewell::ordinary;
}

Refusal refusal_of_error(std::string_view text) {
  switch (farewell(text)) {
    case Farewell::banned: return {forbidden, Remedy::cancel, text_of(text), {}};
    case Farewell::denied: return {not_authorized, Remedy::auth, text_of(text), {}};
    case Farewell::throttled: return {resource_constraint, Remedy::wait, text_of(text), {}};
    case Farewell::ordinary: break;
  }
  return {service_unavailable, Remedy::wait, text_of(text), {}};
}

}  // namespace isthmus::irc
