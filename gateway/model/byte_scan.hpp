#pragma once
// Questions about text, 16 bytes at once. No allocation.
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#if defined(__SSE2__)
#include <emmintrin.h>
#else
#include <cstring>
#endif

namespace isthmus {

/// 16 bytes, looked at together. Answers are combined with |, then bits() has bit i set for byte i.
class Block {
 public:
  static constexpr std::size_t size = 16;

#if defined(__SSE2__)
  class Matches {
   public:
    explicit Matches(__m128i bytes) : bytes_{bytes} {}
    friend Matches operator|(Matches a, Matches b) { return Matches{_mm_or_si128(a.bytes_, b.bytes_)}; }
    friend Matches operator~(Matches a) { return Matches{_mm_xor_si128(a.bytes_, _mm_set1_epi8(-1))}; }
    unsigned bits() const { return static_cast<unsigned>(_mm_movemask_epi8(bytes_)); }

   private:
    __m128i bytes_;
  };

  /// `bytes` has at least 16 readable bytes.
  explicit Block(const char* bytes) : bytes_{_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes))} {}
  Matches equal(char c) const { return Matches{_mm_cmpeq_epi8(bytes_, _mm_set1_epi8(c))}; }
  Matches in_range(char first, char last) const { return in_range(bytes_, first, last); }
  Matches ascii_letters() const { return in_range(_mm_or_si128(bytes_, _mm_set1_epi8(0x20)), 'a', 'z'); }
  /// Control characters below space.
  Matches control() const { return in_range('\0', '\x1F'); }
  /// Control characters below space, and everything beyond ASCII. Beyond ASCII is negative here, so one comparison
  /// finds both.
  Matches control_or_beyond_ascii() const { return Matches{_mm_cmplt_epi8(bytes_, _mm_set1_epi8(' '))}; }

 private:
  static Matches in_range(__m128i bytes, char first, char last) {
    const auto offset = _mm_sub_epi8(bytes, _mm_set1_epi8(first));
    return Matches{_mm_cmpeq_epi8(_mm_min_epu8(offset, _mm_set1_epi8(static_cast<char>(last - first))), offset)};
  }

  __m128i bytes_;
#else
  class Matches {
   public:
    explicit Matches(unsigned bits) : bits_{bits} {}
    friend Matches operator|(Matches a, Matches b) { return Matches{a.bits_ | b.bits_}; }
    friend Matches operator~(Matches a) { return Matches{~a.bits_ & 0xFFFFU}; }
    unsigned bits() const { return bits_; }

   private:
    unsigned bits_;
  };

  explicit Block(const char* bytes) { std::memcpy(bytes_.data(), bytes, size); }
  Matches equal(char c) const {
    return matches([c](unsigned char byte) { return byte == static_cast<unsigned char>(c); });
  }
  Matches in_range(char first, char last) const {
    return matches([first, last](unsigned char byte) {
      return byte >= static_cast<unsigned char>(first) && byte <= static_cast<unsigned char>(last);
    });
  }
  Matches ascii_letters() const {
    return matches([](unsigned char byte) { return (byte | 0x20U) - 'a' < 26U; });
  }
  Matches control() const { return in_range('\0', '\x1F'); }
  Matches control_or_beyond_ascii() const {
    return matches([](unsigned char byte) { return byte < 0x20 || byte >= 0x80; });
  }

 private:
  template <class Test>
  Matches matches(Test test) const {
    unsigned bits = 0;
    for (std::size_t i = 0; i < size; ++i) bits |= static_cast<unsigned>(test(bytes_[i])) << i;
    return Matches{bits};
  }

  std::array<unsigned char, size> bytes_;
#endif
};

/// Which of the first 16 bytes of [at, end), which is not empty, `matches` (Block → Block::Matches) picks out: bit i
/// stands for at[i]. From `floor` (≤ at) on bytes may be read.
template <class Matches>
unsigned first_block(const char* floor, const char* at, const char* end, Matches matches) {
  constexpr auto size = static_cast<std::ptrdiff_t>(Block::size);
  if (end - at >= size) return matches(Block{at}).bits();
  const auto left = static_cast<unsigned>(end - at);
  if (end - floor >= size) return matches(Block{end - size}).bits() >> (Block::size - left);
  std::array<char, Block::size> copy{};
  std::copy(at, end, copy.begin());
  return matches(Block{copy.data()}).bits() & ((1U << left) - 1U);
}

/// The first byte of [at, end) that `matches` picks out; else `end`. `floor` as above.
template <class Matches>
const char* find_first(const char* floor, const char* at, const char* end, Matches matches) {
  constexpr auto size = static_cast<std::ptrdiff_t>(Block::size);
  for (; end - at >= size; at += size) {
    if (const unsigned bits = matches(Block{at}).bits(); bits != 0) return at + std::countr_zero(bits);
  }
  if (at == end) return end;
  const unsigned bits = first_block(floor, at, end, matches);
  return bits == 0 ? end : at + std::countr_zero(bits);
}

/// The first of `Wanted` in [at, end); else `end`.
template <char... Wanted>
const char* find_any(const char* floor, const char* at, const char* end) {
  return find_first(floor, at, end, [](Block block) { return (... | block.equal(Wanted)); });
}

/// The first of `Specials`, control characters below space and bytes beyond ASCII in [at, end); else `end`.
template <char... Specials>
const char* find_special(const char* floor, const char* at, const char* end) {
  return find_first(floor, at, end,
                    [](Block block) { return (block.control_or_beyond_ascii() | ... | block.equal(Specials)); });
}

}  // namespace isthmus
