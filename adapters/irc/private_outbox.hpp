#pragma once
// What a user says to people on IRC, and links say in channels, until the server is known to have it. A line that was
// written to a socket may be lost with the server; but servers read in order, so the answer to a PING that follows it
// (RFC 2812 §3.7.2) tells that it was read. Where the server echoes under labels, the echo tells so, and only what
// waits for the link is in here. No I/O; time is a parameter.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/model/event.hpp"
#include "gateway/runtime/alarms.hpp"

namespace isthmus::irc {

class PrivateOutbox {
 public:
  static constexpr std::size_t max_waiting = 200;                            // messages
  static constexpr std::size_t max_waiting_bytes = std::size_t{256} * 1024;  // of their texts
  static constexpr std::size_t max_said = 50;  // that the server is not known to have; what comes then waits
  /// A link that is dead was noticed by then: this server answers no PING.
  static constexpr std::chrono::seconds longest_proof{180};

  /// Nothing waits, and nothing is to be proved.
  bool empty() const noexcept { return waiting_.empty() && said_.empty(); }

  // What waits for the link, or behind what does: oldest first.
  bool has_waiting() const noexcept { return !waiting_.empty(); }
  bool has_room_for(const Event& event) const noexcept;
  void wait(EventPtr event);
  /// What may be said now; nullptr when nothing waits or too much is under way.
  EventPtr next();
  /// What next() gave could not be said yet.
  void put_back(EventPtr event);
  /// True when something that waits may have been said before.
  bool has_repeated() const noexcept;
  std::vector<EventPtr> take_waiting();
  /// Of these, those that were seen at `oldest` or before.
  std::vector<EventPtr> take_older(SystemTime oldest);
  /// When the oldest that waits was seen; nullopt when none does.
  std::optional<SystemTime> oldest() const;

  // What was said, and is not known to have arrived.
  /// True for what is in here until the server has read it: what is said to people, and in rooms what whoever said it
  /// keeps until then.
  static bool wants_proof(const Event& event) noexcept {
    return event.about.conversation.kind == PlaceKind::direct || event.about.is_kept;
  }
  bool is_full() const noexcept { return said_.size() >= max_said; }
  /// `target` is folded; `lines`: in so many it was said.
  void said(EventPtr event, std::string target, std::size_t lines);
  /// True when a PING should follow, and none is under way.
  bool wants_ping() const noexcept { return covered_ == 0 && !said_.empty(); }
  /// A PING follows what was said so far: its parameter. `number`: of no other PING of the session. Until `due` an
  /// answer is waited for.
  std::string ask(std::uint32_t number, SteadyTime due);
  SteadyTime due() const noexcept { return covered_ == 0 ? SteadyTime::max() : due_; }
  /// `token` has come back: what the server has now. Nothing for any other token.
  std::vector<EventPtr> arrived(std::string_view token);
  /// No answer came until due(): what was said before the PING is taken for arrived.
  std::vector<EventPtr> give_up_proof();
  struct Refused {
    EventPtr event;  // nullptr: it was refused by another of its lines already
  };
  /// The server refuses a line to `target`, folded: the first that may be meant. nullopt when there is none.
  std::optional<Refused> refuse(std::string_view target);
  /// The connection is lost: all of it waits again, before what waits, marked as said again.
  void lose(std::vector<EventPtr> labelled);
  std::vector<EventPtr> take_said();
  /// Of these what was said in rooms, which is not for us to say again.
  std::vector<EventPtr> take_said_in_rooms();

 private:
  struct Said {
    EventPtr event;
    std::string target;
    std::size_t lines = 1;
    std::size_t refused = 0;  // of those
  };
  std::vector<EventPtr> take_covered();

  std::vector<EventPtr> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::vector<Said> said_;
  std::size_t covered_ = 0;  // so many of them were said before the PING that is under way
  std::string ping_;         // its parameter
  SteadyTime due_{};
};

}  // namespace isthmus::irc
