#pragma once
// The characters of XML 1.0 (Fifth Edition, §2.2) in UTF-8.
#include <cstddef>

#include "gateway/model/byte_scan.hpp"

namespace isthmus::xmpp {

/// One step through UTF-8.
struct CodePoint {
  static constexpr char32_t ill_formed = 0xFFFFFFFF;
  char32_t value;      // ill_formed for bytes that are no UTF-8
  std::size_t length;  // bytes; of ill-formed ones as many as the Unicode standard (§3.9) replaces by one U+FFFD
};

/// The code point at the beginning of [at, end), which is not empty.
CodePoint decode_utf8(const char* at, const char* end) noexcept;

/// True for the characters that XML 1.0 lets a document hold (§2.2), references included.
constexpr bool is_xml_char(char32_t c) noexcept {
  if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
  return c < 0xD800 || (c > 0xDFFF && c < 0xFFFE) || (c > 0xFFFF && c <= 0x10FFFF);
}

}  // namespace isthmus::xmpp
