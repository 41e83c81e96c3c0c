#include "app/process_figures.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace isthmus::app {
namespace {

/// Seconds that the system has been up, sleep included.
double seconds_since_boot() {
  timespec time{};
  clock_gettime(CLOCK_BOOTTIME, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double seconds_since_epoch() {
  return std::chrono::duration<double>{std::chrono::system_clock::now().time_since_epoch()}.count();
}

}  // namespace

std::optional<ProcessFigures> process_figures() {
  std::ifstream file{"/proc/self/stat"};
  std::string line;
  std::getline(file, line);
  const auto name_end = line.rfind(')');  // the name may hold anything
  if (name_end == std::string::npos) return std::nullopt;
  // From the third field on (proc(5)): utime and stime are the 14th and 15th, starttime the 22nd, vsize and rss follow.
  std::istringstream fields{line.substr(name_end + 1)};
  std::string skipped;
  for (int i = 3; i < 14; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  double start = 0;
  ProcessFigures figures;
  fields >> user >> system;
  for (int i = 16; i < 22; ++i) fields >> skipped;
  std::uint64_t pages = 0;
  fields >> start >> figures.virtual_bytes >> pages;
  if (!fields) return std::nullopt;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  figures.cpu_seconds = (user + system) / ticks;
  figures.start_time = seconds_since_epoch() - seconds_since_boot() + start / ticks;
  figures.resident_bytes = pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd", failed}) {
    static_cast<void>(entry);
    ++figures.open_files;
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) figures.max_files = limit.rlim_cur;
  return figures;
}

}  // namespace isthmus::app
