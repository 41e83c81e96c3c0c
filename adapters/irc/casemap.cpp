#include "adapters/irc/casemap.hpp"

#include <algorithm>

#include "adapters/irc/bytes.hpp"

namespace isthmus::irc {

CaseMapping parse_casemapping(std::string_view value) noexcept {
  if (equals_ignoring_case(value, "rfc1459")) return CaseMapping::rfc1459;
  if (equals_ignoring_case(value, "rfc1459-strict") || equals_ignoring_case(value, "strict-rfc1459")) {
    return CaseMapping::rfc1459_strict;
  }
  return CaseMapping::ascii;
}

namespace {

/// The last of the capitals, which begin with A: [ \ ] ^ follow A-Z as { | } ~ follow a-z.
unsigned char last_capital(CaseMapping mapping) noexcept {
  return mapping == CaseMapping::ascii ? 'Z' : mapping == CaseMapping::rfc1459 ? '^' : ']';
}

// Without a branch, so that the compiler makes it 16 at a time.
char folded_up_to(unsigned char last, char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  const bool is_capital = static_cast<unsigned char>(byte - 'A') <= static_cast<unsigned char>(last - 'A');
  return static_cast<char>(byte + (is_capital ? 'a' - 'A' : 0));
}

}  // namespace

char folded(CaseMapping mapping, char c) noexcept { return folded_up_to(last_capital(mapping), c); }

std::string_view fold(CaseMapping mapping, std::string_view name, std::string& buffer) {
  const auto last = last_capital(mapping);
  buffer.resize(name.size());
  char* const to = buffer.data();
  for (std::size_t i = 0; i < name.size(); ++i) to[i] = folded_up_to(last, name[i]);
  return buffer;
}

bool same_name(CaseMapping mapping, std::string_view a, std::string_view b) noexcept {
  const auto fold_one = [last = last_capital(mapping)](char c) { return folded_up_to(last, c); };
  return std::ranges::equal(a, b, {}, fold_one, fold_one);
}

}  // namespace isthmus::irc
