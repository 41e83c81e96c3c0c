#include "tests/support/fake_adapter.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace isthmus::test {
namespace {

std::string lower(std::string_view text) {
  std::string result{text};
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

std::string_view kind_of(const Change& change) {
  static constexpr std::string_view names[] = {"join", "leave", "quit", "kick", "rename", "standing", "lost"};
  return names[static_cast<std::size_t>(change.kind)];
}

std::string place_text(const Conversation& place) {
  return place.native.empty() ? place.network.str() : place.native.str() + "%" + place.network.str();
}

}  // namespace

Answer<Conversation> FakeAddressBook::parse(std::string_view text) const {
  const auto percent = text.rfind('%');
  if (text.empty()) return Conversation{id_, PlaceKind::gateway, {}, {}};
  if (percent == std::string_view::npos && text.starts_with('#')) {
    return Refusal{Condition::item_not_found, Remedy::cancel, "name%network", {}};
  }
  if (percent == std::string_view::npos) return Conversation{id_, PlaceKind::network, names_.intern(lower(text)), {}};
  const auto name = text.substr(0, percent);
  const auto kind = name.starts_with('#') ? PlaceKind::room : PlaceKind::direct;
  return Conversation{id_, kind, names_.intern(lower(text.substr(percent + 1))), names_.intern(lower(name))};
}

Answer<Conversation> FakeAddressBook::place(std::string_view text) const {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return Refusal{Condition::item_not_found, Remedy::cancel, "net/#room", {}};
  return Conversation{id_, PlaceKind::room, names_.intern(text.substr(0, slash)),
                      names_.intern(text.substr(slash + 1))};
}

bool FakeAddressBook::overlap(std::string_view a, std::string_view b) const {
  const auto selects = [](std::string_view all, std::string_view one) {
    return all.ends_with('*') && one.starts_with(all.substr(0, all.size() - 1));
  };
  return a == b || selects(a, b) || selects(b, a);
}

std::string FakeAddressBook::text(const Conversation& place) const { return place_text(place); }

Answer<Conversation> FakeAddressBook::person(const Conversation& room, std::string_view name) const {
  if (name.empty() || name.find(' ') != std::string_view::npos) {
    return Refusal{Condition::jid_malformed, Remedy::modify, "no such name", {}};
  }
  return Conversation{id_, PlaceKind::direct, room.network, names_.intern(lower(name))};
}

std::string describe(const Rare<Data>& value) {
  if (!value) return "nothing";
  return value->place + (value->is_stored ? " stored " : " ") + value->bytes;
}

std::string describe(const Request& request) {
  return std::visit(overloaded{
                        [](const Moderate& it) {
                          std::string text = "moderate";
                          for (const auto& wish : it.wishes) {
                            text += " " + wish.who;
                            if (wish.affiliation)
                              text += " affiliation=" + std::to_string(static_cast<int>(*wish.affiliation));
                            if (wish.role) text += " role=" + std::to_string(static_cast<int>(*wish.role));
                            if (!wish.reason.empty()) text += " (" + wish.reason + ")";
                          }
                          return text;
                        },
                        [](const ReadStandings&) { return std::string{"standings"}; },
                        [](const ReadSettings&) { return std::string{"settings"}; },
                        [](const ChangeSettings&) { return std::string{"change-settings"}; },
                        [](const ReadDirectory&) { return std::string{"directory"}; },
                        [](const ReadProfile&) { return std::string{"profile"}; },
                        [](const AskClient&) { return std::string{"ask-client"}; },
                        [](const ReadValue&) { return std::string{"value"}; },
                        [](const PublishValue& it) { return "publish " + describe(it.value); },
                        [](const WatchValues& it) { return std::string{it.on ? "watch-values" : "unwatch-values"}; },
                        [](const ReadBranch&) { return std::string{"branch"}; },
                    },
                    request.what);
}

std::string describe(const Event& event) {
  const auto place = place_text(event.about.conversation);
  return std::visit(
      overloaded{
          [&](const Message& message) { return "message " + place + " " + message.text; },
          [&](const Edit& edit) { return "edit " + place + " " + edit.target.id + " " + edit.now.text; },
          [&](const Retract& it) { return (it.moderated ? "moderate " : "retract ") + place + " " + it.target.id; },
          [&](const Reactions& it) {
            std::string text = "reactions " + place + " " + it.target.id;
            for (const auto& emoji : it.emoji) text += " " + emoji;
            return text;
          },
          [&](const Typing& it) { return "typing " + place + " " + std::to_string(static_cast<int>(it.state)); },
          [&](const Displayed& it) { return "displayed " + place + " " + it.up_to.id; },
          [&](const Presence& it) {
            constexpr std::array<const char*, 6> shows{"gone", "available", "chat", "away", "xa", "dnd"};
            return "presence " + place + " " + shows[static_cast<std::size_t>(it.show)] +
                   (it.status.empty() ? "" : " " + it.status);
          },
          [&](const Watch& it) { return (it.on ? "watch " : "unwatch ") + place; },
          [&](const NewValue& it) { return "value " + place + " " + it.place + ": " + describe(it.now); },
          [&](const Invitation& it) {
            return "invite " + place + " " + it.who + (it.reason.empty() ? "" : " " + it.reason);
          },
          [&](const Request& it) { return "request " + place + " " + describe(it); },
          [&](const Membership& membership) {
            const auto& change = membership.changes.front();
            const auto& name = change.kind == Change::Kind::rename ? change.new_name : change.who.name;
            return std::string{kind_of(change)} + " " + place + (name.empty() ? "" : " " + name);
          },
          [&](const Roster& roster) { return "roster " + place + " " + std::to_string(roster.members.size()); },
          [&](const RoomInfo& info) { return "subject " + place + " " + (info.subject ? info.subject->text : ""); },
          [&](const LinkState& it) {
            constexpr std::array<const char*, 3> states{"connecting", "up", "down"};
            return "link " + place + " " + states[static_cast<std::size_t>(it.state)];
          },
      },
      event.what);
}

Outcome FakeAdapter::deliver(Delivery& delivery) {
  Seen seen_now{describe(*delivery.event),   delivery.receipt.has_value(), false, {},
                delivery.event->about.actor, delivery.event->about.origin};
  if (delivery.receipt && delivery.receipt->refused) {
    seen_now.is_refused = true;
    seen_now.why = to_text(delivery.receipt->refused->condition);
  }
  seen.push_back(std::move(seen_now));
  if (answers.empty()) return Accepted{};
  auto answer = std::move(answers.front());
  answers.pop_front();
  if (std::holds_alternative<Pending>(answer)) pending.push_back(std::move(delivery.event));
  return answer;
}

}  // namespace isthmus::test
