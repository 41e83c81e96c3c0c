// isthmus_load: plays the XMPP server, the users and the IRC network around one gateway, and measures that gateway.
//
//   isthmus_load SCENARIO [--messages N] [--window N] [--warm-up N] [--patience SECONDS]
//   isthmus_load --list
//
// It prints {"xmpp_port": …, "irc_port": …}, reads the process id of the gateway under test from a line of standard
// input, prints the reports as one JSON array, and serves on until standard input ends. Exit code 1: the scenario could
// not run.
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>

#include "tests/bench/load_scenario.hpp"

namespace isthmus::bench {
namespace {

struct Order {
  Scenario scenario;
  Terms terms;
  std::size_t patience = 60;  // seconds
};

std::size_t to_number(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw std::runtime_error{"not a number: " + std::string{text}};
  }
  return number;
}

Scenario find_scenario(std::string_view name) {
  const auto found = std::ranges::find(scenarios(), name, &Scenario::name);
  if (found == scenarios().end()) throw std::runtime_error{"no such scenario: " + std::string{name}};
  return *found;
}

Order read_order(std::span<char*> arguments) {
  if (arguments.size() % 2 == 0) throw std::runtime_error{"usage: isthmus_load SCENARIO [--OPTION NUMBER]..."};
  Order order{.scenario = find_scenario(arguments[0]), .terms = {}};
  for (std::size_t i = 1; i < arguments.size(); i += 2) {
    const std::string_view option = arguments[i];
    const std::size_t number = to_number(arguments[i + 1]);
    if (option == "--messages") {
      order.scenario.messages = number;
    } else if (option == "--window") {
      order.terms.window = std::max<std::size_t>(number, 1);
    } else if (option == "--warm-up") {
      order.terms.warm_up = number;
    } else if (option == "--patience") {
      order.patience = number;
    } else {
      throw std::runtime_error{"no such option: " + std::string{option}};
    }
  }
  return order;
}

void print(const std::vector<Report>& reports) {
  std::cout << '[';
  for (std::size_t i = 0; i < reports.size(); ++i) {
    std::cout << (i == 0 ? "{" : ", {") << "\"scenario\": \"" << reports[i].scenario << '"';
    for (const Figure& figure : reports[i].figures) std::cout << ", \"" << figure.name << "\": " << figure.value;
    std::cout << '}';
  }
  std::cout << ']' << std::endl;
}

/// Standard input while the loop runs: it says nothing more, but its end is the end.
class EndOfInput : public Pollable {
 public:
  explicit EndOfInput(Loop& loop) : Pollable(dup(STDIN_FILENO)) { loop.add(*this); }
  void on_ready(std::uint32_t) override {
    char ignored[64];
    has_come_ = read(descriptor(), ignored, sizeof ignored) <= 0;
  }
  bool has_come() const { return has_come_; }

 private:
  bool has_come_ = false;
};

int perform(const Order& order) {
  Stage stage{order.scenario.users, order.scenario.one_channel, order.scenario.crowd};
  std::cout << "{\"xmpp_port\": " << stage.xmpp.port() << ", \"irc_port\": " << stage.irc.port() << '}' << std::endl;
  std::string process;
  if (!std::getline(std::cin, process)) return 1;
  Terms terms = order.terms;
  terms.process = static_cast<pid_t>(to_number(process));
  const Nanoseconds patience = static_cast<Nanoseconds>(order.patience) * second;
  terms.deadline = now() + patience;
  std::cout.precision(10);
  print(run(order.scenario, terms, stage));
  if (stage.errors() > 0) std::cerr << "first error stanza: " << stage.first_error() << '\n';
  EndOfInput end{stage.loop};
  stage.loop.run_until([&end] { return end.has_come(); }, patience);
  return 0;
}

}  // namespace
}  // namespace isthmus::bench

int main(int argc, char** argv) {
  using namespace isthmus::bench;
  try {
    if (argc == 2 && std::string_view{argv[1]} == "--list") {
      for (const Scenario& scenario : scenarios()) std::cout << scenario.name << '\n';
      return 0;
    }
    return perform(read_order({argv + std::min(argc, 1), static_cast<std::size_t>(std::max(argc - 1, 0))}));
  } catch (const std::exception& e) {
    std::cerr << "isthmus_load: " << e.what() << '\n';
    return 1;
  }
}
