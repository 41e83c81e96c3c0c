#pragma once
// What the kernel says about a process (proc(5)).
#include <sys/types.h>

#include <cstddef>

#include "tests/bench/load_loop.hpp"

namespace isthmus::bench {

/// CPU time, user and system, of all threads that `process` has now. From schedstat, because the ticks of
/// /proc/PID/stat are 10 ms; the time of a slice that has not ended is missing, so ask when the process sleeps. 0 when
/// it is gone.
Nanoseconds cpu_time(pid_t process);

/// Resident memory (VmRSS) in KiB; 0 when the process is gone.
std::size_t resident_kib(pid_t process);

}  // namespace isthmus::bench
