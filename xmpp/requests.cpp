#include "xmpp/requests.hpp"

#include <utility>

namespace isthmus::xmpp {

void Requests::ask(const Incoming& in, const Name& owner, const Conversation& place, Request::Question question,
                   Render render, Detours detours) {
  auto& count = count_[owner];
  if (count == max_open) {
    const Refusal why{Condition::resource_constraint, Remedy::wait, "Too many of your questions are still open.", {}};
    const Reply to{in.to.str(), in.from.str(), in.id};
    if (!detours.otherwise) return refuse(in.domain, to, why);
    return send(in.domain, context_.runtime.counters, [&](StanzaWriter& out) { detours.otherwise(out, to, why); });
  }
  ++count;
  emit(place, std::move(question),
       {&in.domain, owner, in.from.str(), in.to.str(), std::string{in.id}, std::move(render), std::move(detours)});
}

void Requests::emit(const Conversation& place, Request::Question question, Open open) {
  auto event = context_.make_event(open.owner, place, open.client, Request{std::move(question)});
  open_.emplace(event->about.id, std::move(open));
  context_.runtime.router.emit(std::move(event));
}

bool Requests::deliver(const Event& event, const Receipt& receipt) {
  const auto found = open_.find(event.about.id);
  if (found == open_.end()) return false;  // the stream was lost meanwhile, or somebody else asked
  auto open = std::move(found->second);
  open_.erase(found);
  const auto& answered = std::get<Request>(event.what).what;
  auto refused = receipt.refused;
  if (const auto next = std::exchange(open.detours.next, {}); next && !refused) {
    auto further = next(answered);
    if (further && *further) {
      emit(event.about.conversation, std::move(**further), std::move(open));
      return true;
    }
    if (!further) refused = further.error();
  }
  close(open.owner);
  if (!refused) {
    reply(open, [&](StanzaWriter& out, const Reply& to) { open.render(out, to, answered); });
  } else if (const auto& otherwise = open.detours.otherwise) {
    reply(open, [&](StanzaWriter& out, const Reply& to) { otherwise(out, to, *refused); });
  } else {
    refuse(*open.domain, {open.address, open.client, open.id}, *refused);
  }
  return true;
}

void Requests::reply(const Open& open, const std::function<void(StanzaWriter& out, const Reply& to)>& write) {
  if (!open.domain->outlet->is_up()) return context_.runtime.counters.add("stanzas_dropped", "stream_down");
  const Reply to{open.address, open.client, open.id};
  StanzaWriter out{open.domain->outlet->buffer(), open.domain->name};
  write(out, to);
  if (out.finished()) return;
  refuse(*open.domain, to,
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
