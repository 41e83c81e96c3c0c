#pragma once
// Counters with a reason, for operators: what was refused, dropped, reconnected. Shown on /metrics.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace isthmus {

class Counters {
 public:
  /// Adds one to the counter `name` with the label reason="`reason`". Both are literals in our code, never foreign
  /// text.
  void add(std::string_view name, std::string_view reason);
  std::uint64_t value(std::string_view name, std::string_view reason) const;
  /// Prometheus' text format, version 0.0.4: the counter "refused" is isthmus_refused_total{reason="…"}.
  std::string to_text() const;

 private:
  std::map<std::string, std::map<std::string, std::uint64_t, std::less<>>, std::less<>> values_;
};

}  // namespace isthmus
