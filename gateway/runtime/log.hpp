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

/// Where lines go. The default writes to standard output, control characters of foreign text made visible.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void write(LogLevel level, std::string_view text) = 0;
};
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
