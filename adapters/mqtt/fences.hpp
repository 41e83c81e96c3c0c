#pragma once
// Tells when all that a broker keeps has arrived. A broker takes what one client asks in order (MQTT 5 §4.6), so a
// question that changes nothing is asked behind a subscription: what is kept comes before its answer. Of QoS 1 and 2 it
// sends only as much as may be on its way (ejabberd: one), and more when that is acknowledged; so the question is asked
// again until nothing of that kind has come before its answer.
#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "adapters/mqtt/client.hpp"
#include "gateway/runtime/alarms.hpp"

namespace isthmus::mqtt {

class View;

class Fences {
 public:
  static constexpr std::chrono::seconds patience{10};  // then it is taken to be so
  static constexpr unsigned most_news = 20;            // answers before which only news came: some may always come
  using Passed = std::move_only_function<void()>;
  /// Asks the question; 0: there is no connection.
  using Ask = std::function<Token()>;

  explicit Fences(Ask ask) : ask_{std::move(ask)} {}

  /// `passed` is called once, unless `view` is removed before.
  void add(const View& view, SteadyTime now, Passed passed);
  void remove(const View& view);
  /// There is a new connection: what was asked in the last one will not be answered.
  void ask_again();
  void on_publication(const Publication& publication) {
    if (publication.retain) ++kept_;
    if (publication.qos > 0) ++promised_;
  }
  /// True when it was the answer to a question.
  bool on_answer(Token token);
  /// When on_alarm() is to be called; max(): there is no need.
  SteadyTime due() const { return fences_.empty() ? SteadyTime::max() : fences_.front().due; }
  void on_alarm(SteadyTime now);

 private:
  struct Fence {
    const View* view;
    Passed passed;
    SteadyTime due;
    // When it was asked:
    Token token{};
    std::uint64_t kept{};
    std::uint64_t promised{};
    unsigned only_news = 0;
  };

  void ask(Fence& fence);
  void pass(std::size_t index);

  Ask ask_;
  std::uint64_t kept_ = 0;
  std::uint64_t promised_ = 0;  // QoS 1 and 2
  std::vector<Fence> fences_;   // in the order of their times
};

}  // namespace isthmus::mqtt
