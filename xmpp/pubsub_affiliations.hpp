#pragma once
// Affiliations with a node (XEP-0060 §4.1), as what a user may do at the foreign side makes them. Nobody owns a node:
// who may publish to it may clear it too. Of others a user hears nothing.
#include <string_view>

#include "gateway/model/request.hpp"
#include "xmpp/errors.hpp"
#include "xmpp/stanza_writer.hpp"

namespace isthmus::xmpp {

/// "publisher", "publish-only", "member" or "none".
std::string_view affiliation_of(const ReadBranch& branch) noexcept;

/// The user's own with that node (§5.7); none is an empty list.
void write_own_affiliations(StanzaWriter& out, const Reply& reply, std::string_view node, const ReadBranch& branch);

/// What whoever manages the node may see of it (§8.9.1): here themselves, `jid`. Refused (forbidden) for those who may
/// not publish.
void write_managed_affiliations(StanzaWriter& out, const Reply& reply, std::string_view node, std::string_view jid,
                                const ReadBranch& branch);

}  // namespace isthmus::xmpp
