#pragma once
// The encodings that channels spoke before UTF-8 (ISO 8859, KOI8-R, Shift_JIS, …), by iconv.
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace isthmus::irc {

/// Converts text both ways. Not for several threads.
class LegacyCharset {
 public:
  /// By its name with iconv, in whatever case. Null when iconv does not know it, or when it cannot be spoken on IRC,
  /// where ASCII must stand for itself and no byte depend on those before it (UTF-16, UTF-7, ISO-2022 and the like).
  static std::shared_ptr<const LegacyCharset> find(const std::string& name);

  LegacyCharset(const LegacyCharset&) = delete;
  LegacyCharset& operator=(const LegacyCharset&) = delete;
  ~LegacyCharset();

  /// Appends `bytes` as UTF-8; U+FFFD for each byte that stands for nothing.
  void append_decoded(std::string& out, std::string_view bytes) const;
  /// Appends `text` (UTF-8) encoded; what has no place there as what comes near it, else "?".
  void append_encoded(std::string& out, std::string_view text) const;
  /// How many bytes of `text` (UTF-8, not empty), whole code points, can be encoded in `budget` bytes; one code point
  /// at least.
  std::size_t fitting(std::string_view text, std::size_t budget) const;

 private:
  using Converter = void*;  // iconv_t
  LegacyCharset(Converter from, Converter to) noexcept : from_{from}, to_{to} {}

  Converter from_;
  Converter to_;
};

}  // namespace isthmus::irc
