#pragma once
// What clients ask of a room as such by <iq/>: its lists, its settings (XEP-0045 §§8 to 10), what it is (§6.4).
#include <optional>

#include "gateway/adapter.hpp"
#include "xmpp/context.hpp"
#include "xmpp/data_form.hpp"
#include "xmpp/incoming.hpp"
#include "xmpp/requests.hpp"
#include "xmpp/room_commands.hpp"

namespace isthmus::xmpp {

class MucQueries {
 public:
  MucQueries(const Context& context, Requests& requests, const RoomCommands& commands)
      : context_{context}, requests_{requests}, commands_{commands} {}

  /// A request to `place`, a room. False, and nothing done, when it is none of these; else it is answered, or will be,
  /// exactly once.
  bool on_request(const Incoming& in, const Name& owner, const Conversation& place);

 private:
  void on_admin(const Incoming& in, const Room& room, pugi::xml_node query);
  void on_owner(const Incoming& in, const Room& room, pugi::xml_node query);
  void change_settings(const Incoming& in, const Room& room, pugi::xml_node form);
  /// How the user has the room for themself. Why not; nullopt when it is done.
  std::optional<Refusal> change_own_settings(const Room& room, const SubmittedForm& form);
  void on_info(const Incoming& in, const Name& owner, const Conversation& place);
  void refuse(const Incoming& in, const Refusal& why);
  void confirm(const Incoming& in);

  const Context& context_;
  Requests& requests_;
  const RoomCommands& commands_;
};

}  // namespace isthmus::xmpp
