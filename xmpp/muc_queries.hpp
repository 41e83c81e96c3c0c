#pragma once
// What clients ask of a room as such by <iq/>: its lists, its settings (XEP-0045 §§8 to 10), what it is (§6.4).
#include "gateway/adapter.hpp"
#include "xmpp/context.hpp"
#include "xmpp/incoming.hpp"
#include "xmpp/persistent_rooms.hpp"
#include "xmpp/requests.hpp"

namespace isthmus::xmpp {

class MucQueries {
 public:
  MucQueries(const Context& context, Requests& requests, PersistentRooms& persistent)
      : context_{context}, requests_{requests}, persistent_{persistent} {}

  /// A request to `place`, a room. False, and nothing done, when it is none of these; else it is answered, or will be,
  /// exactly once.
  bool on_request(const Incoming& in, const Name& owner, const Conversation& place);

 private:
  void on_admin(const Incoming& in, const Room& room, pugi::xml_node query);
  void on_owner(const Incoming& in, const Room& room, pugi::xml_node query);
  void change_settings(const Incoming& in, const Room& room, pugi::xml_node form);
  void on_info(const Incoming& in, const Name& owner, const Conversation& place);
  void refuse(const Incoming& in, const Refusal& why);
  void confirm(const Incoming& in);

  const Context& context_;
  Requests& requests_;
  PersistentRooms& persistent_;
};

}  // namespace isthmus::xmpp
