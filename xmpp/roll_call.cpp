#include "xmpp/roll_call.hpp"

#include <set>
#include <utility>

#include "xmpp/namespaces.hpp"

namespace isthmus::xmpp {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 60s;
constexpr auto pace = 100ms;
constexpr std::size_t questions_at_once = 20;

}  // namespace

RollCall::RollCall(const Context& context, std::function<void(const Name&, std::string_view)> gone)
    : context_{context}, gone_{std::move(gone)}, alarm_{context.runtime.alarms, [this] {
                                                          work();
                                                          context_.runtime.router.settle();
                                                        }} {}

void RollCall::begin(const Domain& domain) {
  std::set<std::string_view> seen;
  for (const auto* room : context_.rooms.all()) {
    if (room->domain != &domain) continue;
    for (const auto& occupant : room->occupants) {
      if (occupant.stale && seen.insert(occupant.jid).second)
        waiting_.push_back({&domain, room->owner, occupant.jid, {}});
    }
  }
  work();
}

void RollCall::forget(const Domain& domain) {
  std::erase_if(waiting_, [&](const Question& question) { return question.domain == &domain; });
  std::erase_if(asked_, [&](const auto& entry) { return entry.second.domain == &domain; });
}

bool RollCall::on_answer(std::string_view id, std::string_view from, std::string_view type) {
  const auto found = asked_.find(id);
  if (found == asked_.end() || found->second.client != from) return false;
  const auto question = std::move(found->second);
  asked_.erase(found);
  if (type == "error") gone_(question.owner, question.client);
  return true;
}

void RollCall::work() {
  const auto now = context_.runtime.alarms.now();
  for (std::size_t i = 0; i < questions_at_once && !waiting_.empty(); ++i) {
    auto question = std::move(waiting_.front());
    waiting_.pop_front();
    question.due = now + patience;
    ask(std::move(question));
  }
  while (!asked_.empty() && asked_.begin()->second.due <= now) {
    const auto question = std::move(asked_.begin()->second);
    asked_.erase(asked_.begin());
    gone_(question.owner, question.client);
  }
  if (!waiting_.empty()) {
    alarm_.set(now + pace);
  } else if (!asked_.empty()) {
    alarm_.set(asked_.begin()->second.due);
  }
}

void RollCall::ask(Question question) {
  const auto hex = to_hex(context_.runtime.ids.next(context_.now()));
  std::string id{hex.data(), hex.size()};
  send(*question.domain, context_.runtime.counters, [&](StanzaWriter& out) {
    out.open("iq").attribute("type", "get").attribute("from", question.domain->name).attribute("to", question.client);
    out.attribute("id", id).open("ping", ns::ping).close().close();
  });
  asked_.emplace(std::move(id), std::move(question));
}

}  // namespace isthmus::xmpp
