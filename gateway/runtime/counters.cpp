#include "gateway/runtime/counters.hpp"

#include <fmt/core.h>

#include <iterator>

namespace isthmus {

void Counters::add(std::string_view name, std::string_view reason) {
  // The names stand in the map after their first time, so counting allocates nothing.
  auto counter = values_.find(name);
  if (counter == values_.end()) counter = values_.try_emplace(std::string{name}).first;
  auto value = counter->second.find(reason);
  if (value == counter->second.end()) value = counter->second.try_emplace(std::string{reason}).first;
  ++value->second;
}

std::uint64_t Counters::value(std::string_view name, std::string_view reason) const {
  const auto counter = values_.find(name);
  if (counter == values_.end()) return 0;
  const auto value = counter->second.find(reason);
  return value != counter->second.end() ? value->second : 0;
}

std::string Counters::to_text() const {
  std::string text;
  for (const auto& [name, reasons] : values_) {
    fmt::format_to(std::back_inserter(text), "# HELP isthmus_{}_total Times it happened, by reason.\n", name);
    fmt::format_to(std::back_inserter(text), "# TYPE isthmus_{}_total counter\n", name);
    for (const auto& [reason, value] : reasons) {
      fmt::format_to(std::back_inserter(text), "isthmus_{}_total{{reason=\"{}\"}} {}\n", name, reason, value);
    }
  }
  return text;
}

}  // namespace isthmus
