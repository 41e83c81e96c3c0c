#pragma once
// One thing that was said in a room is heard by every user of the gateway who is there, each by a connection of their
// own, and not every network says which of it is the same. What was heard of late tells: who, what, and in which order.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/model/event.hpp"

namespace isthmus {

/// What one room heard of late. Of one listener the order is kept: what stands before what they heard last, they will
/// not hear any more.
class Echoes {
 public:
  static constexpr std::size_t most = 128;
  static constexpr std::chrono::seconds longest{30};  // between two who hear the same

  /// How far one listener has come.
  struct Listener {
    std::uint64_t next = 0;  // the first that they have not heard
    std::size_t within = 0;  // bytes of it that they have heard already: it came in pieces
  };

  struct Match {
    const EventId* id = nullptr;  // of what it is; null: news
    bool is_piece = false;        // only a part of it, with more to come
  };

  /// For somebody who begins to listen now.
  Listener listener(SystemTime now) const;
  /// What `event` is for `listener`.
  Match match(Listener& listener, const Event& event) const;
  /// It was news: heard by `listener`, or, where that is null, said by a user of the gateway.
  void add(Listener* listener, const Event& event);

 private:
  struct Heard {
    std::uint64_t digest = 0;
    std::uint64_t speaker = 0;
    EventId id;
    SystemTime at;
    std::unique_ptr<std::string> text;  // of what others may hear in pieces
  };
  std::uint64_t first_ = 0;   // the number of the front
  std::vector<Heard> heard_;  // at most `most`
};

}  // namespace isthmus
