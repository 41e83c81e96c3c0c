#pragma once
// What is asked by <iq/>: service discovery (XEP-0030), version (XEP-0092), ping (XEP-0199, XEP-0410), and what persons
// answer (person_queries.hpp). Every request is answered exactly once.
#include "gateway/adapter.hpp"
#include "xmpp/archive_queries.hpp"
#include "xmpp/context.hpp"
#include "xmpp/incoming.hpp"
#include "xmpp/muc_queries.hpp"
#include "xmpp/network_queries.hpp"
#include "xmpp/requests.hpp"

namespace isthmus::xmpp {

class Queries {
 public:
  Queries(const Context& context, Requests& requests, const Links& links, const RoomCommands& room_commands)
      : context_{context},
        requests_{requests},
        rooms_{context, requests, room_commands},
        archives_{context},
        networks_{context, requests, links} {}
  /// A request (type get or set) to `place`, or to an address that names none.
  void on_request(const Incoming& in, const Name& owner, const Answer<Conversation>& place);

 private:
  /// The person whom the request is addressed to: directly, or as an occupant of a room that the client is in.
  Answer<Conversation> person_at(const Incoming& in, const Name& owner, const Conversation& place) const;
  void answer_info(const Incoming& in, const Name& owner, const Conversation& place);
  void answer_items(const Incoming& in, const Name& owner, const Conversation& place);
  void answer_self_ping(const Incoming& in, Room* room);
  void answer_ping(const Incoming& in);
  /// The vCard of what is nobody (XEP-0486 §3 for rooms): name and picture.
  void answer_card(const Incoming& in, const Conversation& place);
  void answer_version(const Incoming& in);
  void refuse(const Incoming& in, const Refusal& why);

  const Context& context_;
  Requests& requests_;
  MucQueries rooms_;
  ArchiveQueries archives_;
  NetworkQueries networks_;
};

}  // namespace isthmus::xmpp
