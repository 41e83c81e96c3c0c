#include "tests/bench/load_scenario.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <stdexcept>

#include "tests/bench/load_probe.hpp"

namespace isthmus::bench {
namespace {

constexpr Nanoseconds stall_limit = 5 * second;        // without any sign of life: what is missing is lost
constexpr Nanoseconds quiet_time = 300 * millisecond;  // without any sign of life: the process has nothing left to do
constexpr Nanoseconds settle_time = 20 * millisecond;  // so that the process sleeps when its CPU time is read
constexpr Nanoseconds lone_interval = 10 * millisecond;
constexpr Nanoseconds idle_time = 5 * second;
constexpr std::size_t steady_rate = 25'000;  // a second

constexpr std::array table{
    Scenario{"xmpp_to_irc", Traffic::xmpp_to_irc, 100, false, 0, 100'000},
    Scenario{"irc_to_xmpp", Traffic::irc_to_xmpp, 100, false, 0, 100'000},
    Scenario{"fanout50", Traffic::irc_to_xmpp, 50, true, 0, 200'000},
    Scenario{"lone", Traffic::lone, 100, false, 0, 500},
    Scenario{"xmpp_to_irc_500", Traffic::xmpp_to_irc, 500, false, 0, 100'000},
    Scenario{"irc_to_xmpp_500", Traffic::irc_to_xmpp, 500, false, 0, 100'000},
    Scenario{"join_500", Traffic::none, 500, false, 0, 0},
    Scenario{"join_5000_members", Traffic::none, 1, false, 5000, 0},
    Scenario{"idle_100", Traffic::idle, 100, false, 0, 0},
    Scenario{"idle_900", Traffic::idle, 900, false, 0, 0},
    Scenario{"steady", Traffic::steady, 100, false, 0, 60 * steady_rate},
};

Nanoseconds own_cpu_time() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * second + time.tv_nsec;
}

double in_ms(Nanoseconds span) { return static_cast<double>(span) / 1e6; }

double in_s_per_1000(Nanoseconds span, std::size_t count) {
  return static_cast<double>(span) / 1e6 / static_cast<double>(std::max<std::size_t>(count, 1));
}

Nanoseconds at_rank(std::vector<Nanoseconds>& values, double share) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

/// What a stretch of a run cost.
struct Cost {
  Nanoseconds cpu = 0;
  Nanoseconds own_cpu = 0;
  Nanoseconds span = 0;
};

class Run {
 public:
  Run(const Scenario& scenario, const Terms& terms, Stage& stage) : scenario_(scenario), terms_(terms), stage_(stage) {}

  std::vector<Report> all();

 private:
  Report joins(const Cost& cost);
  Report idle();
  Report pipelined();
  Report lone(Traffic way, std::string name);
  Report steady();

  /// What `action` costs, from its first byte to the last sign of life.
  template <class Action>
  Cost cost_of(Action action);
  void join_all();
  void wait_until_quiet();
  void pump(std::size_t deliveries);
  /// Sends the next message of direction `way`, each user or channel in turn; returns its number of deliveries.
  std::size_t send_next(Traffic way);
  std::size_t in_flight() const;
  /// Turns until `done`, or until nothing stirred for too long.
  template <class Done>
  void run_until(Done done);
  void add_outcome(Report& report, Ledger& arrived, Traffic way);

  const Scenario& scenario_;
  const Terms& terms_;
  Stage& stage_;
  Nanoseconds last_stir_ = 0;
  std::size_t turn_of_ = 0;  // the user or channel that speaks next
  std::size_t rss_start_ = 0;
  std::size_t rss_idle_ = 0;
};

template <class Done>
void Run::run_until(Done done) {
  std::size_t seen = stage_.activity();
  last_stir_ = now();
  while (!done()) {
    stage_.loop.turn(quiet_time);
    const Nanoseconds at = now();
    if (stage_.activity() != seen) last_stir_ = at;
    seen = stage_.activity();
    if (at - last_stir_ > stall_limit || at > terms_.deadline) return;
  }
}

template <class Action>
Cost Run::cost_of(Action action) {
  stage_.loop.run_for(settle_time);
  const Nanoseconds cpu = cpu_time(terms_.process);
  const Nanoseconds own_cpu = own_cpu_time();
  const Nanoseconds began = now();
  action();
  const Nanoseconds ended = last_stir_;
  const Nanoseconds own_used = own_cpu_time() - own_cpu;
  stage_.loop.run_for(settle_time);
  return {.cpu = cpu_time(terms_.process) - cpu, .own_cpu = own_used, .span = ended - began};
}

void Run::wait_until_quiet() {
  std::size_t seen = 0;
  do {
    seen = stage_.activity();
    stage_.loop.run_for(quiet_time);
  } while (seen != stage_.activity() && now() < terms_.deadline);
}

void Run::join_all() {
  for (std::size_t user = 0; user < stage_.users(); ++user) stage_.join(user);
  run_until([this] { return stage_.joined() == stage_.users(); });
  if (stage_.joined() == stage_.users()) return;
  throw std::runtime_error{"only " + std::to_string(stage_.joined()) + " of " + std::to_string(stage_.users()) +
                           " users joined. " + stage_.first_error()};
}

std::size_t Run::send_next(Traffic way) {
  if (way == Traffic::xmpp_to_irc) {
    stage_.speak(turn_of_);
    turn_of_ = (turn_of_ + 1) % stage_.users();
    return 1;
  }
  stage_.answer(turn_of_);
  turn_of_ = (turn_of_ + 1) % stage_.channels();
  return scenario_.one_channel ? stage_.users() : 1;
}

std::size_t Run::in_flight() const {
  return std::max({stage_.to_irc.in_flight(), stage_.reflections.in_flight(), stage_.to_xmpp.in_flight()});
}

void Run::pump(std::size_t deliveries) {
  std::size_t sent = 0;
  run_until([&] {
    while (sent < deliveries && in_flight() < terms_.window) sent += send_next(scenario_.traffic);
    return in_flight() == 0;
  });
}

void Run::add_outcome(Report& report, Ledger& arrived, Traffic way) {
  Faults faults = arrived.faults();
  if (way == Traffic::xmpp_to_irc) {
    const Faults reflected = stage_.reflections.faults();
    faults.lost += reflected.lost;
    faults.duplicated += reflected.duplicated;
    faults.reordered += reflected.reordered;
    faults.corrupted += reflected.corrupted;
    report.figures.push_back({"reflections", static_cast<double>(stage_.reflections.arrived())});
  }
  const Figure figures[] = {
      {"p50_ms", in_ms(arrived.latency(0.50))},
      {"p99_ms", in_ms(arrived.latency(0.99))},
      {"rss_start_kib", static_cast<double>(rss_start_)},
      {"rss_idle_kib", static_cast<double>(rss_idle_)},
      {"rss_end_kib", static_cast<double>(resident_kib(terms_.process))},
      {"deliveries", static_cast<double>(arrived.arrived())},
      {"lost", static_cast<double>(faults.lost)},
      {"duplicated", static_cast<double>(faults.duplicated)},
      {"reordered", static_cast<double>(faults.reordered)},
      {"corrupted", static_cast<double>(faults.corrupted)},
      {"errors", static_cast<double>(stage_.errors())},
  };
  report.figures.insert(report.figures.end(), std::begin(figures), std::end(figures));
}

Report Run::joins(const Cost& cost) {
  const std::size_t units = scenario_.users * std::max<std::size_t>(scenario_.crowd, 1);
  const std::size_t expected = scenario_.users * (scenario_.crowd + 2);  // with the foreign member and oneself
  const std::size_t seen = stage_.occupants_seen();
  return {std::string{scenario_.name},
          {{"cpu_s_per_1000", in_s_per_1000(cost.cpu, units)},
           {"load_cpu_s_per_1000", in_s_per_1000(cost.own_cpu, units)},
           {"p50_ms", in_ms(at_rank(stage_.join_latencies(), 0.50))},
           {"p99_ms", in_ms(at_rank(stage_.join_latencies(), 0.99))},
           {"rss_start_kib", static_cast<double>(rss_start_)},
           {"rss_idle_kib", static_cast<double>(rss_idle_)},
           {"deliveries", static_cast<double>(seen)},
           {"lost", static_cast<double>(expected - std::min(seen, expected))},
           {"duplicated", static_cast<double>(seen - std::min(seen, expected))},
           {"errors", static_cast<double>(stage_.errors())}}};
}

Report Run::idle() {
  const Cost cost = cost_of([this] { stage_.loop.run_for(idle_time); });
  const double seconds = static_cast<double>(idle_time) / static_cast<double>(second);
  return {std::string{scenario_.name},
          {{"cpu_ms_per_s", in_ms(cost.cpu) / seconds},
           {"users", static_cast<double>(scenario_.users)},
           {"rss_start_kib", static_cast<double>(rss_start_)},
           {"rss_idle_kib", static_cast<double>(rss_idle_)},
           {"errors", static_cast<double>(stage_.errors())}}};
}

Report Run::pipelined() {
  Ledger& arrived = scenario_.traffic == Traffic::xmpp_to_irc ? stage_.to_irc : stage_.to_xmpp;
  pump(terms_.warm_up);
  arrived.forget_latencies();
  const std::size_t before = arrived.arrived();
  const Cost cost = cost_of([this] { pump(scenario_.messages); });
  const std::size_t count = arrived.arrived() - before;
  wait_until_quiet();  // whatever comes now came twice
  const double seconds = static_cast<double>(std::max<Nanoseconds>(cost.span, 1)) / static_cast<double>(second);
  Report report{std::string{scenario_.name},
                {{"messages_per_s", static_cast<double>(count) / seconds},
                 {"cpu_s_per_1000", in_s_per_1000(cost.cpu, count)},
                 {"load_cpu_s_per_1000", in_s_per_1000(cost.own_cpu, count)}}};
  add_outcome(report, arrived, scenario_.traffic);
  return report;
}

Report Run::lone(Traffic way, std::string name) {
  Ledger& arrived = way == Traffic::xmpp_to_irc ? stage_.to_irc : stage_.to_xmpp;
  const Cost cost = cost_of([&] {
    const Nanoseconds began = now();
    for (std::size_t i = 0; i < scenario_.messages && now() < terms_.deadline; ++i) {
      const Nanoseconds due = began + static_cast<Nanoseconds>(i) * lone_interval;
      stage_.loop.run_until([due] { return now() >= due; }, std::max<Nanoseconds>(due - now(), 0));
      send_next(way);
    }
    run_until([this] { return in_flight() == 0; });
  });
  wait_until_quiet();
  Report report{std::move(name), {{"cpu_s_per_1000", in_s_per_1000(cost.cpu, arrived.arrived())}}};
  add_outcome(report, arrived, way);
  return report;
}

Report Run::steady() {
  Ledger& arrived = stage_.to_xmpp;
  const Cost cost = cost_of([&] {
    const Nanoseconds began = now();
    std::size_t sent = 0;
    while (now() < terms_.deadline && (sent < scenario_.messages || in_flight() > 0)) {
      const double elapsed = static_cast<double>(now() - began) / static_cast<double>(second);
      const auto due = static_cast<std::size_t>(elapsed * static_cast<double>(steady_rate));
      while (sent < std::min(due, scenario_.messages)) sent += send_next(Traffic::irc_to_xmpp);
      stage_.loop.turn(millisecond);
    }
    last_stir_ = now();
  });
  const double seconds = static_cast<double>(std::max<Nanoseconds>(cost.span, 1)) / static_cast<double>(second);
  Report report{std::string{scenario_.name},
                {{"messages_per_s", static_cast<double>(arrived.arrived()) / seconds},
                 {"cpu_s_per_1000", in_s_per_1000(cost.cpu, arrived.arrived())},
                 {"load_cpu_s_per_1000", in_s_per_1000(cost.own_cpu, arrived.arrived())}}};
  add_outcome(report, arrived, Traffic::irc_to_xmpp);
  return report;
}

std::vector<Report> Run::all() {
  stage_.loop.run_until([this] { return stage_.xmpp.has_component(); }, terms_.deadline - now());
  if (!stage_.xmpp.has_component()) throw std::runtime_error{"no component connected"};
  wait_until_quiet();
  rss_start_ = resident_kib(terms_.process);
  const Cost cost = cost_of([this] { join_all(); });
  wait_until_quiet();
  rss_idle_ = resident_kib(terms_.process);
  switch (scenario_.traffic) {
    case Traffic::none: return {joins(cost)};
    case Traffic::idle: return {idle()};
    case Traffic::steady: return {steady()};
    case Traffic::xmpp_to_irc:
    case Traffic::irc_to_xmpp: return {pipelined()};
    case Traffic::lone:
      return {lone(Traffic::xmpp_to_irc, "lone_xmpp_to_irc"), lone(Traffic::irc_to_xmpp, "lone_irc_to_xmpp")};
  }
  return {};
}

}  // namespace

std::span<const Scenario> scenarios() { return table; }

std::vector<Report> run(const Scenario& scenario, const Terms& terms, Stage& stage) {
  return Run{scenario, terms, stage}.all();
}

}  // namespace isthmus::bench
