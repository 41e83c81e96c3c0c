#pragma once
// What is counted for operators: what was refused, dropped, reconnected, each with its reason, and the bytes of each
// link. Shown on /metrics.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "gateway/model/event.hpp"

namespace isthmus {

/// Bytes of one link (an adapter): its users' stream and its foreign connections.
struct ByteCounts {
  std::uint64_t users_in = 0;
  std::uint64_t users_out = 0;
  std::uint64_t foreign_in = 0;
  std::uint64_t foreign_out = 0;
};

class Counters {
 public:
  /// Adds one to the counter `name` with the label reason="`reason`". Both are literals in our code, never foreign
  /// text.
  void add(std::string_view name, std::string_view reason);
  std::uint64_t value(std::string_view name, std::string_view reason) const;
  /// Stays where it is.
  ByteCounts& bytes(AdapterId link) { return bytes_[link]; }
  const std::map<AdapterId, ByteCounts>& all_bytes() const noexcept { return bytes_; }
  /// Prometheus' text format, version 0.0.4: the counter "refused" is isthmus_refused_total{reason="…"}.
  std::string to_text() const;

 private:
  std::map<std::string, std::map<std::string, std::uint64_t, std::less<>>, std::less<>> values_;
  std::map<AdapterId, ByteCounts> bytes_;
};

}  // namespace isthmus
