#pragma once
// The grammar of WebSocket addresses: "" is the gateway, "!channel" a channel as a room, "channel" the same channel as
// a contact, "channel/nick" one of those who are there. "name%" is the channel of an endpoint of others.
#include <boost/unordered/unordered_flat_set.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/adapter.hpp"
#include "gateway/model/name.hpp"

namespace isthmus::websocket {

/// a-z 0-9 - _ . , 1 to 64 of them: what a channel's name is made of; that of an endpoint of others has a "%" behind
/// it.
bool is_channel_name(std::string_view name) noexcept;

class WebSocketAddressBook final : public AddressBook {
 public:
  WebSocketAddressBook(AdapterId adapter, NameTable& names, const std::vector<std::string>& channels);

  /// Refuses with item_not_found a channel that is not configured.
  Answer<Conversation> parse(std::string_view text) const override;
  std::string text(const Conversation& place) const override;
  std::string_view scheme() const noexcept override { return "ws"; }
  /// A channel's name.
  Answer<Conversation> place(std::string_view text) const override;
  Answer<Conversation> person(const Conversation& room, std::string_view name) const override;

  /// `channel` is configured.
  Conversation room(std::string_view channel) const;
  Conversation contact(std::string_view channel) const;
  Conversation member(std::string_view channel, std::string_view nick) const;

 private:
  AdapterId adapter_;
  NameTable& names_;
  boost::unordered_flat_set<Name> channels_;
};

/// The channel of a room, a contact or a member: what stands before the "/".
std::string_view channel_of(const Conversation& place) noexcept;
/// The nick of a member; "" for a room or a channel's contact.
std::string_view nick_of(const Conversation& place) noexcept;

}  // namespace isthmus::websocket
