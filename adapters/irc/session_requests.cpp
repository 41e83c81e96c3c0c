// Session: requests and their answers.
#include <utility>

#include "adapters/irc/session.hpp"

namespace isthmus::irc {

SessionView Session::view() { return {host_, shared_.scratch, *isupport_, channels_, nick_, own_prefix(), now_}; }

Outcome Session::deliver_request(EventPtr& event) {
  if (phase_ != Phase::up)
    return Rejected{
        {Condition::remote_server_timeout, Remedy::wait, "There is no connection to the network at the moment.", {}}};
  if (requests_ == nullptr) requests_ = std::make_unique<Requests>();
  Outcome outcome = requests_->ask(view(), event);
  go_on_with_requests();
  return outcome;
}

bool Session::is_refused_request(const Line& line) {
  if (requests_ == nullptr) return false;
  const std::string_view name = line.param(1);
  const Channel* channel = isupport_->is_channel(name) ? find(name) : nullptr;
  // Servers refuse by the channel's name alone: of a JOIN and a question from outside, what was sent first is meant.
  const bool is_joining = channel != nullptr && channel->state == Channel::State::joining;
  if (is_joining && requests_->channels().due_of(view(), name) > channel->due) return false;
  return requests_->on_reply(view(), line);
}

void Session::go_on_with_requests() {
  if (requests_ == nullptr) return;
  requests_->go_on(view());
  if (requests_->is_empty()) {
    requests_.reset();
  } else {
    want(requests_->next_due());
  }
}

void Session::fail_requests(const Refusal& why) {
  if (requests_ == nullptr) return;
  requests_->on_disconnected(view(), why);
  requests_.reset();
}

}  // namespace isthmus::irc
