#pragma once
// Cuts received bytes into lines. Only LF ends a line; a CR before it goes, and so do CR and NUL elsewhere, which some
// servers pass on from their clients. Keeps memory only while a line is cut.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "adapters/irc/line.hpp"

namespace isthmus::irc {

/// Usage: feed(bytes), then next() until nullopt.
class LineBuffer {
 public:
  /// `max_line`: bytes of a line without its LF; a longer one is skipped and counted.
  explicit LineBuffer(std::size_t max_line = max_incoming_line) : max_line_{static_cast<std::uint32_t>(max_line)} {}

  /// `input` must stay, and is written to, until next() returned nullopt. What an earlier input left unread is lost.
  void feed(std::span<char> input) noexcept { input_ = input; }
  /// The next line that is not empty, without its end; good until the following call. nullopt: all input was looked at,
  /// the start of a cut line was copied aside, and the input may be used again.
  std::optional<std::string_view> next();

  /// Lines that were over the limit and skipped, since the beginning.
  std::uint32_t skipped() const noexcept { return skipped_; }
  /// Bytes of a cut line that are kept at the moment.
  std::size_t buffered() const noexcept { return handed_out_ ? 0 : rest_.size(); }
  /// Forgets the cut line: a new connection begins.
  void reset() noexcept;

 private:
  std::span<char> take(std::size_t size) noexcept;
  void keep_rest();

  std::span<char> input_{};
  std::string rest_;  // the start of a cut line
  std::uint32_t max_line_;
  std::uint32_t skipped_ = 0;
  bool skipping_ = false;    // the rest of an over-long line is on its way
  bool handed_out_ = false;  // rest_ was returned by the last next()
};

}  // namespace isthmus::irc
