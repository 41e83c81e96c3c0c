// Session: what the user says to people, until the server is known to have it (private_outbox.hpp).
#include <algorithm>
#include <utility>

#include "adapters/irc/nick.hpp"
#include "adapters/irc/session.hpp"
#include "adapters/irc/timing.hpp"
#include "gateway/outbox.hpp"

namespace isthmus::irc {

namespace {

constexpr std::chrono::seconds crowded_pause{1};  // when too much waits for the flood limit or the socket

Rejected too_much() {
  return {{Condition::resource_constraint, Remedy::wait, "Too much is waiting for the network already.", {}}};
}

}  // namespace

Outcome Session::say_to_person(EventPtr& event) {
  const std::string_view nick = event->about.conversation.native.view();
  if (!is_nick(nick)) return Rejected{{Condition::jid_malformed, Remedy::modify, "This cannot be a nick.", {}}};
  const bool must_wait =
      phase_ != Phase::up || (private_ != nullptr && (private_->has_waiting() || private_->is_full()));
  if (must_wait && private_ != nullptr && !private_->has_room_for(*event)) return too_much();
  if (wanted_nick_.empty()) wanted_nick_ = event->about.actor.name;
  last_private_ = now_;
  if (!must_wait) return say(event, nick);
  if (private_ == nullptr) private_ = std::make_unique<PrivateOutbox>();
  private_->wait(std::move(event));
  want(private_expiry());
  if (now_ >= paused_until_) open();
  return Pending{};
}

Outcome Session::await_pong(EventPtr& event, std::size_t from, std::string_view target, std::size_t lines) {
  EventPtr nobody;  // the PONG confirms it, not the write
  if (!host_.sent(nobody, from)) return too_much();
  if (private_ == nullptr) private_ = std::make_unique<PrivateOutbox>();
  private_->said(std::move(event), std::string{folded(target)}, lines);
  ask_for_pong();
  return Pending{};
}

void Session::ask_for_pong() {
  if (!private_->wants_ping()) return;
  const SteadyTime leaves = host_.send({}, Urgency::user);
  const SteadyTime due = leaves + PrivateOutbox::longest_proof;
  send(Urgency::user, "PING", {private_->ask(++pings_, due)});
  want(due);
}

void Session::on_pong(const Line& line) {
  if (private_ == nullptr) return;  // that anything came is what counts
  for (EventPtr& event : private_->arrived(line.last())) host_.confirmed(std::move(event));
  say_waiting();
}

void Session::say_waiting() {
  if (private_ == nullptr || phase_ != Phase::up) return;
  while (EventPtr event = private_->next()) {
    const Outcome outcome = say(event, event->about.conversation.native.view());
    const auto* rejected = std::get_if<Rejected>(&outcome);
    if (rejected == nullptr) continue;
    if (rejected->why.condition == Condition::resource_constraint) {
      private_->put_back(std::move(event));
      private_due_ = now_ + crowded_pause;
      want(private_due_);
      return;
    }
    host_.failed(std::move(event), rejected->why);
  }
  if (private_->empty()) {
    private_.reset();
  } else {
    ask_for_pong();
  }
}

void Session::tick_private() {
  if (private_ == nullptr) return;
  if (now_ >= private_->due()) {
    host_.count("irc_pings_unanswered", "private");
    for (EventPtr& event : private_->give_up_proof()) host_.confirmed(std::move(event));
  }
  for (EventPtr& event : private_->take_older(host_.wall_clock() - Outbox::max_age)) {
    host_.count("messages_dropped", "too_old");
    host_.failed(std::move(event), too_old());
  }
  private_due_ = never;
  say_waiting();
  if (private_ != nullptr && private_->empty()) private_.reset();
}

SteadyTime Session::private_expiry() const {
  const auto oldest = private_->oldest();
  if (!oldest) return never;
  return now_ + std::max<SteadyTime::duration>(*oldest + Outbox::max_age - host_.wall_clock(), {});
}

bool Session::refuse_private(std::string_view target, const Refusal& why) {
  if (private_ == nullptr) return false;
  auto refused = private_->refuse(folded(target));
  if (!refused) return false;
  if (refused->event != nullptr) host_.failed(std::move(refused->event), why);
  return true;
}

void Session::keep_unproved() {
  std::vector<EventPtr> labelled;
  if (extensions_ != nullptr) labelled = extensions_->unanswered.take_private();
  if (private_ == nullptr && labelled.empty()) return;
  if (private_ == nullptr) private_ = std::make_unique<PrivateOutbox>();
  for (EventPtr& event : private_->take_said_in_rooms()) {
    event->about.origin = Origin::replay;
    host_.failed(
        std::move(event),
        {Condition::remote_server_timeout, Remedy::wait, "The connection was lost; it may not have arrived.", {}});
  }
  private_->lose(std::move(labelled));
  private_due_ = never;
  if (private_->empty()) private_.reset();
}

void Session::fail_private(const Refusal& why) {
  if (private_ == nullptr) return;
  for (EventPtr& event : private_->take_said()) host_.failed(std::move(event), why);
  for (EventPtr& event : private_->take_waiting()) host_.failed(std::move(event), why);
  private_.reset();
}

void Session::confirm_said() {
  if (private_ == nullptr) return;
  for (EventPtr& event : private_->take_said()) host_.confirmed(std::move(event));
}

void Session::leave_private_to_the_store(const Refusal& why) {
  if (private_ == nullptr) return;
  for (EventPtr& event : private_->take_waiting())
    if (!event->about.is_kept) host_.failed(std::move(event), why);
  // Lines that the flood limit holds up do not leave any more, and nobody knows whose they are.
  if (host_.send({}, Urgency::user) <= now_) return;
  for (EventPtr& event : private_->take_said())
    if (!event->about.is_kept) host_.failed(std::move(event), why);
}

}  // namespace isthmus::irc
