#include "adapters/websocket/address_book.hpp"

#include <algorithm>
#include <cstddef>

namespace isthmus::websocket {

namespace {

constexpr std::size_t longest_channel = 64;
constexpr std::size_t longest_nick = 64;

bool is_place_name(std::string_view name) noexcept {
  if (name.ends_with('%')) name.remove_suffix(1);
  return is_channel_name(name);
}

Refusal no_such_channel(std::string_view name) {
  return {Condition::item_not_found, Remedy::cancel, "There is no channel " + std::string{name} + " here.", {}};
}

}  // namespace

bool is_channel_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= longest_channel && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

WebSocketAddressBook::WebSocketAddressBook(AdapterId adapter, NameTable& names,
                                           const std::vector<std::string>& channels)
    : adapter_{adapter}, names_{names} {
  for (const auto& channel : channels) channels_.insert(names_.intern(channel));
}

Answer<Conversation> WebSocketAddressBook::parse(std::string_view text) const {
  if (text.empty()) return Conversation{adapter_, PlaceKind::gateway, {}, {}};
  const bool is_room = text.front() == '!';
  const auto whole = is_room ? text.substr(1) : text;
  const auto slash = whole.find('/');
  const auto channel = whole.substr(0, slash);
  if (!is_place_name(channel) || !channels_.contains(names_.intern(channel))) return no_such_channel(channel);
  if (slash == std::string_view::npos) return is_room ? room(channel) : contact(channel);
  const auto nick = whole.substr(slash + 1);
  if (is_room || nick.empty() || nick.size() > longest_nick) {
    return Refusal{Condition::jid_malformed, Remedy::modify, "Somebody in a channel is channel/nick.", {}};
  }
  return member(channel, nick);
}

Answer<Conversation> WebSocketAddressBook::place(std::string_view text) const {
  if (!is_place_name(text) || !channels_.contains(names_.intern(text))) return no_such_channel(text);
  return room(text);
}

std::string WebSocketAddressBook::text(const Conversation& place) const {
  return (place.kind == PlaceKind::room ? "!" : "") + place.native.str();
}

Answer<Conversation> WebSocketAddressBook::person(const Conversation& room, std::string_view name) const {
  if (name.empty() || name.size() > longest_nick)
    return Refusal{Condition::item_not_found, Remedy::cancel, "There is nobody of that name here.", {}};
  return member(room.native.view(), name);
}

Conversation WebSocketAddressBook::room(std::string_view channel) const {
  return {adapter_, PlaceKind::room, {}, names_.intern(channel)};
}

Conversation WebSocketAddressBook::contact(std::string_view channel) const {
  return {adapter_, PlaceKind::direct, {}, names_.intern(channel)};
}

Conversation WebSocketAddressBook::member(std::string_view channel, std::string_view nick) const {
  return {adapter_, PlaceKind::direct, {}, names_.intern(std::string{channel} + "/" + std::string{nick})};
}

std::string_view channel_of(const Conversation& place) noexcept {
  const auto native = place.native.view();
  return native.substr(0, native.find('/'));
}

std::string_view nick_of(const Conversation& place) noexcept {
  const auto native = place.native.view();
  const auto slash = native.find('/');
  return slash == std::string_view::npos ? std::string_view{} : native.substr(slash + 1);
}

}  // namespace isthmus::websocket
