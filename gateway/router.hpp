#pragma once
// Events in, deliveries out. Deterministic, without I/O or clock. An event of an owner's session goes from the users'
// side to the adapter of its conversation, or from there to the users' side; no protocol is known by name.
#include <cstddef>
#include <vector>

#include "gateway/adapter.hpp"
#include "gateway/model/degrade.hpp"
#include "gateway/outbox.hpp"
#include "gateway/runtime/counters.hpp"

namespace isthmus {

/// Hears what becomes of events, for metrics and the log. Must not throw, nor call the router.
class DeliveryWatch {
 public:
  virtual ~DeliveryWatch() = default;
  /// `event` came in, from either side. Not again when it was deferred.
  virtual void on_event(const Event& event) = 0;
  /// The foreign side has what a user said.
  virtual void on_confirmed(const Event& event) = 0;
  virtual void on_failed(const Event& event, const Refusal& why) = 0;
  /// settle() gave up at `event`, and dropped it: a defect of an adapter.
  virtual void on_endless(const Event& event) = 0;
};

/// Sees what happens, before the users' side does.
class Witness {
 public:
  virtual ~Witness() = default;
  /// A foreign side tells it. The event's id may be changed: until now nobody knows it.
  virtual void heard(Event& event) = 0;
  /// The foreign side has what a user said, as it could say it (Event::original), or did. The same holds for the id.
  virtual void done(Event& event) = 0;
};

class Router {
 public:
  /// What follows from one input follows in this many steps; more, and two adapters answer each other without end.
  static constexpr int max_steps = 1'000;

  explicit Router(Counters& counters, DegradePolicy policy = {}) : counters_{counters}, policy_{policy} {}

  /// An id for an adapter that will be set before the first event; at most 255.
  AdapterId reserve();
  /// `adapter` must outlive the router's last settle().
  void set(AdapterId id, Adapter& adapter);
  /// The adapter on whose side the users are.
  void set_home(AdapterId id) { home_ = id; }
  /// `id` gets what `owner`, who is no user, hears in other places, and may say something there.
  void set_plumbing(AdapterId id, Name owner) {
    plumbing_ = id;
    plumber_ = std::move(owner);
  }
  /// `witness` outlives the router's last event. Without one, nobody looks.
  void set_witness(Witness& witness) { witness_ = &witness; }
  const Adapter& adapter(AdapterId id) const { return *adapters_[static_cast<std::size_t>(id)]; }

  /// `watch` outlives the router's last settle().
  void set_watch(DeliveryWatch& watch) { watch_ = &watch; }
  /// From the next event on.
  void set_policy(const DegradePolicy& policy) { policy_ = policy; }
  const DegradePolicy& policy() const noexcept { return policy_; }

  /// Takes an event in; settle() routes it, so no adapter is ever called from within its own code.
  void emit(EventPtr event);
  /// The foreign side has what deliver() answered Pending to.
  void confirmed(EventPtr event);
  /// The foreign side will not have it.
  void failed(EventPtr event, Refusal why);
  /// `id` may be tried again after it answered Deferred.
  void resumed(AdapterId id);

  /// What waits for an adapter and was seen before `oldest` is not said any more: whoever said it is told.
  void expire(SystemTime oldest);

  /// Routes all that was taken in, and what comes of it. Adapters call it when the handling of one input (a stanza, a
  /// line, a timer) is done; a call from within settle() does nothing.
  void settle();

  /// Deliveries that wait for `id`.
  std::size_t waiting(AdapterId id) const { return outbox_.size(id); }

 private:
  void route(Delivery delivery);
  /// Drops what waits to be routed.
  void give_up();
  void defer(AdapterId to, EventPtr event);
  void refuse(Delivery delivery, Refusal why);
  /// Makes of a delivery what `to` can say. False when that is the end of it.
  bool adapt(Delivery& delivery, Adapter& to);
  AdapterId destination(const Delivery& delivery) const;
  /// Comes from a side that asks, and hears what became of it.
  bool is_a_wish(const Event& event) const noexcept {
    return event.about.source == home_ || event.about.source == plumbing_;
  }
  /// Belongs to no user.
  bool is_plumbing(const Event& event) const noexcept { return event.about.owner == plumber_ && !plumber_.empty(); }

  Counters& counters_;
  DegradePolicy policy_;
  DeliveryWatch* watch_ = nullptr;
  std::vector<Adapter*> adapters_;
  AdapterId home_{};
  AdapterId plumbing_{};  // as home_: there is none
  Name plumber_;
  Witness* witness_ = nullptr;
  std::vector<Delivery> incoming_;  // taken in, not yet routed
  std::vector<Delivery> routing_;   // being routed; a member for its capacity
  bool settling_ = false;
  Outbox outbox_;
};

}  // namespace isthmus
