#include "xmpp/barrier.hpp"

#include <iterator>
#include <utility>

#include "xmpp/namespaces.hpp"

namespace isthmus::xmpp {

void Barrier::sent(const Domain& domain, EventPtr event) {
  auto& sent = sent_[&domain];
  if (sent.events.size() == max_sent) {
    arrived_(*sent.events.front());
    sent.events.pop_front();
    if (sent.covered > 0) --sent.covered;
  }
  sent.events.push_back(std::move(event));
  if (sent.ping.empty()) ask(domain, sent);
}

void Barrier::ask(const Domain& domain, Sent& sent) {
  const auto hex = to_hex(context_.runtime.ids.next(context_.now()));
  sent.ping.assign(hex.data(), hex.size());
  sent.covered = sent.events.size();
  send(domain, context_.runtime.counters, [&](StanzaWriter& out) {
    out.open("iq").attribute("type", "get").attribute("from", domain.name).attribute("to", domain.name);
    out.attribute("id", sent.ping).open("ping", ns::ping).close().close();
  });
}

bool Barrier::on_return(const Domain& domain, std::string_view id) {
  const auto found = sent_.find(&domain);
  if (found == sent_.end() || id.empty() || found->second.ping != id) return false;
  auto& sent = found->second;
  for (; sent.covered > 0; --sent.covered) {
    arrived_(*sent.events.front());
    sent.events.pop_front();
  }
  sent.ping.clear();
  if (sent.events.empty()) {
    sent_.erase(found);
  } else {
    ask(domain, sent);
  }
  return true;
}

std::vector<EventPtr> Barrier::take(const Domain& domain) {
  const auto found = sent_.find(&domain);
  if (found == sent_.end()) return {};
  auto& events = found->second.events;
  std::vector<EventPtr> all{std::make_move_iterator(events.begin()), std::make_move_iterator(events.end())};
  sent_.erase(found);
  return all;
}

}  // namespace isthmus::xmpp
