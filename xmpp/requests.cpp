#include "xmpp/requests.hpp"

#include <utility>

namespace isthmus::xmpp {

void Requests::ask(const Incoming& in, const Name& owner, const Conversation& place, Request::Question question,
                   Render render) {
  auto& count = count_[owner];
  if (count == max_open) {
    return refuse(in.domain, {in.to.str(), in.from.str(), in.id},
                  {Condition::resource_constraint, Remedy::wait, "Too many of your questions are still open.", {}});
  }
  ++count;
  auto event = context_.make_event(owner, place, in.from.str(), Request{std::move(question)});
  open_.emplace(event->about.id,
                Open{&in.domain, owner, in.from.str(), in.to.str(), std::string{in.id}, std::move(render)});
  context_.runtime.router.emit(std::move(event));
}

void Requests::deliver(const Event& event, const Receipt& receipt) {
  const auto found = open_.find(event.about.id);
  if (found == open_.end()) return;  // the stream was lost meanwhile
  const auto open = std::move(found->second);
  open_.erase(found);
  close(open.owner);
  const auto* request = std::get_if<Request>(&event.what);
  if (!receipt.refused && request != nullptr) return answer(open, *request);
  refuse(*open.domain, {open.address, open.client, open.id},
         receipt.refused.value_or(Refusal{Condition::internal_server_error, Remedy::wait, {}, {}}));
}

void Requests::answer(const Open& open, const Request& request) {
  if (!open.domain->outlet->is_up()) return context_.runtime.counters.add("stanzas_dropped", "stream_down");
  const Reply reply{open.address, open.client, open.id};
  StanzaWriter out{open.domain->outlet->buffer(), open.domain->name};
  open.render(out, reply, request.what);
  if (out.finished()) return;
  refuse(*open.domain, reply,
         {Condition::resource_constraint, Remedy::modify, "The answer is too long for one stanza.", {}});
}

void Requests::refuse(const Domain& domain, const Reply& reply, const Refusal& why) {
  context_.runtime.counters.add("refused", to_text(why.condition));
  send(domain, context_.runtime.counters, [&](StanzaWriter& out) { write_error(out, "iq", reply, why); });
}

void Requests::forget(const Domain& domain) {
  for (auto it = open_.begin(); it != open_.end();) {
    if (it->second.domain != &domain) {
      ++it;
      continue;
    }
    close(it->second.owner);
    it = open_.erase(it);
  }
}

void Requests::close(const Name& owner) {
  const auto count = count_.find(owner);
  if (--count->second == 0) count_.erase(count);
}

}  // namespace isthmus::xmpp
