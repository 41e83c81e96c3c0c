#pragma once
// What was sent, and what became of it: every message carries its channel and number in its text, so that a lost,
// doubled, overtaken or changed one is found.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/load_loop.hpp"

namespace isthmus::bench {

/// Appends the text of a message: "CHANNEL/NUMBER " and about 70 bytes that are always the same.
void append_body(std::string& out, std::size_t channel, std::size_t number);

/// What is wrong with the messages so far. All zero: every message arrived once, whole and in its flow's order.
struct Faults {
  std::size_t lost = 0;
  std::size_t duplicated = 0;
  std::size_t reordered = 0;
  std::size_t corrupted = 0;  // the text or the sender is not what was sent; such a message counts as lost too
};

/// One direction. A flow is what one receiver gets from one channel; numbers count from 0 within a flow.
class Ledger {
 public:
  explicit Ledger(std::size_t flows) : flows_(flows) {}

  /// The number that the flow's next message will have.
  std::size_t next_number(std::size_t flow) const { return flows_[flow].messages.size(); }
  void add_sent(std::size_t flow, Nanoseconds at);
  /// `channel`: the one whose messages this flow gets.
  void add_arrived(std::size_t flow, std::size_t channel, std::string_view body, Nanoseconds at);
  void add_corrupted() { ++faults_.corrupted; }

  std::size_t sent() const { return sent_; }
  std::size_t arrived() const { return arrived_; }  // distinct ones
  std::size_t in_flight() const { return sent_ - arrived_; }
  Faults faults() const;

  /// Latencies of what was sent from now on only.
  void forget_latencies() { latencies_.clear(); }
  /// The given share (0.5: the median) of the latencies is at most this; 0 when there is none.
  Nanoseconds latency(double share);

 private:
  struct Message {
    Nanoseconds sent_at;
    bool arrived = false;
  };
  struct Flow {
    std::vector<Message> messages;
    std::size_t expected = 0;  // one more than the highest number that arrived
  };
  std::vector<Flow> flows_;
  std::vector<Nanoseconds> latencies_;
  std::size_t sent_ = 0;
  std::size_t arrived_ = 0;
  Faults faults_;  // all but `lost`
};

}  // namespace isthmus::bench
