#pragma once
// Foreign bytes → text that XML may hold (XML 1.0 §2.2). For the text of one message, topic or reason; not for a whole
// line, whose names and tags are UTF-8 or nothing. Pure.
#include <cstddef>
#include <string>
#include <string_view>

#include "adapters/irc/legacy_charset.hpp"

namespace isthmus::irc {

/// `bytes` as UTF-8: as they are when they are UTF-8 already; without the last code point when only that was cut off by
/// the sender's line limit; else read as `charset`, or, where that is null, as Windows-1252, whose undefined bytes
/// become U+FFFD. C0 controls but TAB, U+FFFE and U+FFFF are removed. The view is of `bytes` when nothing had to
/// change, else of `buffer`, whose storage is used again.
///
/// A cut is assumed only where there is a sign of it: other UTF-8 in the text, a text almost as long as a line, or
/// bytes at its end that are no likely letters; else "caf\xE9" is what it looks like. With a charset of its own, only
/// other UTF-8 is such a sign.
std::string_view to_utf8(std::string_view bytes, std::string& buffer, const LegacyCharset* charset = nullptr);

/// The same without formatting codes (https://modern.ircdocs.horse/formatting): 02 0F 11 16 1D 1E 1F, 03 with its one
/// or two colours of one or two digits, 04 with its one or two colours of six hexadecimal digits.
std::string_view plain_text(std::string_view bytes, std::string& buffer, const LegacyCharset* charset = nullptr);

/// Hears what plain_text() leaves out.
class ControlSink {
 public:
  virtual ~ControlSink() = default;
  /// `code` stood where the text that is kept has `at` bytes.
  virtual void on_control(char32_t code, std::size_t at) = 0;
};
/// plain_text() with such a listener; called only where there is something to hear.
std::string_view without_controls(std::string_view bytes, std::string& buffer, const LegacyCharset* charset,
                                  ControlSink* sink);

}  // namespace isthmus::irc
