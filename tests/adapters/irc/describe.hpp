#pragma once
// Events in a few words, for transcripts.
#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/model/event.hpp"

namespace isthmus::irc::test {

inline std::string unescaped(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      bytes += text[i];
      continue;
    }
    const char kind = text[++i];
    if (kind == 'x' && i + 2 < text.size()) {
      bytes += static_cast<char>(std::stoi(std::string{text.substr(i + 1, 2)}, nullptr, 16));
      i += 2;
    } else {
      bytes += kind == 'n' ? '\n' : kind == 'r' ? '\r' : kind;
    }
  }
  return bytes;
}

inline std::string escaped(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      text += "\\n";
    } else if (c == '\r') {
      text += "\\r";
    } else if (byte < 0x20 || byte == 0x7f) {
      text.append("\\x").append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
    } else {
      text += c;
    }
  }
  return text;
}

inline std::string_view name_of(Affiliation affiliation) {
  constexpr std::string_view names[] = {"none", "outcast", "member", "admin", "owner"};
  return names[static_cast<std::size_t>(affiliation)];
}
inline std::string_view name_of(Role role) {
  constexpr std::string_view names[] = {"none", "visitor", "participant", "moderator"};
  return names[static_cast<std::size_t>(role)];
}
inline std::string_view name_of(Change::Kind kind) {
  constexpr std::string_view names[] = {"join", "leave", "quit", "kick", "rename", "standing", "lost"};
  return names[static_cast<std::size_t>(kind)];
}
inline std::string_view name_of(Style style) {
  constexpr std::string_view names[] = {"says", "acts", "notes"};
  return names[static_cast<std::size_t>(style)];
}

inline std::string to_text(const Presence& presence) {
  constexpr std::string_view names[] = {"gone", "available", "chat", "away", "xa", "dnd"};
  std::string text{names[static_cast<std::size_t>(presence.show)]};
  return presence.status.empty() ? text : text + ": " + escaped(presence.status);
}

inline std::string to_text(const Member& member) {
  std::string text = member.name;
  text.append("(").append(name_of(member.affiliation)).append("/").append(name_of(member.role));
  if (!member.address.empty()) text.append(" ").append(member.address);
  if (!member.account.empty()) text.append(" account=").append(member.account);
  if (!member.privileges.empty()) text.append(" has=").append(member.privileges);
  if (member.is_bot) text += " bot";
  if (member.presence) text.append(" ").append(to_text(*member.presence));
  return text + ")";
}

inline std::string to_text(const Change& change) {
  std::string text{name_of(change.kind)};
  if (change.self) text += " self";
  if (change.banned) text += " banned";
  text += " " + to_text(change.who);
  if (!change.new_name.empty()) text += " -> " + change.new_name;
  if (!change.by.empty()) text += " by " + change.by;
  if (!change.reason.empty()) text += ": " + escaped(change.reason);
  return text;
}

inline std::string to_text(const Refusal& why) {
  std::string text{isthmus::to_text(why.condition)};
  text.append("/").append(isthmus::to_text(why.remedy));
  if (!why.alternate.empty()) text += " -> " + why.alternate;
  return text + ": " + escaped(why.text);
}

inline std::string to_text(const Message& message) {
  constexpr std::string_view kinds[] = {"bold", "italic", "underline", "strike", "code", "code_block", "quote"};
  std::string text{name_of(message.style)};
  if (message.only_for) text += " only for " + *message.only_for;
  if (message.reply) text += " (to " + message.reply->to.id + ")";
  for (const Span& span : message.spans) {
    text.append(" [").append(kinds[static_cast<std::size_t>(span.kind)]).append(" ").append(std::to_string(span.begin));
    text.append("-").append(std::to_string(span.end)).append("]");
  }
  return text + ": " + escaped(message.text);
}

inline std::string to_text(const RoomInfo& info) {
  if (!info.moved_to.empty()) return "moved to " + info.moved_to;
  if (!info.subject) return info.settings_changed ? "settings" : "nothing";
  std::string text = "subject";
  if (!info.subject->by.empty()) text += " by " + info.subject->by;
  if (info.subject->at) text += " at " + std::to_string(std::chrono::system_clock::to_time_t(*info.subject->at));
  return text + ": " + escaped(info.subject->text);
}

inline std::string to_text(const RoomSettings& settings) {
  std::string text;
  const auto flag = [&](std::string_view name, const std::optional<bool>& value) {
    if (value) text.append(" ").append(*value ? "+" : "-").append(name);
  };
  flag("members_only", settings.members_only);
  flag("moderated", settings.moderated);
  flag("hidden", settings.hidden);
  flag("subject_locked", settings.subject_locked);
  if (settings.password) text += " password=" + *settings.password;
  if (settings.max_members) text += " max=" + std::to_string(*settings.max_members);
  if (settings.other) text += " other=" + *settings.other;
  return text;
}

inline std::string to_text(const Profile& profile) {
  std::string text = profile.name + " \"" + escaped(profile.full_name) + "\" " + profile.address;
  if (!profile.service.empty()) text += " on " + profile.service;
  if (!profile.account.empty()) text += " account=" + profile.account;
  if (profile.is_away) text += " away=" + profile.away;
  if (profile.is_operator) text += " operator";
  if (profile.is_bot) text += " bot";
  if (profile.is_secure) text += " secure";
  if (profile.idle_seconds) text += " idle=" + std::to_string(*profile.idle_seconds);
  if (profile.since) text += " since=" + std::to_string(std::chrono::system_clock::to_time_t(*profile.since));
  for (const std::string& room : profile.rooms) text += " in=" + room;
  for (const std::string& line : profile.other) text += " | " + escaped(line);
  return text;
}

/// What was asked, and what was answered.
inline std::string to_text(const Request& request) {
  return std::visit(
      overloaded{
          [](const Moderate&) { return std::string{"moderate"}; },
          [](const ReadStandings& it) {
            std::string text = "standings";
            for (const auto& entry : it.found) {
              text.append(" ").append(entry.who).append("(").append(name_of(entry.affiliation)).append("/");
              text.append(name_of(entry.role)).append(entry.by.empty() ? "" : " by " + entry.by).append(")");
            }
            return text;
          },
          [](const ReadSettings& it) {
            std::string text = "settings" + to_text(it.found);
            if (it.members) text += " members=" + std::to_string(*it.members);
            return it.name.empty() ? text : text + " name=" + it.name;
          },
          [](const ChangeSettings&) { return std::string{"change-settings"}; },
          [](const ReadDirectory& it) {
            std::string text = "directory";
            if (it.found == nullptr) return text;
            for (const auto& room : it.found->rooms)
              text += " " + room.name + "=" + std::to_string(room.members) + ":" + escaped(room.subject);
            return text;
          },
          [](const ReadProfile& it) { return "profile " + to_text(it.found); },
          [](const AskClient& it) { return "ask-client " + it.answer; },
          [](const ReadValue&) { return std::string{"value"}; },
          [](const PublishValue&) { return std::string{"publish"}; },
          [](const WatchValues&) { return std::string{"watch-values"}; },
          [](const ReadBranch&) { return std::string{"branch"}; },
      },
      request.what);
}

/// The payload in a few words.
inline std::string to_text(const Payload& what, const Actor& actor) {
  std::string who = actor.name.empty() ? "-" : actor.name;
  if (!actor.address.empty()) who += "!" + actor.address;
  if (!actor.account.empty()) who += " account=" + actor.account;
  return std::visit(overloaded{
                        [&](const Message& message) { return who + " " + to_text(message); },
                        [&](const Edit& edit) { return who + " edits " + edit.target.id + " " + to_text(edit.now); },
                        [&](const Retract& it) {
                          return who + (it.moderated ? " moderates " : " retracts ") + it.target.id + ": " +
                                 escaped(it.reason);
                        },
                        [&](const Reactions& it) {
                          std::string text = who + " reacts to " + it.target.id + ":";
                          for (const std::string& emoji : it.emoji) text += " " + emoji;
                          return text;
                        },
                        [&](const Typing& it) {
                          constexpr std::string_view states[] = {" is idle", " is composing", " paused"};
                          return who + std::string{states[static_cast<std::size_t>(it.state)]};
                        },
                        [&](const Displayed& it) {
                          std::string text = who + " has seen " + it.up_to.id;
                          if (it.at) text += " at " + std::to_string(std::chrono::system_clock::to_time_t(*it.at));
                          return text;
                        },
                        [&](const Presence& presence) { return who + " is " + to_text(presence); },
                        [&](const Watch& watch) { return std::string{watch.on ? "watch" : "unwatch"}; },
                        [](const NewValue&) { return std::string{"value"}; },
                        [](const Membership& membership) {
                          // The order of standings says nothing: they are sorted, as the members of a roster are.
                          std::vector<std::string> texts;
                          for (const Change& change : membership.changes) texts.push_back(to_text(change));
                          if (membership.changes.front().kind == Change::Kind::standing) std::ranges::sort(texts);
                          std::string text;
                          for (const std::string& one : texts) text += (text.empty() ? "" : "; ") + one;
                          return text;
                        },
                        [](const Roster& roster) {
                          std::vector<std::string> members;
                          members.reserve(roster.members.size());
                          for (const Member& member : roster.members) members.push_back(to_text(member));
                          std::ranges::sort(members);
                          std::string text = "roster of " + roster.self + ":";
                          for (const std::string& member : members) text += " " + member;
                          return text;
                        },
                        [](const RoomInfo& info) { return to_text(info); },
                        [&](const Invitation& it) {
                          return who + " invites " + (it.who.empty() ? "us" : it.who) + ": " + escaped(it.reason);
                        },
                        [](const Request& request) { return to_text(request); },
                        [](const LinkState& link) {
                          std::string text = link.state == LinkState::State::up ? "up" : "down";
                          if (link.retrying) text += ", retrying";
                          return link.reason.empty() ? text : text + ": " + link.reason;
                        },
                    },
                    what);
}

}  // namespace isthmus::irc::test
