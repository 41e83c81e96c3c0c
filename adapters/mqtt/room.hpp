#pragma once
// All that a filter selects as a room of one user: each topic that was seen is an occupant, and what is published there
// is what it says.
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "adapters/mqtt/seat.hpp"
#include "gateway/model/request.hpp"

namespace isthmus::mqtt {

class Room final : public View {
 public:
  static constexpr std::size_t max_occupants = 500;     // topics; the others share one occupant
  static constexpr std::string_view others = "(more)";  // its nick

  Room(const Seat& seat, Conversation place);
  ~Room();
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

  /// A client enters; `event` is answered when the broker has granted the subscription and told what it keeps, or is
  /// not there.
  Outcome join(EventPtr& event, const Change& change);
  /// A message to a topic that it names, "kitchen/temp: 21" or "@kitchen/temp 21".
  Outcome said(EventPtr& event, const std::string& text);
  /// A value of another place of a link, `value` in `event`, goes to the topic, or to the one of its name that the
  /// filter selects; else it is as text is.
  Outcome pass_on(EventPtr& event, const Data& value);
  void answer(ReadSettings& question) const;
  const Conversation& place() const { return place_; }
  const std::string& nick() const { return nick_; }
  void on_link(const LinkState& state);
  /// False when nobody is inside, nor waits to be.
  bool is_used() const { return !waiting_.empty() || is_entered_; }

  void on_publication(const Publication& publication) override;

 private:
  struct Topic {
    std::string nick;
    Message last;
    SystemTime at;
    EventPtr held{};            // its newest value, which waits because others came too fast
    std::uint32_t skipped = 0;  // values since the last one that was told
  };
  struct Target {
    std::string topic;
    std::string value;
  };

  void on_answer(const Reason& reason);
  /// A link passed it on, and somebody else brings it back.
  bool is_carried_round(const Publication& publication) const;
  void enter_waiting();
  void enter(const std::string& client);
  void tell_change(Change::Kind kind, const std::string& nick);
  /// The topic's nick, entering it when it is new; `others` when there is no place left for it.
  std::string nick_for(const Publication& publication, const Message& message);
  void forget(const std::string& topic);
  /// More of QoS 0 comes than a person can follow, and `publication` is of that kind. What was sent with more, and what
  /// is an answer to entering, never waits.
  bool must_wait(const Publication& publication);
  /// In place of what waited of this topic.
  void hold(const std::string& topic, EventPtr event);
  void tell_held(const std::string& topic);
  void on_alarm();
  std::optional<Target> target_of(std::string_view text) const;
  std::string subject() const;
  Roster roster() const;

  const Seat& seat_;
  Conversation place_;
  std::string filter_;
  std::string nick_;  // the user's
  bool is_entered_ = false;
  std::vector<EventPtr> waiting_;  // joins without an answer
  std::map<std::string, Topic> topics_;
  bool has_others_ = false;
  std::deque<std::string> held_;  // topics of which a value waits: the longest first
  Alarm alarm_;
};

}  // namespace isthmus::mqtt
