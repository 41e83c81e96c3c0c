#pragma once
// One channel: who is in it, from the users' side and from ours, and what it is about. Pure.
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/websocket/settings.hpp"
#include "gateway/model/event.hpp"

namespace isthmus::websocket {

class Session;

class Channel {
 public:
  static constexpr std::size_t most_listeners = 1'000;  // users who have it as a contact; beyond, the oldest goes
  static constexpr std::size_t most_told = 100;         // clients; while there are more, no client is told who comes
  static constexpr std::size_t most_refs = 512;         // messages that can still be named by their client's own id

  Channel(std::string name, const ChannelSettings& settings);

  const std::string& name() const noexcept { return name_; }
  /// "ws:plant".
  const std::string& address() const noexcept { return address_; }
  const ValueRules& rules() const noexcept { return *settings_.rules; }

  /// Users who have it as a room, by owner: their nicks.
  const std::vector<std::pair<Name, std::string>>& room() const noexcept { return room_; }
  const std::string* nick_of(const Name& owner) const;
  /// False when somebody else has that nick.
  [[nodiscard]] bool enter(const Name& owner, const std::string& nick);
  void leave(const Name& owner);

  /// Users who have it as a contact, who wrote or subscribed last at the end.
  const std::vector<Name>& listeners() const noexcept { return listeners_; }
  void listen(const Name& owner);
  void stop_listening(const Name& owner);

  /// Our clients by nick.
  const std::map<std::string, Session*, std::less<>>& clients() const noexcept { return clients_; }
  /// Who comes and goes would be more than what is said.
  bool is_crowded() const noexcept { return clients_.size() > most_told; }
  /// The nick that the client got: `wanted`, or that with a number where somebody has it.
  const std::string& enter(Session& client, const std::string& wanted);
  /// The client's nick; null when it is not here.
  const std::string* nick_of(const Session& client) const;
  void leave(const Session& client);

  /// Everybody's nick is unique, whatever side they are on.
  bool has(std::string_view nick) const;

  /// A message is known to its author's client by an id of its own; to everybody else by ours.
  void remember(const Name& owner, std::string_view native_id, std::string id);
  /// Our id of what `target` names to `owner`: itself where nothing else is known.
  std::string resolve(const Name& owner, const std::string& target) const;

  RoomInfo::Subject subject;

 private:
  std::string name_;
  std::string address_;
  ChannelSettings settings_;
  std::vector<std::pair<Name, std::string>> room_;
  std::vector<Name> listeners_;
  std::map<std::string, Session*, std::less<>> clients_;
  std::map<std::string, int, std::less<>> numbers_;  // the last one behind each nick that was wanted twice
  struct KnownAs {
    Name owner;
    std::string native_id;
    std::string id;
  };
  std::vector<KnownAs> refs_;  // a ring
  std::size_t next_ref_ = 0;
};

}  // namespace isthmus::websocket
