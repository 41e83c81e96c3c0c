#include "tests/bench/load_probe.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace isthmus::bench {
namespace {

std::filesystem::path folder_of(pid_t process) { return std::filesystem::path{"/proc"} / std::to_string(process); }

}  // namespace

Nanoseconds cpu_time(pid_t process) {
  Nanoseconds total = 0;
  std::error_code gone;
  for (const auto& thread : std::filesystem::directory_iterator{folder_of(process) / "task", gone}) {
    Nanoseconds run = 0;
    std::ifstream{thread.path() / "schedstat"} >> run;
    total += run;
  }
  return total;
}

std::size_t resident_kib(pid_t process) {
  std::ifstream status{folder_of(process) / "status"};
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
  }
  return 0;
}

}  // namespace isthmus::bench
