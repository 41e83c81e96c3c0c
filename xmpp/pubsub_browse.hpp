#pragma once
// Service discovery of nodes (XEP-0060 §5): what a place of values is, and what is below it, a page at a time
// (XEP-0059). A node may be both, a leaf with a value and a collection of others. Pure.
#include <string_view>

#include "gateway/adapter.hpp"
#include "gateway/model/request.hpp"
#include "xmpp/domain.hpp"
#include "xmpp/errors.hpp"
#include "xmpp/result_set.hpp"

namespace isthmus::xmpp {

/// The features of XEP-0060 §10 that the service has.
void write_pubsub_features(StanzaWriter& out);

/// The answer to disco#info of `place`, which is no gateway; item-not-found for a node that nobody ever saw.
void write_node_info(StanzaWriter& out, const Reply& reply, const Conversation& place, const ReadBranch& branch);

/// The answer to disco#items of `place`, asked for by `node` where there is one: the nodes below it; of a leaf, its
/// item; of the gateway, also the networks as contacts.
void write_node_items(StanzaWriter& out, const Reply& reply, const Domain& domain, const Conversation& place,
                      const ReadBranch& branch, const PageWish& wish, std::string_view node);

}  // namespace isthmus::xmpp
