#include "xmpp/moderation.hpp"

#include <utility>

#include "xmpp/errors.hpp"
#include "xmpp/message_reader.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::string_view iq_scheme = "xmpp.moderation";  // the id of the <iq/>

void refuse(const Context& context, const Domain& domain, const Reply& reply, const Refusal& why) {
  context.runtime.counters.add("refused", to_text(why.condition));
  send(domain, context.runtime.counters, [&](StanzaWriter& out) { write_error(out, "iq", reply, why); });
}

}  // namespace

void ask_moderation(const Context& context, const Incoming& in, Room* room, pugi::xml_node moderate) {
  const Reply reply{in.to.str(), in.from.str(), in.id};
  if (room == nullptr || room->find(in.from.str()) == nullptr) {
    return refuse(context, in.domain, reply,
                  {Condition::not_acceptable, Remedy::modify, "You are not in this room; join it first.", {}});
  }
  auto wish = read_moderation(moderate);
  if (!wish) return refuse(context, in.domain, reply, wish.error());
  auto event = context.make_event(room->owner, room->place, in.from.str(), std::move(*wish));
  event->about.actor.name = room->nick;
  event->about.native.push_back({iq_scheme, std::string{in.id}});
  context.runtime.router.emit(std::move(event));
}

bool is_moderation(const Event& event) {
  const auto* retract = std::get_if<Retract>(&event.what);
  return retract != nullptr && retract->moderated;
}

void answer_moderation(const Context& context, const Event& event, const Receipt& receipt, const Domain& domain) {
  const std::string room = bare_jid(domain, event.about.conversation);
  const Reply reply{room, event.about.audience, native_id(event, iq_scheme)};
  if (receipt.refused) return refuse(context, domain, reply, *receipt.refused);
  send(domain, context.runtime.counters, [&](StanzaWriter& out) {
    open_result(out, reply);
    out.close();
  });
}

}  // namespace isthmus::xmpp
