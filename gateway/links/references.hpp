#pragma once
// By which ids the places of a link know what was said there and passed on: corrections and reactions name it by the
// one of their own place. Pure.
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include "gateway/model/event.hpp"

namespace isthmus {

class References {
 public:
  static constexpr std::size_t most = 2'000;  // ids; more, and the oldest go

  /// In `place`, what has the id `id` with us is known as `ref`.
  void note(const EventId& id, const Conversation& place, std::string_view ref);
  /// What `ref` of `from` is known as in `to`; `ref` itself where nobody knows.
  std::string translated(std::string_view ref, const Conversation& from, const Conversation& to) const;

 private:
  struct Known {
    std::string id;  // ours, in hexadecimal digits: where nothing is noted, that is its ref
    Conversation place;
    std::string ref;
  };
  std::deque<Known> known_;
};

}  // namespace isthmus
