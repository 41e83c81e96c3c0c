#include "xmpp/registrar.hpp"

#include <utility>

#include "xmpp/errors.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::string_view key = "registered";

Setting stored(const Name& owner, std::string_view value) {
  return {owner.str(), {}, {}, std::string{key}, std::string{value}};
}

}  // namespace

Registrar::Registrar(const Context& context, Forget forget) : context_{context}, forget_{std::move(forget)} {
  for (const auto& setting : context.runtime.store.settings())
    if (setting.adapter.empty() && setting.key == key) registered_.insert(context.runtime.names.intern(setting.owner));
}

bool Registrar::on_request(const Incoming& in, const Name& owner) {
  const auto query = in.to.local().empty() ? child(in.element, ns::registration, "query") : pugi::xml_node{};
  if (!query) return false;
  if (in.type == "get") {
    answer_form(in, owner);
    return true;
  }
  if (child(query, ns::registration, "remove")) {
    forget(owner);
  } else if (registered_.insert(owner).second) {
    context_.runtime.store.put(stored(owner, "true"));
  }
  answer_done(in);
  return true;
}

void Registrar::forget(const Name& owner) {
  registered_.erase(owner);
  forget_(owner);
}

void Registrar::answer_form(const Incoming& in, const Name& owner) {
  send(in.domain, context_.runtime.counters, [&](StanzaWriter& out) {
    open_result(out, {in.to.str(), in.from.str(), in.id});
    out.open("query", ns::registration);
    if (registered_.contains(owner)) out.open("registered").close();
    out.leaf("instructions",
             "There is nothing to fill in. Names and passwords are set for each network, by the command “settings” at "
             "its address.");
    out.close().close();
  });
}

void Registrar::answer_done(const Incoming& in) {
  send(in.domain, context_.runtime.counters, [&](StanzaWriter& out) {
    open_result(out, {in.to.str(), in.from.str(), in.id});
    out.close();
  });
}

}  // namespace isthmus::xmpp
