#include "xmpp/pubsub_affiliations.hpp"

#include "xmpp/namespaces.hpp"

namespace isthmus::xmpp {

std::string_view affiliation_of(const ReadBranch& branch) noexcept {
  if (branch.may_publish) return branch.may_read ? "publisher" : "publish-only";
  return branch.may_read ? "member" : "none";
}

void write_own_affiliations(StanzaWriter& out, const Reply& reply, std::string_view node, const ReadBranch& branch) {
  const auto affiliation = affiliation_of(branch);
  open_result(out, reply);
  out.open("pubsub", ns::pubsub).open("affiliations").attribute("node", node);
  if (affiliation != "none") {
    out.open("affiliation").attribute("node", node).attribute("affiliation", affiliation).close();
  }
  out.close().close().close();
}

void write_managed_affiliations(StanzaWriter& out, const Reply& reply, std::string_view node, std::string_view jid,
                                const ReadBranch& branch) {
  if (!branch.may_publish)
    return write_error(out, "iq", reply,
                       {Condition::forbidden, Remedy::auth, "Only who may publish to this node manages it.", {}});
  open_result(out, reply);
  out.open("pubsub", ns::pubsub_owner).open("affiliations").attribute("node", node);
  out.open("affiliation").attribute("jid", jid).attribute("affiliation", affiliation_of(branch)).close();
  out.close().close().close();
}

}  // namespace isthmus::xmpp
