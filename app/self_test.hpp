#pragma once
// `isthmus selftest PLACE`: enters a place under the gateway's own name, as links do, says something there, and times
// it until the foreign side has it.
#include <optional>
#include <string>
#include <string_view>

#include "gateway/links/links.hpp"
#include "gateway/runtime/alarms.hpp"
#include "gateway/runtime/runtime.hpp"

namespace isthmus::app {

/// How result() begins while a test runs, and after one that failed.
constexpr std::string_view self_test_runs = "it runs";
constexpr std::string_view self_test_failed = "failed: ";

class SelfTest final : private Listener {
 public:
  static constexpr std::chrono::seconds limit{30};  // for entering, and again for saying
  static constexpr std::string_view words = "isthmus self-test";

  /// Both outlive it.
  SelfTest(Runtime& runtime, Links& links);

  /// Begins to test the place "scheme:network/native"; why it does not, if so. One at a time.
  std::optional<Refusal> start(std::string_view place);
  /// What came of the last one, in a line.
  const std::string& result() const noexcept { return result_; }
  /// For administrators: begins one, or tells of the last.
  Command command();

 private:
  enum class Step : std::uint8_t { idle, entering, saying, leaving };

  void on_said(const Event&, bool) override {}
  void on_link(std::string_view address, const LinkState& state) override;
  void on_alarm();
  void say();
  /// Called from within the router too: the place is left a moment later.
  void end(std::string result);

  Runtime& runtime_;
  Links& links_;
  Step step_ = Step::idle;
  Conversation where_;
  std::string address_;
  std::string obstacle_;  // what the network said last
  SteadyTime began_{};
  SteadyTime entered_{};
  std::string result_ = "there was none";
  Alarm alarm_;
};

}  // namespace isthmus::app
