#include "adapters/irc/requests.hpp"

#include <algorithm>

namespace isthmus::irc {

namespace {

Rejected not_here() {
  return {{Condition::feature_not_implemented, Remedy::cancel, "That cannot be asked here on IRC.", {}}};
}

}  // namespace

Outcome Requests::ask(const SessionView& view, EventPtr& event) {
  const PlaceKind kind = event->about.conversation.kind;
  const auto* request = std::get_if<Request>(&event->what);
  if (kind == PlaceKind::direct && request != nullptr) {
    if (std::holds_alternative<ReadProfile>(request->what)) return whois_.ask(view, event);
    if (std::holds_alternative<AskClient>(request->what)) return clients_.ask(view, event);
  }
  if (kind == PlaceKind::network && request != nullptr && std::holds_alternative<ReadDirectory>(request->what))
    return directory_.ask(view, event);
  if (kind != PlaceKind::room) return not_here();
  if (request == nullptr) return channels_.ask(view, event);
  return std::visit(overloaded{
                        [&](const Moderate&) { return channels_.ask(view, event); },
                        [&](const ReadStandings&) { return channels_.ask(view, event); },
                        [&](const ReadSettings&) { return channels_.ask(view, event); },
                        [&](const ChangeSettings&) { return channels_.ask(view, event); },
                        [&](const ReadDirectory&) -> Outcome { return not_here(); },
                        [&](const ReadProfile&) -> Outcome { return not_here(); },
                        [&](const AskClient&) -> Outcome { return not_here(); },
                        [&](const ReadValue&) -> Outcome { return not_here(); },
                        [&](const PublishValue&) -> Outcome { return not_here(); },
                        [&](const WatchValues&) -> Outcome { return not_here(); },
                        [&](const ReadBranch&) -> Outcome { return not_here(); },
                    },
                    request->what);
}

bool Requests::on_reply(const SessionView& view, const Line& line) {
  return channels_.on_reply(view, line) || directory_.on_reply(view, line) || whois_.on_reply(view, line) ||
         clients_.on_refusal(view, line);
}

void Requests::on_disconnected(const SessionView& view, const Refusal& why) {
  channels_.fail_all(view, why);
  directory_.fail_all(view, why);
  directory_.forget();
  whois_.fail_all(view, why);
  clients_.fail_all(view, why);
}

void Requests::on_tick(const SessionView& view) {
  channels_.on_tick(view);
  directory_.on_tick(view);
  whois_.on_tick(view);
  clients_.on_tick(view);
  go_on(view);
}

void Requests::go_on(const SessionView& view) {
  channels_.go_on(view);
  for (HalfRead& half : channels_.take_half_read()) directory_.complete(view, std::move(half));
}

SteadyTime Requests::next_due() const noexcept {
  return std::min({channels_.next_due(), directory_.next_due(), whois_.next_due(), clients_.next_due()});
}

bool Requests::is_idle() const noexcept {
  return channels_.size() == 0 && directory_.is_idle() && whois_.is_empty() && clients_.is_empty();
}

}  // namespace isthmus::irc
