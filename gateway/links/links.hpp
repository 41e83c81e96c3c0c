#pragma once
// What the gateway itself hears and says, without a user: links between places, and what programs hear and say in
// places of other adapters. It enters each place under a name of its own, and stays.
//
// To the router it is one more side, like the users': adapters see an owner of sessions as any other. What one place
// says goes to the others with whoever said it: adapters that claim Capability::speaker take that from the actor, whose
// `address` names the place ("scheme:network/native"); for the others the text begins with it.
#include <boost/asio/steady_timer.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/adapter.hpp"
#include "gateway/links/echo_guard.hpp"
#include "gateway/links/link.hpp"
#include "gateway/links/link_outbox.hpp"
#include "gateway/links/references.hpp"
#include "gateway/runtime/runtime.hpp"

namespace isthmus {

/// An adapter that hears places of others for its programs. Must not call the router's settle(), nor
/// Links::add_listener from within.
class Listener {
 public:
  /// Something was said there; the actor's address names where. `is_past`: it was so before, and is no news.
  virtual void on_said(const Event& event, bool is_past) = 0;
  /// How the link to the place `address` stands.
  virtual void on_link(std::string_view address, const LinkState& state) = 0;

 protected:
  ~Listener() = default;
};

class Links final : public Adapter, private LinkOutbox::Speaker {
 public:
  static constexpr std::string_view owner_name = LinkOutbox::owner_name;
  static constexpr std::string_view usual_nick = "isthmus";
  static constexpr std::chrono::seconds first_pause{5};  // before a place is entered again; doubled each time
  static constexpr std::chrono::seconds longest_pause{600};
  using Done = std::function<void(const Refusal* why)>;  // null: it is there

  /// `runtime` outlives it.
  explicit Links(Runtime& runtime);
  ~Links() override;

  const Name& owner() const noexcept { return owner_; }
  /// One whose places may stand in links; before run().
  void know(AdapterId id) { adapters_.push_back(id); }
  /// Its own id with the router; after those of all others.
  void set_id(AdapterId id);

  /// The room that `address` names: "scheme:network/native".
  Answer<Conversation> find(std::string_view address) const;
  /// What find() takes back to it; with another native name: that one on the same network.
  std::string address(const Conversation& place) const { return address(place, place.native.view()); }
  std::string address(const Conversation& place, std::string_view native) const;

  /// Members are places that find() knows, and no ring is among them.
  void add(const std::vector<LinkSettings>& links);
  /// `listener`, of the adapter `id`, hears `place`, except what a link takes to that adapter anyway.
  void add_listener(const Conversation& place, AdapterId id, Listener& listener);
  void remove_listener(const Conversation& place, const Listener& listener);
  /// Somebody asked for the place, and the gateway is in it.
  bool is_inside(const Conversation& place) const;
  /// Says it there; `done` is called once. Not from within deliver().
  void say(const Conversation& place, Payload what, EventId id, Actor who, Done done);
  /// Messages that links have to say and that are not known to have arrived.
  std::size_t waiting() const noexcept { return outbox_.size(); }

  asio::awaitable<void> run() override;
  Outcome deliver(Delivery& delivery) override;
  const AddressBook& addresses() const override;
  Capabilities capabilities(const Name& owner, const Conversation& place) const override;
  std::string_view protocol() const override { return "links"; }

 private:
  struct Heard {
    AdapterId adapter{};
    Listener* listener = nullptr;
  };
  /// A place that the gateway is in, or wants to be.
  struct Place {
    Conversation where;
    std::string address;
    std::vector<Conversation> to;  // whom a link tells what is said here
    std::vector<Heard> listeners;
    std::string nick{usual_nick};
    bool is_inside = false;
    std::uint64_t entered = 0;  // the how-manieth; what was entered first speaks for those that overlap it
    std::chrono::seconds pause = first_pause;
    SteadyTime due = SteadyTime::max();  // when to enter
    LinkState link{LinkState::State::connecting, {}};
  };

  Place& place_at(const Conversation& where);
  Place* find_place(const Conversation& where) const;
  void enter(Place& place);
  void leave(const Place& place);
  void enter_later(Place& place);
  void set_alarm();
  void on_alarm();

  void on_receipt(Delivery& delivery);
  void on_entered(const Event& event, const Refusal* refused);
  void on_membership(Place& place, const Membership& membership);
  void on_link_state(const Conversation& network, const LinkState& state);
  Outcome on_said(Event& event);
  void pass_on(const Event& event, const Place& place, const Conversation& to, bool is_past);
  void tell_listeners(Event& event, const Place& place, bool is_past);
  /// Whether another place tells this listener of it.
  bool is_told_elsewhere(const Place& place, std::string_view native, const Heard& heard) const;
  void speak(EventPtr event) override;
  EventPtr make_event(const Conversation& place, EventId id, Payload what) const override;

  Runtime& runtime_;
  AdapterId id_{};
  Name owner_;
  std::vector<AdapterId> adapters_;
  std::vector<Link> links_;
  std::vector<std::unique_ptr<Place>> places_;
  boost::unordered_flat_map<Conversation, Place*> by_where_;
  std::uint64_t entered_ = 0;
  EchoGuard echoes_;
  References references_;
  LinkOutbox outbox_;
  std::map<EventId, Done> awaited_;  // what programs said
  bool is_running_ = false;
  Alarm alarm_;
  asio::steady_timer until_stopped_;
};

}  // namespace isthmus
