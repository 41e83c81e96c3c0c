#include "gateway/runtime/log.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <chrono>
#include <cstdint>
#include <iterator>
#include <optional>

#include "gateway/runtime/private_addresses.hpp"
#include "gateway/runtime/repeat_filter.hpp"

namespace isthmus {

namespace {

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t bytes = 1;
  bool is_valid = false;  // false: one byte that belongs to no UTF-8 character
};

/// The character at the beginning of `text`, which is not empty.
CodePoint first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {lead, 1, false};
  std::uint32_t value = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {lead, 1, false};
    value = (value << 6U) | (byte(i) & 0x3FU);
  }
  const std::uint32_t least = length == 4 ? 0x10000U : length == 3 ? 0x800U : 0x80U;
  const bool is_surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < least || value > 0x10FFFF || is_surrogate) return {lead, 1, false};
  return {value, length, true};
}

/// True for what could end a line, move the cursor, or show a text in another order than it is written in.
bool is_deceptive(std::uint32_t c) {
  const bool is_control = c < 0x20 || (c >= 0x7F && c <= 0x9F);
  const bool is_separator = c == 0x2028 || c == 0x2029;
  const bool is_bidirectional =
      c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  return is_control || is_separator || is_bidirectional;
}

/// Appends `text`; `write` appends each character that is not to be shown as it is.
template <class Write>
void append_checked(std::string& out, std::string_view text, Write write) {
  while (!text.empty()) {
    const CodePoint c = first_character(text);
    if (c.is_valid && !is_deceptive(c.value) && c.value != '"' && c.value != '\\') {
      out += text.substr(0, c.bytes);
    } else {
      write(c, text.substr(0, c.bytes));
    }
    text.remove_prefix(c.bytes);
  }
}

/// The short escape that C and JSON share, "" where there is none.
std::string_view short_escape(std::uint32_t c) {
  switch (c) {
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: return "";
  }
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  append_checked(out, text, [&](const CodePoint& c, std::string_view bytes) {
    if (!c.is_valid) {
      out += "\uFFFD";  // JSON has no bytes
    } else if (c.value == '"' || c.value == '\\') {
      out.append("\\").append(bytes);
    } else if (const auto escape = short_escape(c.value); !escape.empty()) {
      out += escape;
    } else {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", c.value);
    }
  });
  out += '"';
}

constexpr std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::trace: return "trace";
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::warn: return "warn";
    case LogLevel::error: break;
  }
  return "error";
}

/// Levels are filtered by Log and written here, so spdlog only adds the time.
class StdoutSink final : public LogSink {
 public:
  explicit StdoutSink(const LogOptions& options)
      : logger_{"isthmus", std::make_shared<spdlog::sinks::stdout_sink_st>()} {
    StdoutSink::set(options);
  }

  void set(const LogOptions& options) override {
    LogSink::set(options);
    options_ = options;
    const auto* pattern =
        options.format == LogFormat::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v})" : "%Y-%m-%dT%H:%M:%S.%eZ %v";
    logger_.set_formatter(std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc, "\n"));
  }

  void write(LogLevel level, LogFields fields, std::string_view text) override {
    line_.clear();
    if (options_.format == LogFormat::json) {
      write_json(level, fields, text);
    } else {
      write_text(level, fields, text);
    }
    if (level < LogLevel::info) return put(line_);
    const auto now = std::chrono::steady_clock::now();
    for (const auto& summary : repeats_.expire(now)) put(summary);
    if (repeats_.admit(line_, now)) put(line_);
  }

 private:
  void put(std::string_view line) { logger_.log(spdlog::level::info, spdlog::string_view_t{line.data(), line.size()}); }
  std::string shown(std::string_view text) const {
    return options_.hash_addresses ? addresses_.hashed(text) : std::string{text};
  }

  void write_json(LogLevel level, LogFields fields, std::string_view text) {
    fmt::format_to(std::back_inserter(line_), R"("level":"{}","text":)", level_name(level));
    append_json_string(line_, shown(text));
    for (const auto& [key, value] : fields) {
      fmt::format_to(std::back_inserter(line_), R"(,"{}":)", key);
      append_json_string(line_, shown(value));
    }
  }

  void write_text(LogLevel level, LogFields fields, std::string_view text) {
    fmt::format_to(std::back_inserter(line_), "{:5} {}", level_name(level), visible(shown(text)));
    for (const auto& [key, value] : fields) {
      const bool is_quoted = value.empty() || value.contains(' ');
      fmt::format_to(std::back_inserter(line_), " {}={}{}{}", key, is_quoted ? "\"" : "", visible(shown(value)),
                     is_quoted ? "\"" : "");
    }
  }

  LogOptions options_;
  spdlog::logger logger_;
  std::string line_;
  PrivateAddresses addresses_;
  RepeatFilter repeats_;
};

}  // namespace

std::string visible(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append_checked(out, text, [&](const CodePoint& c, std::string_view bytes) {
    if (c.is_valid && (c.value == '"' || c.value == '\\')) {
      out += bytes;
    } else if (const auto escape = short_escape(c.value); !escape.empty()) {
      out += escape;
    } else if (!c.is_valid || c.value < 0x80) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", c.value);
    } else {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", c.value);
    }
  });
  return out;
}

std::shared_ptr<LogSink> make_stdout_sink(const LogOptions& options) { return std::make_shared<StdoutSink>(options); }

}  // namespace isthmus
