#pragma once
// One line, one event. No body, password or token above `debug`; no password or token at all.
#include <fmt/core.h>

#include <initializer_list>
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

/// A property of the event that a line is about: `link`, `dir` ("in" from a network, "out" to it), `conv`, `id` or
/// `reason`. The key is a literal.
struct LogField {
  std::string_view key;
  std::string_view value;
};
using LogFields = std::initializer_list<LogField>;

struct LogOptions {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::text;
  bool hash_addresses = false;  // addresses of people leave as "~" and 12 hexadecimal digits (PrivateAddresses)
};

/// Where lines go, and which.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void write(LogLevel level, LogFields fields, std::string_view text) = 0;
  /// From the next line on.
  virtual void set(const LogOptions& options) { least_ = options.level; }
  LogLevel least() const noexcept { return least_; }

 private:
  LogLevel least_ = LogLevel::info;
};
/// Writes to standard output, each line at once. text: "2026-01-31T12:00:00.000Z info  the text key=value"; json:
/// {"time":…,"level":"info","text":…,"key":…}. Times are UTC. What it writes is foreign as far as it knows: it can end
/// neither the line nor a JSON string. From `info` on, a line that repeats another is held back (RepeatFilter).
std::shared_ptr<LogSink> make_stdout_sink(const LogOptions& options);

/// Cheap to copy: every class that logs is given one.
class Log {
 public:
  Log() = default;  // says nothing
  explicit Log(std::shared_ptr<LogSink> sink) : sink_{std::move(sink)} {}

  bool is_on(LogLevel level) const noexcept { return sink_ != nullptr && level >= sink_->least(); }
  template <class... Args>
  void debug(fmt::format_string<Args...> format, Args&&... args) const {
    write(LogLevel::debug, {}, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void debug(LogFields fields, fmt::format_string<Args...> format, Args&&... args) const {
    write(LogLevel::debug, fields, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) const {
    write(LogLevel::info, {}, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void info(LogFields fields, fmt::format_string<Args...> format, Args&&... args) const {
    write(LogLevel::info, fields, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void warn(fmt::format_string<Args...> format, Args&&... args) const {
    write(LogLevel::warn, {}, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void warn(LogFields fields, fmt::format_string<Args...> format, Args&&... args) const {
    write(LogLevel::warn, fields, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void error(fmt::format_string<Args...> format, Args&&... args) const {
    write(LogLevel::error, {}, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void error(LogFields fields, fmt::format_string<Args...> format, Args&&... args) const {
    write(LogLevel::error, fields, format, std::forward<Args>(args)...);
  }

 private:
  template <class... Args>
  void write(LogLevel level, LogFields fields, fmt::format_string<Args...> format, Args&&... args) const {
    if (is_on(level)) sink_->write(level, fields, fmt::format(format, std::forward<Args>(args)...));
  }
  std::shared_ptr<LogSink> sink_;
};

}  // namespace isthmus
