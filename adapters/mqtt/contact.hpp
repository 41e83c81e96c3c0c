#pragma once
// A topic, or all that a filter selects, as a contact of one user: its presence is the last value, its messages are the
// values as they come, not too many of them.
#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "adapters/mqtt/chat_command.hpp"
#include "adapters/mqtt/questions.hpp"
#include "adapters/mqtt/seat.hpp"
#include "gateway/model/request.hpp"

namespace isthmus::mqtt {

class Contact final : public View {
 public:
  static constexpr std::size_t max_history = 100;  // values
  static constexpr std::size_t max_status = 200;   // bytes

  Contact(const Seat& seat, Questions& questions, Conversation place);
  ~Contact();
  Contact(const Contact&) = delete;
  Contact& operator=(const Contact&) = delete;

  /// The user wants to know what is there; `event` is answered when the broker has.
  Outcome watch(EventPtr& event);
  bool is_watched() const { return is_watched_; }
  bool is_granted() const { return is_granted_; }
  /// A Message or an Edit: a value to publish, or a command.
  Outcome said(EventPtr& event, const std::string& text);
  /// Publishes `text` and says the answer when it comes.
  std::optional<Refusal> ask(std::string text) { return questions_.ask(place_, question(std::move(text))); }
  bool can_ask() const { return questions_.can_ask() && !is_digest_; }
  Profile profile() const;
  void tell_presence();

  void on_publication(const Publication& publication) override;

 private:
  struct Value {
    SystemTime at;
    std::string text;
  };

  void on_answer(const Reason& reason);
  void on_news(const Publication& publication, Data::Form form, std::string text);
  /// A value that asks for an answer is never held back.
  void on_question(const Publication& publication, Message message);
  void tell(Message message);
  void look_at_alert(std::string_view value);
  void sound_alert();
  /// The answer to a request of the message that `reply` names, if it was one.
  std::optional<Outcome> answer(EventPtr& event, const Reply& reply, const std::string& text);
  Publication question(std::string text) const;
  Outcome carry_out(EventPtr& event, ChatCommand command);
  std::string last_text() const;
  std::string history_text(std::size_t count) const;
  /// The topic's part behind the filter's constant prefix; empty for a contact that is one topic.
  std::string label(const Publication& publication) const;
  std::optional<std::chrono::milliseconds> stale_after() const;
  void note_pause(SteadyTime now);
  void on_alarm();
  void set_alarm();

  const Seat& seat_;
  Questions& questions_;
  Conversation place_;
  std::string filter_;
  bool is_digest_;
  bool is_watched_ = false;
  bool is_granted_ = false;
  std::vector<EventPtr> waiting_;  // watches without an answer

  // As the user has set it.
  std::uint8_t qos_ = 1;
  std::chrono::milliseconds interval_;
  std::optional<SteadyTime> paused_until_;
  std::optional<Alert> alert_;

  std::optional<Value> last_;
  std::string last_payload_;
  std::deque<Value> history_;
  bool is_stale_ = false;
  bool is_cleared_ = false;  // an empty value came last: there is none any more
  SteadyTime last_at_{};
  std::deque<std::chrono::milliseconds> pauses_;  // between the last values

  struct Question {
    std::string message;  // our name of it
    std::string topic;    // where the answer goes
    std::string correlation;
  };
  static constexpr std::size_t max_questions = 20;
  std::deque<Question> asked_;  // by others, here: the last ones

  std::optional<Message> held_;  // said when the interval is over
  std::uint32_t skipped_ = 0;
  SteadyTime may_tell_at_ = SteadyTime::min();
  SteadyTime may_show_at_ = SteadyTime::min();
  bool is_to_be_shown_ = false;
  SteadyTime alert_due_ = SteadyTime::max();
  bool has_alerted_ = false;
  std::string alert_value_;
  Alarm alarm_;
};

}  // namespace isthmus::mqtt
