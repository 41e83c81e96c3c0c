#pragma once
// One component domain: whose places it shows, and where stanzas from it go out.
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/adapter.hpp"
#include "gateway/runtime/counters.hpp"
#include "xmpp/stanza_writer.hpp"

namespace isthmus::xmpp {

/// The way out for one domain: its component stream.
class Outlet {
 public:
  virtual ~Outlet() = default;
  /// True between a finished handshake and the stream's end.
  virtual bool is_up() const = 0;
  /// What will be written at the end of this turn; to be called only while it is up, and for each stanza.
  virtual std::string& buffer() = 0;
};

struct Domain {
  std::string name;
  AdapterId adapter{};
  isthmus::Adapter* foreign = nullptr;     // that adapter
  const AddressBook* addresses = nullptr;  // of it
  Outlet* outlet = nullptr;
};

/// The localpart for a text of the domain's address book, and the place that a prepared localpart names.
std::string local_of(const Domain& domain, std::string_view text);
Answer<Conversation> place_of(const Domain& domain, std::string_view local);

/// The address under which `domain` shows `place`.
std::string bare_jid(const Domain& domain, const Conversation& place);

/// What follows a room's own name in its address: the same for people and masks of its network.
std::string network_suffix(const Domain& domain, const Conversation& room);
/// The addresses of people in one room, or of masks. There are thousands when a room is entered, so without the checks
/// of AddressBook::person().
class PersonJids {
 public:
  PersonJids(const Domain& domain, const Conversation& room);
  /// Good until the next call. Empty where the address book must be asked and knows nobody of that name.
  std::string_view of(std::string_view name);

 private:
  const Domain& domain_;
  const Conversation& room_;
  std::string suffix_;
  bool asks_ = false;  // a room's text does not begin with its name, so a person's cannot be made of that
  std::string text_;
  std::string jid_;
};

/// The room that `network`, a network's place, calls `native`; nullopt when it is no room's name.
std::optional<Conversation> room_on(const AddressBook& addresses, const Conversation& network, const Name& native);
/// The room that the network of `room` calls `native`; nullopt when it is no room's name.
std::optional<Conversation> neighbour(const AddressBook& addresses, const Conversation& room, std::string_view native);

/// Writes one stanza from `domain`, unless its stream is down. `build` gets the writer and must open and close one
/// element.
template <class Build>
void send(const Domain& domain, Counters& counters, Build&& build) {
  if (!domain.outlet->is_up()) return counters.add("stanzas_dropped", "stream_down");
  StanzaWriter writer{domain.outlet->buffer(), domain.name};
  std::forward<Build>(build)(writer);
  if (!writer.finished()) counters.add("stanzas_dropped", "too_long_or_foreign");
}

}  // namespace isthmus::xmpp
