#include "xmpp/domain.hpp"

#include "xmpp/jid.hpp"

namespace isthmus::xmpp {

std::string bare_jid(const Domain& domain, const Conversation& place) {
  const auto local = to_local(domain.addresses->text(place));
  return local.empty() ? domain.name : local + "@" + domain.name;
}

}  // namespace isthmus::xmpp
