#include "app/self_test.hpp"

#include <fmt/format.h>

#include <utility>

namespace isthmus::app {
namespace {

using namespace std::chrono_literals;

constexpr auto look_pause = 20ms;  // between two looks at whether the place was entered
constexpr AdapterId users_side{0};

std::string milliseconds(SteadyTime from, SteadyTime to) {
  return fmt::format("{} ms", std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count());
}

}  // namespace

SelfTest::SelfTest(Runtime& runtime, Links& links)
    : runtime_{runtime}, links_{links}, alarm_{runtime.alarms, [this] { on_alarm(); }} {}

std::optional<Refusal> SelfTest::start(std::string_view place) {
  if (step_ != Step::idle) return Refusal{Condition::resource_constraint, Remedy::wait, "One runs already.", {}};
  auto found = links_.find(place);
  if (!found) return found.error();
  where_ = *std::move(found);
  address_ = place;
  obstacle_.clear();
  result_ = std::string{self_test_runs} + ": " + address_;
  step_ = Step::entering;
  began_ = runtime_.alarms.now();
  links_.add_listener(where_, users_side, *this);
  alarm_.set(began_);
  return std::nullopt;
}

void SelfTest::on_link(std::string_view, const LinkState& state) {
  if (!state.reason.empty()) obstacle_ = state.reason;
}

void SelfTest::on_alarm() {
  const auto now = runtime_.alarms.now();
  if (step_ == Step::leaving) {
    links_.remove_listener(where_, *this);
    step_ = Step::idle;
  } else if (step_ == Step::entering && links_.is_inside(where_)) {
    say();
  } else if (now >= (step_ == Step::entering ? began_ : entered_) + limit) {
    const auto* what = step_ == Step::entering ? "was not entered" : "did not say that it has the message";
    const auto because = obstacle_.empty() ? "" : " (" + obstacle_ + ")";
    end(fmt::format("{}{} {} within {} s{}", self_test_failed, address_, what, limit.count(), because));
  } else {
    alarm_.set(now + look_pause);
  }
  runtime_.router.settle();
}

void SelfTest::say() {
  step_ = Step::saying;
  entered_ = runtime_.alarms.now();
  alarm_.set(entered_ + limit);
  const auto id = runtime_.ids.next(runtime_.alarms.wall_clock());
  const Actor self{.name = std::string{Links::usual_nick}, .address = {}};
  links_.say(where_, Message{Style::normal, std::string{words}}, id, self, [this](const Refusal* why) {
    if (step_ != Step::saying) return;  // too late
    const auto now = runtime_.alarms.now();
    end(why != nullptr ? fmt::format("{}{} does not take it: {}", self_test_failed, address_, why->text)
                       : fmt::format("{}: entered in {}, said in {}", address_, milliseconds(began_, entered_),
                                     milliseconds(entered_, now)));
  });
}

void SelfTest::end(std::string result) {
  result_ = std::move(result);
  runtime_.log.info("self-test: {}", result_);
  step_ = Step::leaving;
  alarm_.set(runtime_.alarms.now());
}

Command SelfTest::command() {
  const auto form = [](const CommandCall&) {
    Form asked{.title = "Test a place"};
    asked.fields.push_back({.name = "place",
                            .label = "Place",
                            .kind = Field::Kind::text,
                            .help =
                                "As in a link: irc:NETWORK/#CHANNEL, mqtt:BROKER/TOPIC, ws:NAME; what is said there "
                                "everybody hears. Empty: what came of the last test."});
    return asked;
  };
  const auto run = [this](const CommandCall&, const Form& filled) -> CommandOutcome {
    const auto place = filled.value("place");
    if (place.empty()) return CommandDone{result_};
    if (auto why = start(place)) return *std::move(why);
    return CommandDone{result_ + "; ask again, without a place, for what came of it"};
  };
  return {.name = "selftest", .label = "Send a message through a place (administrators)", .form = form, .run = run};
}

}  // namespace isthmus::app
