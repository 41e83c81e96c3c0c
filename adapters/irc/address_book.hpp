#pragma once
// The grammar of IRC addresses: "" is the gateway, "network" a network, "#channel%network" a room, "nick%network" a
// person; the last '%' separates. With a fixed network: "" is that network, "#channel" a room, "nick" a person, and '%'
// an ordinary character.
#include <boost/unordered/unordered_flat_set.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/adapter.hpp"
#include "gateway/model/name.hpp"

namespace isthmus::irc {

/// RFC 1123 §2.1, at most 253 bytes; an IPv4 address has that form.
bool is_host_name(std::string_view name) noexcept;

/// Canonical names: networks and what stands on them in ASCII lower case. A network is one that the configuration
/// names, or a host name with at least one dot (RFC 1123 §2.1, at most 253 bytes; an IPv4 address has that form).
/// Whether one may connect there is not decided here.
class IrcAddressBook final : public AddressBook {
 public:
  /// `networks`: the names in the configuration. `fixed_network` is empty or counts as one of them.
  IrcAddressBook(AdapterId adapter, NameTable& names, std::string_view fixed_network,
                 const std::vector<std::string>& networks);

  /// Refuses with jid_malformed what can name nothing, and with item_not_found a network that cannot be; the text says
  /// how an address looks.
  Answer<Conversation> parse(std::string_view text) const override;
  std::string text(const Conversation& place) const override;
  Answer<Conversation> person(const Conversation& room, std::string_view name) const override;

  std::string_view scheme() const noexcept override { return "irc"; }
  /// "network/#channel".
  Answer<Conversation> place(std::string_view text) const override;

  /// The place `native` (a channel or nick as the server spells it) on `network` (canonical). No checks: for what the
  /// server itself said.
  Conversation room(const Name& network, std::string_view native) const;
  Conversation direct(const Name& network, std::string_view native) const;

 private:
  Answer<Name> network(std::string_view text) const;
  Answer<Conversation> place_on(Name network, std::string_view native) const;
  Conversation place(PlaceKind kind, Name network, std::string_view native) const;

  AdapterId adapter_;
  NameTable& names_;
  Name fixed_network_;
  boost::unordered_flat_set<Name> networks_;
};

}  // namespace isthmus::irc
