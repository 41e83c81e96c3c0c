#pragma once
// One line, one event. No body, password or token above `debug`; no password or token at all.
#include <fmt/core.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace isthmus {

enum class LogLevel : unsigned char { trace, debug, info, warn, error };
enum class LogFormat : unsigned char { text, json };

/// `text` as it may stand in a line of a log or a terminal: what would end the line, move the cursor or turn the
/// reading order (control characters, line separators, bidirectional controls) is written as \n, \x1b or \u202e, bytes
/// that are no UTF-8 as
/// \xff. Everything else, backslashes too, stays as it is.
std::string visible(std::string_view text);

/// Where lines go.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void write(LogLevel level, std::string_view text) = 0;
};
/// Writes to standard output, each line at once. text: "2026-01-31T12:00:00.000Z info  the text"; json:
/// {"time":…,"level":"info", "text":…}. Times are UTC. `text` is foreign as far as it knows: it cannot end the line nor
/// the JSON string.
std::shared_ptr<LogSink> make_stdout_sink(LogFormat format);

/// Cheap to copy: every class that logs is given one.
class Log {
 public:
  Log() = default;  // says nothing
  Log(std::shared_ptr<LogSink> sink, LogLevel least) : sink_{std::move(sink)}, least_{least} {}

  bool is_on(LogLevel level) const noexcept { return sink_ != nullptr && level >= least_; }
  template <class... Args>
  void debug(fmt::format_string<Args...> format, Args&&... args) const {
    write(LogLevel::debug, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) const {
    write(LogLevel::info, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void warn(fmt::format_string<Args...> format, Args&&... args) const {
    write(LogLevel::warn, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void error(fmt::format_string<Args...> format, Args&&... args) const {
    write(LogLevel::error, format, std::forward<Args>(args)...);
  }

 private:
  template <class... Args>
  void write(LogLevel level, fmt::format_string<Args...> format, Args&&... args) const {
    if (is_on(level)) sink_->write(level, fmt::format(format, std::forward<Args>(args)...));
  }
  std::shared_ptr<LogSink> sink_;
  LogLevel least_ = LogLevel::info;
};

}  // namespace isthmus
