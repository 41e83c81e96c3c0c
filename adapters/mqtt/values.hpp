#pragma once
// One user's view of a broker for programs: values that are read, watched, published and browsed as such.
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/mqtt/feed.hpp"
#include "adapters/mqtt/reading.hpp"
#include "adapters/mqtt/seat.hpp"

namespace isthmus::mqtt {

class Values {
 public:
  static constexpr std::size_t max_readings = 32;  // at a time

  /// `max_feeds`: topics and filters that may be watched at a time. `seat` outlives this.
  Values(const Seat& seat, std::size_t max_feeds) : seat_{seat}, max_feeds_{max_feeds} {}

  /// nullopt: the event is none of those requests.
  std::optional<Outcome> deliver(EventPtr& event);
  void on_link(const LinkState& state);

 private:
  Outcome watch(EventPtr& event, bool on);
  Outcome read(EventPtr& event);
  Outcome publish(EventPtr& event);
  Outcome browse(const Conversation& place, ReadBranch& question) const;

  const Seat& seat_;
  std::size_t max_feeds_;
  std::map<std::string, std::unique_ptr<Feed>, std::less<>> feeds_;  // by filter
  std::vector<std::unique_ptr<Reading>> readings_;
};

}  // namespace isthmus::mqtt
