#include "adapters/irc/legacy_charset.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <initializer_list>

#include "adapters/irc/bytes.hpp"

namespace isthmus::irc {

namespace {

constexpr std::size_t max_name = 64;  // bytes; the longest that iconv knows has less than half

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= max_name && std::ranges::all_of(name, [](char c) {
    return is_ascii_letter(c) || is_ascii_digit(c) || c == '-' || c == '_' || c == '.' || c == ':';
  });
}

iconv_t failed() noexcept { return reinterpret_cast<iconv_t>(-1); }  // NOLINT: iconv's own way to say so

/// Converts `in` and appends it to `out`. Of what cannot be converted `skip` tells how many bytes to leave out, and
/// `substitute` stands for them.
void convert(iconv_t converter, std::string_view in, std::string& out, std::string_view substitute,
             std::size_t (*skip)(std::string_view rest)) {
  ::iconv(converter, nullptr, nullptr, nullptr, nullptr);
  std::array<char, 256> buffer{};
  char* from = const_cast<char*>(in.data());  // iconv does not write there
  std::size_t left = in.size();
  while (left > 0) {
    char* to = buffer.data();
    std::size_t room = buffer.size();
    const auto result = ::iconv(converter, &from, &left, &to, &room);
    const int error = errno;
    out.append(buffer.data(), to);
    if (result != static_cast<std::size_t>(-1) || error == E2BIG) continue;
    const std::size_t skipped = std::min(left, skip({from, left}));
    from += skipped;
    left -= skipped;
    out += substitute;
  }
}

std::size_t one_byte(std::string_view) { return 1; }
std::size_t one_code_point(std::string_view rest) { return std::max<std::size_t>(first_code_point(rest).length, 1); }

/// ASCII stands for itself, and nothing else has bytes of it in front.
bool suits_irc(iconv_t to) {
  for (char c = 0x01; c < 0x7F; ++c) {
    if (c == '\\' || c == '~') continue;  // some of East Asia have a currency or an overline there
    std::string out;
    convert(to, {&c, 1}, out, {}, one_byte);
    if (out != std::string_view{&c, 1}) return false;
  }
  // Of every script that has such an encoding, one letter: é ž я ω ש ع ก あ 中 한.
  return std::ranges::all_of(std::initializer_list<std::string_view>{"\u00e9", "\u017e", "\u044f", "\u03c9", "\u05e9",
                                                                     "\u0639", "\u0e01", "\u3042", "\u4e2d", "\ud55c"},
                             [&](std::string_view letter) {
                               std::string out;
                               convert(to, letter, out, {}, one_code_point);
                               return out.empty() || static_cast<unsigned char>(out.front()) >= 0x80;
                             });
}

}  // namespace

std::shared_ptr<const LegacyCharset> LegacyCharset::find(const std::string& name) {
  if (!is_name(name)) return nullptr;
  const iconv_t strict = ::iconv_open(name.c_str(), "UTF-8");
  if (strict == failed()) return nullptr;
  const bool suits = suits_irc(strict);
  ::iconv_close(strict);
  if (!suits) return nullptr;
  const iconv_t from = ::iconv_open("UTF-8", name.c_str());
  const iconv_t to = ::iconv_open((name + "//TRANSLIT").c_str(), "UTF-8");
  if (from != failed() && to != failed())
    return std::shared_ptr<const LegacyCharset>{new LegacyCharset{from, to}};  // its constructor is private
  if (from != failed()) ::iconv_close(from);
  if (to != failed()) ::iconv_close(to);
  return nullptr;
}

LegacyCharset::~LegacyCharset() {
  ::iconv_close(from_);
  ::iconv_close(to_);
}

void LegacyCharset::append_decoded(std::string& out, std::string_view bytes) const {
  convert(from_, bytes, out, "\xEF\xBF\xBD", one_byte);
}

void LegacyCharset::append_encoded(std::string& out, std::string_view text) const {
  convert(to_, text, out, "?", one_code_point);
}

std::size_t LegacyCharset::fitting(std::string_view text, std::size_t budget) const {
  std::string out;
  append_encoded(out, text);
  if (out.size() <= budget) return text.size();
  std::size_t at = 0;
  for (std::size_t used = 0; at < text.size();) {
    const std::size_t length = one_code_point(text.substr(at));
    out.clear();
    append_encoded(out, text.substr(at, length));
    used += out.size();
    if (used > budget && at > 0) break;
    at += length;
  }
  return at;
}

}  // namespace isthmus::irc
