#include "tests/bench/load_ledger.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace isthmus::bench {
namespace {

constexpr std::string_view filler = "the quick brown fox jumps over the lazy dog, then both sleep all day";

void append_number(std::string& out, std::size_t number) {
  std::array<char, 24> digits{};
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), result.ptr);
}

/// Takes "NUMBER" and `mark` off the front of `text`.
std::optional<std::size_t> take_number(std::string_view& text, char mark) {
  const std::size_t end = text.find(mark);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view digits = text.substr(0, end);
  std::size_t number = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (result.ec != std::errc{} || result.ptr != digits.data() + digits.size()) return std::nullopt;
  text.remove_prefix(end + 1);
  return number;
}

}  // namespace

void append_body(std::string& out, std::size_t channel, std::size_t number) {
  append_number(out, channel);
  out += '/';
  append_number(out, number);
  out += ' ';
  out += filler;
}

void Ledger::add_sent(std::size_t flow, Nanoseconds at) {
  flows_[flow].messages.push_back({at});
  ++sent_;
}

void Ledger::add_arrived(std::size_t flow_index, std::size_t channel, std::string_view body, Nanoseconds at) {
  Flow& flow = flows_[flow_index];
  const auto its_channel = take_number(body, '/');
  const auto number = take_number(body, ' ');
  if (its_channel != channel || !number || *number >= flow.messages.size() || body != filler) return add_corrupted();
  Message& message = flow.messages[*number];
  if (message.arrived) {
    ++faults_.duplicated;
    return;
  }
  message.arrived = true;
  ++arrived_;
  latencies_.push_back(at - message.sent_at);
  if (*number < flow.expected) ++faults_.reordered;
  flow.expected = std::max(flow.expected, *number + 1);
}

Faults Ledger::faults() const {
  Faults all = faults_;
  all.lost = in_flight();
  return all;
}

Nanoseconds Ledger::latency(double share) {
  if (latencies_.empty()) return 0;
  const auto rank = static_cast<std::ptrdiff_t>(share * static_cast<double>(latencies_.size() - 1));
  std::nth_element(latencies_.begin(), latencies_.begin() + rank, latencies_.end());
  return latencies_[static_cast<std::size_t>(rank)];
}

}  // namespace isthmus::bench
