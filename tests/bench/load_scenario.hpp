#pragma once
// The scenarios: who joins what, which way messages go, and what is reported. A new one is a row of the table.
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/load_stage.hpp"

namespace isthmus::bench {

enum class Traffic : std::uint8_t {
  none,         // the joins themselves are measured
  idle,         // nothing is said for some seconds
  xmpp_to_irc,  // what a user says becomes a PRIVMSG, and is reflected to the user
  irc_to_xmpp,  // what a foreign nick says reaches each user in the channel
  lone,         // one message at a time: first xmpp_to_irc, then irc_to_xmpp
  steady,       // irc_to_xmpp, 25,000 messages a second however many are on their way
};

struct Scenario {
  std::string_view name;
  Traffic traffic;
  std::size_t users;
  bool one_channel;      // all users in one channel; else each in its own
  std::size_t crowd;     // further members that the server lists in each channel
  std::size_t messages;  // deliveries that are measured; with Traffic::lone in each direction
};

std::span<const Scenario> scenarios();

/// What differs from one run of a scenario to the next.
struct Terms {
  pid_t process = 0;           // the one under test
  std::size_t window = 1000;   // deliveries in flight
  std::size_t warm_up = 2000;  // deliveries before the measured ones; none with Traffic::lone
  Nanoseconds deadline = 0;    // a time of now(): the run gives up then, and what did not arrive is lost
};

struct Figure {
  std::string_view name;
  double value;
};

/// Figures by name. `cpu_s_per_1000`: CPU seconds of the process under test for 1,000 deliveries (reflections are part
/// of the delivery that they belong to), or for 1,000 joins or listed members with Traffic::none. Latencies are in ms,
/// memory is in KiB.
struct Report {
  std::string scenario;
  std::vector<Figure> figures;
};

/// Runs `scenario` on a stage that was made for it. Throws std::runtime_error, saying what was missing, when no
/// component connects or a join does not succeed. Messages that are lost are figures, not exceptions.
std::vector<Report> run(const Scenario& scenario, const Terms& terms, Stage& stage);

}  // namespace isthmus::bench
