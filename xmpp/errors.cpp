#include "xmpp/errors.hpp"

#include "xmpp/namespaces.hpp"

namespace isthmus::xmpp {
namespace {

void open_reply(StanzaWriter& out, std::string_view kind, std::string_view type, const Reply& reply) {
  out.open(kind).attribute("type", type).attribute("from", reply.from).attribute("to", reply.to);
  if (!reply.id.empty()) out.attribute("id", reply.id);
}

}  // namespace

void open_error(StanzaWriter& out, std::string_view kind, const Reply& reply, const Refusal& why,
                std::string_view alternate) {
  open_reply(out, kind, "error", reply);
  out.open("error").attribute("type", to_text(why.remedy));
  out.open(to_text(why.condition), ns::stanza_errors);
  if (!alternate.empty()) out.text(alternate);
  out.close();
  if (!why.text.empty()) out.open("text", ns::stanza_errors).attribute("xml:lang", "en").text(why.text).close();
}

void write_error(StanzaWriter& out, std::string_view kind, const Reply& reply, const Refusal& why,
                 std::string_view alternate) {
  open_error(out, kind, reply, why, alternate);
  out.close();
  out.close();
}

void open_result(StanzaWriter& out, const Reply& reply) { open_reply(out, "iq", "result", reply); }

}  // namespace isthmus::xmpp
