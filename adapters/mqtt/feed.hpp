#pragma once
// A topic, or all that a filter selects, as values for programs: each is told as it came, none is held back.
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "adapters/mqtt/seat.hpp"
#include "gateway/model/data.hpp"

namespace isthmus::mqtt {

class Feed final : public View {
 public:
  static constexpr std::size_t max_topics = 1'000;  // of a filter, whose last values are known

  Feed(const Seat& seat, Conversation place);
  ~Feed();
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  /// The owner wants to hear; `event` is answered when the broker has, or is not there.
  Outcome watch(EventPtr& event);
  /// False when the broker would not have it: nobody is waiting then, and it may go.
  bool is_wanted() const { return is_watched_; }
  bool is_granted() const { return is_granted_; }
  /// The last value, of a feed of one topic; nullptr: it has none, as far as is known.
  const Data* last() const;
  void on_link(const LinkState& state);

  void on_publication(const Publication& publication) override;

 private:
  void on_answer(const Reason& reason);
  void refuse_waiting(const Refusal& why);

  const Seat& seat_;
  Conversation place_;
  std::string filter_;
  bool is_watched_ = false;
  bool is_granted_ = false;
  std::vector<EventPtr> waiting_;     // watches without an answer
  std::map<std::string, Data> last_;  // by topic
};

}  // namespace isthmus::mqtt
