#pragma once
// What one user asks with MQTT 5's request and response (§4.10): a value is published with a topic of ours for the
// answer, which is then said where the question was asked, as a reply to it.
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "adapters/mqtt/seat.hpp"

namespace isthmus::mqtt {

class Questions final : public View {
 public:
  static constexpr std::size_t max_open = 20;          // without an answer, at a time
  static constexpr std::chrono::seconds patience{60};  // for an answer
  static constexpr std::size_t max_quoted = 200;       // bytes of the question that the answer quotes

  explicit Questions(const Seat& seat);
  ~Questions();
  Questions(const Questions&) = delete;
  Questions& operator=(const Questions&) = delete;

  /// False: the broker speaks MQTT 3.1.1, there is no topic for answers, or it may not be read.
  bool can_ask() const;
  /// Asks what `event`, a Message, says, by publishing `publication`; the event is answered as any that is published.
  Outcome ask(EventPtr& event, Publication publication);
  /// The same without an event. What goes wrong is said in `place`; a refusal at once is returned.
  std::optional<Refusal> ask(const Conversation& place, Publication publication);

  void on_publication(const Publication& publication) override;

 private:
  struct Question {
    std::string correlation;
    Conversation place;
    std::string message;  // that asks, as the user's client knows it; empty: none does
    std::string text;
    SteadyTime due;
    Publication unsent{};  // while the topic for answers is not granted
    EventPtr event{};      // the same
  };

  std::optional<Refusal> refusal(const std::string& topic) const;
  Question make_question(const Conversation& place, Publication publication);
  void add(Question question);
  void send(Question& question);
  void on_granted(const Reason& reason);
  /// Without a topic for the answer: whoever wrote a reply wants it to be published at least.
  void publish_unasked(Question& question);
  void give_up(const std::string& correlation, const Reason& reason);
  void answer(const Question& question, Message message);
  void on_alarm();
  void set_alarm();

  const Seat& seat_;
  std::string topic_;  // for answers
  bool is_wanted_ = false;
  bool is_granted_ = false;
  bool is_refused_ = false;
  std::vector<Question> open_;        // oldest first
  std::shared_ptr<Questions*> self_;  // null once this is gone: for what the broker tells later
  Alarm alarm_;
};

}  // namespace isthmus::mqtt
