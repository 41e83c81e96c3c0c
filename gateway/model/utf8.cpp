#include "gateway/model/utf8.hpp"

#include <cstddef>

namespace isthmus {

namespace {

/// How many bytes follow the first one, and between which the second lies (RFC 3629 §4); -1: no first byte.
struct Lead {
  int following;
  unsigned char least;
  unsigned char most;
};

Lead lead_of(unsigned char byte) noexcept {
  if (byte < 0x80) return {0, 0, 0};
  if (byte >= 0xC2 && byte <= 0xDF) return {1, 0x80, 0xBF};
  if (byte == 0xE0) return {2, 0xA0, 0xBF};
  if (byte == 0xED) return {2, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {2, 0x80, 0xBF};
  if (byte == 0xF0) return {3, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {3, 0x80, 0xBF};
  if (byte == 0xF4) return {3, 0x80, 0x8F};
  return {-1, 0, 0};
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size();) {
    const Lead lead = lead_of(static_cast<unsigned char>(text[i++]));
    if (lead.following < 0) return false;
    for (int n = 0; n < lead.following; ++n, ++i) {
      if (i == text.size()) return false;
      const auto byte = static_cast<unsigned char>(text[i]);
      const bool fits = n == 0 ? byte >= lead.least && byte <= lead.most : byte >= 0x80 && byte <= 0xBF;
      if (!fits) return false;
    }
  }
  return true;
}

}  // namespace isthmus
