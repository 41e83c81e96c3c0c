#include "xmpp/xml_chars.hpp"

namespace isthmus::xmpp {
namespace {

// What may follow a leading byte (Unicode 15, table 3-7): how many bytes, and the range of the first of them.
struct Sequence {
  std::size_t more;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
};

constexpr Sequence sequence(unsigned char lead) {
  if (lead < 0xC2) return {0};
  if (lead < 0xE0) return {1};
  if (lead == 0xE0) return {2, 0xA0, 0xBF};
  if (lead == 0xED) return {2, 0x80, 0x9F};
  if (lead < 0xF0) return {2};
  if (lead == 0xF0) return {3, 0x90, 0xBF};
  if (lead < 0xF4) return {3};
  if (lead == 0xF4) return {3, 0x80, 0x8F};
  return {0};
}

}  // namespace

CodePoint decode_utf8(const char* at, const char* end) noexcept {
  const auto lead = static_cast<unsigned char>(*at);
  if (lead < 0x80) return {lead, 1};
  const auto [more, low, high] = sequence(lead);
  if (more == 0) return {CodePoint::ill_formed, 1};
  char32_t value = lead & (0x3FU >> more);
  for (std::size_t i = 1; i <= more; ++i) {
    if (at + i == end) return {CodePoint::ill_formed, i};
    const auto byte = static_cast<unsigned char>(at[i]);
    const bool is_continuation = i == 1 ? byte >= low && byte <= high : (byte & 0xC0U) == 0x80U;
    if (!is_continuation) return {CodePoint::ill_formed, i};
    value = (value << 6U) | (byte & 0x3FU);
  }
  return {value, more + 1};
}

}  // namespace isthmus::xmpp
