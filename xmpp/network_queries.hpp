#pragma once
// What clients ask of a network by <iq/>: its rooms, as service discovery lists them (XEP-0030 §4, XEP-0059) and as a
// search (XEP-0433). Nobody sees another user's list: each link is asked for its own.
#include "gateway/adapter.hpp"
#include "xmpp/context.hpp"
#include "xmpp/incoming.hpp"
#include "xmpp/links.hpp"
#include "xmpp/requests.hpp"

namespace isthmus::xmpp {

class NetworkQueries {
 public:
  NetworkQueries(const Context& context, Requests& requests, const Links& links)
      : context_{context}, requests_{requests}, links_{links} {}

  /// A request of type get to `place`, a network. False, and nothing done, when it is none of these, or when the rooms
  /// are asked for and there is no link to ask; else it is answered, or will be, exactly once.
  bool on_request(const Incoming& in, const Name& owner, const Conversation& place);

 private:
  void list(const Incoming& in, const Name& owner, const Conversation& place, pugi::xml_node query);
  void search(const Incoming& in, const Name& owner, const Conversation& place, pugi::xml_node query);
  void refuse(const Incoming& in, const Refusal& why);

  const Context& context_;
  Requests& requests_;
  const Links& links_;
};

}  // namespace isthmus::xmpp
