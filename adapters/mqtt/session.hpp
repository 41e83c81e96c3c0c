#pragma once
// One user on one broker: the contacts and rooms that they have there. The connection is the broker's, and shared.
#include <map>
#include <memory>
#include <string>

#include "adapters/mqtt/contact.hpp"
#include "adapters/mqtt/seat.hpp"

namespace isthmus::mqtt {

class Session {
 public:
  Session(Seat seat, std::size_t max_contacts);

  /// Takes the event out when it answers Pending.
  Outcome deliver(EventPtr& event);
  void on_link(const LinkState& state);
  bool is_idle() const { return contacts_.empty(); }

 private:
  Outcome deliver_to_contact(EventPtr& event);
  Outcome deliver_watch(EventPtr& event);
  Outcome deliver_said(EventPtr& event, const std::string& text);
  Outcome deliver_request(Event& event);
  Outcome deliver_to_network(EventPtr& event);
  /// nullptr: there are too many already.
  Contact* find_or_add(const Conversation& place);
  Conversation network() const;

  Seat seat_;
  std::size_t max_contacts_;
  std::map<std::string, std::unique_ptr<Contact>, std::less<>> contacts_;  // by native name
};

}  // namespace isthmus::mqtt
