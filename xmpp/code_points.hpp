#pragma once
// Places in a text as XEP-0426 counts them, in code points, and as we do, in bytes. Pure.
#include <cstddef>
#include <string_view>

namespace isthmus::xmpp {

/// How many code points `text` (UTF-8) has.
std::size_t code_points(std::string_view text) noexcept;

/// Turns rising places in one text into those of the other kind, in one pass for all.
class ByteOffsets {
 public:
  explicit ByteOffsets(std::string_view text) : text_{text} {}
  /// The byte at which code point `index` begins; text.size() for the first one that is not there, npos beyond. A
  /// smaller index than before begins anew.
  std::size_t at(std::size_t index) noexcept;

 private:
  std::string_view text_;
  std::size_t index_ = 0;
  std::size_t byte_ = 0;
};

}  // namespace isthmus::xmpp
