#include "xmpp/address_prompt.hpp"

#include <string>
#include <string_view>

#include "xmpp/errors.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/one_line.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::size_t max_name = 1023;  // bytes: no address has more (RFC 7622 §3.3)

/// What is typed at a network is a name there; at the gateway, and where the domain is the network, all of an address.
Answer<Conversation> named(const Context& context, const Incoming& in, const Conversation& place,
                           std::string_view name) {
  const auto& addresses = *in.domain.addresses;
  if (name.empty() || name.size() > max_name || has_control(name))
    return Refusal{Condition::not_acceptable, Remedy::modify, "This is no name.", {}};
  const bool is_domain = addresses.text(place).empty();
  if (is_domain) return addresses.parse(name);
  return addresses.parse(
      addresses.text({place.adapter, PlaceKind::direct, place.network, context.runtime.names.intern(name)}));
}

void write_prompt(StanzaWriter& out, const Incoming& in, const Conversation& place) {
  const auto network = in.domain.addresses->text(place);
  open_result(out, {in.to.str(), in.from.str(), in.id});
  out.open("query", ns::gateway).leaf("prompt", "Name");
  if (place.kind == PlaceKind::gateway) {
    out.leaf("desc", "The name of a person, a room or a topic, then % and the name of its network");
  } else {
    out.leaf("desc", "The name of a person, a room or a topic" + (network.empty() ? "" : " on " + network));
  }
  out.close().close();
}

}  // namespace

bool answer_address_prompt(const Context& context, const Incoming& in, const Conversation& place) {
  const auto query = child(in.element, ns::gateway, "query");
  if (!query) return false;
  auto& counters = context.runtime.counters;
  if (in.type == "get") {
    send(in.domain, counters, [&](StanzaWriter& out) { write_prompt(out, in, place); });
    return true;
  }
  std::string scratch;
  const auto found = named(context, in, place, text_of(child(query, ns::gateway, "prompt"), scratch));
  if (!found) {
    counters.add("refused", to_text(found.error().condition));
    send(in.domain, counters,
         [&](StanzaWriter& out) { write_error(out, "iq", {in.to.str(), in.from.str(), in.id}, found.error()); });
    return true;
  }
  send(in.domain, counters, [&](StanzaWriter& out) {
    open_result(out, {in.to.str(), in.from.str(), in.id});
    out.open("query", ns::gateway).leaf("jid", bare_jid(in.domain, *found)).close().close();
  });
  return true;
}

}  // namespace isthmus::xmpp
