#include "adapters/websocket/channel.hpp"

#include <algorithm>

namespace isthmus::websocket {

namespace {

auto find_owner(auto& room, const Name& owner) {
  return std::ranges::find_if(room, [&](const auto& one) { return one.first == owner; });
}

}  // namespace

Channel::Channel(std::string name, const ChannelSettings& settings)
    : subject{settings.title, {}, {}}, name_{std::move(name)}, address_{"ws:" + name_}, settings_{settings} {}

const std::string* Channel::nick_of(const Name& owner) const {
  const auto found = find_owner(room_, owner);
  return found == room_.end() ? nullptr : &found->second;
}

bool Channel::has(std::string_view nick) const {
  return clients_.contains(nick) || std::ranges::any_of(room_, [&](const auto& one) { return one.second == nick; });
}

bool Channel::enter(const Name& owner, const std::string& nick) {
  const auto mine = find_owner(room_, owner);
  if (mine != room_.end() && mine->second == nick) return true;
  if (nick.empty() || has(nick)) return false;
  if (mine != room_.end()) {
    mine->second = nick;
  } else {
    room_.emplace_back(owner, nick);
  }
  return true;
}

void Channel::leave(const Name& owner) {
  std::erase_if(room_, [&](const auto& one) { return one.first == owner; });
}

void Channel::listen(const Name& owner) {
  if (!listeners_.empty() && listeners_.back() == owner) return;
  stop_listening(owner);
  if (listeners_.size() == most_listeners) listeners_.erase(listeners_.begin());
  listeners_.push_back(owner);
}

void Channel::stop_listening(const Name& owner) { std::erase(listeners_, owner); }

const std::string& Channel::enter(Session& client, const std::string& wanted) {
  if (const auto* mine = nick_of(client)) return *mine;
  const std::string first = wanted.empty() ? "client" : wanted;
  if (clients_.empty() || numbers_.size() > most_told) numbers_.clear();
  std::string nick = first;
  if (has(nick)) {
    // Not from 2 on each time: a thousand clients may have one name.
    int& number = numbers_.try_emplace(first, 1).first->second;
    while (has(nick)) nick = first + "-" + std::to_string(++number);
  }
  return clients_.emplace(std::move(nick), &client).first->first;
}

const std::string* Channel::nick_of(const Session& client) const {
  const auto found = std::ranges::find_if(clients_, [&](const auto& one) { return one.second == &client; });
  return found == clients_.end() ? nullptr : &found->first;
}

void Channel::leave(const Session& client) {
  std::erase_if(clients_, [&](const auto& one) { return one.second == &client; });
}

void Channel::remember(const Name& owner, std::string_view native_id, std::string id) {
  if (native_id.empty()) return;
  KnownAs known{owner, std::string{native_id}, std::move(id)};
  if (refs_.size() < most_refs) {
    refs_.push_back(std::move(known));
  } else {
    refs_[next_ref_] = std::move(known);
  }
  next_ref_ = (next_ref_ + 1) % most_refs;
}

std::string Channel::resolve(const Name& owner, const std::string& target) const {
  const auto found = std::find_if(refs_.rbegin(), refs_.rend(), [&](const KnownAs& known) {
    return known.owner == owner && known.native_id == target;
  });
  return found == refs_.rend() ? target : found->id;
}

}  // namespace isthmus::websocket
