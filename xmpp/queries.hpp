#pragma once
// What is asked by <iq/>: service discovery (XEP-0030), version (XEP-0092), ping (XEP-0199, XEP-0410). Every request is
// answered exactly once.
#include "gateway/adapter.hpp"
#include "xmpp/context.hpp"
#include "xmpp/incoming.hpp"

namespace isthmus::xmpp {

class Queries {
 public:
  explicit Queries(const Context& context) : context_{context} {}
  /// A request (type get or set) to `place`, or to an address that names none.
  void on_request(const Incoming& in, const Name& owner, const Answer<Conversation>& place);

 private:
  void answer_info(const Incoming& in, const Conversation& place);
  void answer_items(const Incoming& in, const Name& owner, const Conversation& place);
  void answer_ping(const Incoming& in, const Name& owner, const Conversation& place);
  void answer_version(const Incoming& in);
  void refuse(const Incoming& in, const Refusal& why);

  const Context& context_;
};

}  // namespace isthmus::xmpp
