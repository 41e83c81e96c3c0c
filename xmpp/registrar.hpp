#pragma once
// In-band registration with the gateway (XEP-0077, as XEP-0100 §4.1 and §4.3 want it of gateways). Nobody need
// register; who does is known to be here, and unregistering forgets everything of the user, in one answer.
#include <boost/unordered/unordered_flat_set.hpp>
#include <functional>

#include "gateway/adapter.hpp"
#include "xmpp/context.hpp"
#include "xmpp/incoming.hpp"

namespace isthmus::xmpp {

class Registrar {
 public:
  /// Forgets everything of that user, but that they are registered.
  using Forget = std::function<void(const Name& owner)>;

  /// Reads from the store who is registered: before the loop runs.
  Registrar(const Context& context, Forget forget);

  /// True when `in`, a request to the domain's own address, is about registration: it is answered then.
  bool on_request(const Incoming& in, const Name& owner);
  /// The user is registered no more, and everything of them is forgotten.
  void forget(const Name& owner);

 private:
  void answer_form(const Incoming& in, const Name& owner);
  void answer_done(const Incoming& in);

  const Context& context_;
  Forget forget_;
  boost::unordered_flat_set<Name> registered_;
};

}  // namespace isthmus::xmpp
