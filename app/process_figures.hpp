#pragma once
// What the system says of this process.
#include <cstdint>
#include <optional>

namespace isthmus::app {

struct ProcessFigures {
  double cpu_seconds = 0;
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  double start_time = 0;  // seconds since the epoch
  std::uint64_t open_files = 0;
  std::uint64_t max_files = 0;  // 0: no limit
};

/// From /proc; nothing where that is not to be had.
std::optional<ProcessFigures> process_figures();

}  // namespace isthmus::app
