#pragma once
// After a component stream was lost nobody knows which clients are still there: each is asked once, by ping (XEP-0199),
// some at a time. Who answers with an error, or not within a minute, is gone.
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "gateway/runtime/alarms.hpp"
#include "xmpp/context.hpp"
#include "xmpp/domain.hpp"

namespace isthmus::xmpp {

class RollCall {
 public:
  /// `gone` is told the client's full JID and its owner.
  RollCall(const Context& context, std::function<void(const Name&, std::string_view)> gone);

  /// Asks every client that is stale in a room of `domain`.
  void begin(const Domain& domain);
  /// The stream was lost again: the questions that are under way mean nothing.
  void forget(const Domain& domain);
  /// True when the answer (`type` "result" or "error") was to one of our questions.
  bool on_answer(std::string_view id, std::string_view from, std::string_view type);

 private:
  struct Question {
    const Domain* domain;
    Name owner;
    std::string client;
    SteadyTime due;
  };
  void work();
  void ask(Question question);

  const Context& context_;
  std::function<void(const Name&, std::string_view)> gone_;
  std::deque<Question> waiting_;
  std::map<std::string, Question, std::less<>> asked_;  // by id: time-ordered, so the first is the oldest
  Alarm alarm_;
};

}  // namespace isthmus::xmpp
