#include "xmpp/registrar.hpp"

#include <utility>

#include "xmpp/errors.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::string_view key = "registered";

}  // namespace

Registrar::Registrar(const Context& context, Contacts& contacts, Find find, Forget forget)
    : context_{context}, contacts_{contacts}, find_{std::move(find)}, forget_{std::move(forget)} {
  for (const auto& setting : context.runtime.store.settings())
    if (setting.adapter.empty() && setting.key == key)
      registered_[context.runtime.names.intern(setting.owner)].insert(setting.place);
}

bool Registrar::is_registered(const Name& owner, std::string_view domain) const {
  const auto found = registered_.find(owner);
  return found != registered_.end() && found->second.contains(domain);
}

void Registrar::add(const Domain& domain, const Name& owner) {
  registered_[owner].insert(domain.name);
  context_.runtime.store.put(Setting{owner.str(), {}, domain.name, std::string{key}, "true"});
  contacts_.ask_for_presence(domain, owner);
}

bool Registrar::on_request(const Incoming& in, const Name& owner) {
  const auto query = in.to.local().empty() ? child(in.element, ns::registration, "query") : pugi::xml_node{};
  if (!query) return false;
  if (in.type == "get") {
    answer_form(in, owner);
    return true;
  }
  answer_done(in);
  if (child(query, ns::registration, "remove")) {
    forget(owner);
  } else if (!is_registered(owner, in.domain.name)) {
    add(in.domain, owner);
  }
  return true;
}

void Registrar::forget(const Name& owner) {
  if (const auto found = registered_.find(owner); found != registered_.end()) {
    const auto domains = std::move(found->second);
    registered_.erase(found);
    for (const auto& name : domains)
      if (const auto* domain = find_(name)) contacts_.part(*domain, owner);
  }
  forget_(owner);
}

void Registrar::answer_form(const Incoming& in, const Name& owner) {
  send(in.domain, context_.runtime.counters, [&](StanzaWriter& out) {
    open_result(out, {in.to.str(), in.from.str(), in.id});
    out.open("query", ns::registration);
    if (is_registered(owner, in.domain.name)) out.open("registered").close();
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
