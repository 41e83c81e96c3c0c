#pragma once
// Formatting codes (https://modern.ircdocs.horse/formatting): bold 02, italic 1D, underline 1F, strikethrough 1E,
// monospace 11, which toggle, overlap, and end with the line; 0F ends all. Colours (03, 04) and reverse (16) have no
// place in the model and are left out. Pure.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/irc/legacy_charset.hpp"
#include "gateway/model/message.hpp"

namespace isthmus::irc {

/// Which codes are on at one place of a line.
class Codes {
 public:
  static constexpr std::size_t max_length = 5;  // bytes: one for each

  /// True when `code` is one of them; 0F ends all.
  bool toggle(char code) noexcept;
  bool has(std::size_t index) const noexcept { return (bits_ & (1U << index)) != 0; }
  void clear() noexcept { bits_ = 0; }
  /// The codes that put a line into this state.
  void append_to(std::string& out) const;

 private:
  std::uint8_t bits_ = 0;
};

/// Appends what the text of one line says to `said`: decoded as by to_utf8(), codes as spans. `buffer` is storage that
/// is used again.
void append_text(Message& said, std::string_view bytes, std::string& buffer, const LegacyCharset* charset = nullptr);

/// The lines of `before` go before those of `said`.
void put_before(Message& said, const Message& before);

/// `text`, lines parted by LF, with codes for `spans` (in the order of their beginnings); the codes begin anew on each
/// line. Quotations have "> " before each line, and code blocks are monospace.
std::string to_coded_text(std::string_view text, const std::vector<Span>& spans);

}  // namespace isthmus::irc
