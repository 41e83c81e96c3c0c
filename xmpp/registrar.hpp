#pragma once
// In-band registration with the gateway (XEP-0077, as XEP-0100 §4.1 and §4.3 want it of gateways). Nobody need
// register; with whom does, the gateway exchanges presence. Unregistering, at whichever domain, forgets everything of
// the user, with one result.
#include <boost/unordered/unordered_flat_map.hpp>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "gateway/adapter.hpp"
#include "xmpp/contacts.hpp"
#include "xmpp/context.hpp"
#include "xmpp/incoming.hpp"

namespace isthmus::xmpp {

class Registrar {
 public:
  /// Forgets everything of that user, but that they are registered.
  using Forget = std::function<void(const Name& owner)>;
  /// The domain of that name; null when it is none of ours (any more).
  using Find = std::function<const Domain*(std::string_view name)>;

  /// Reads from the store who is registered: before the loop runs.
  Registrar(const Context& context, Contacts& contacts, Find find, Forget forget);

  /// True when `in`, a request to the domain's own address, is about registration: it is answered then.
  bool on_request(const Incoming& in, const Name& owner);
  /// The user is registered no more, and everything of them is forgotten.
  void forget(const Name& owner);

 private:
  bool is_registered(const Name& owner, std::string_view domain) const;
  void add(const Domain& domain, const Name& owner);
  void answer_form(const Incoming& in, const Name& owner);
  void answer_done(const Incoming& in);

  const Context& context_;
  Contacts& contacts_;
  Find find_;
  Forget forget_;
  boost::unordered_flat_map<Name, std::set<std::string, std::less<>>> registered_;  // at which domains, by owner
};

}  // namespace isthmus::xmpp
