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

char folded(CaseMapping mapping, char c) noexcept {
  // [ \ ] ^ follow A-Z as { | } ~ follow a-z.
  const char last = mapping == CaseMapping::ascii ? 'Z' : mapping == CaseMapping::rfc1459 ? '^' : ']';
  return c >= 'A' && c <= last ? static_cast<char>(c + ('a' - 'A')) : c;
}

std::string_view fold(CaseMapping mapping, std::string_view name, std::string& buffer) {
  buffer.resize(name.size());
  std::ranges::transform(name, buffer.begin(), [mapping](char c) { return folded(mapping, c); });
  return buffer;
}

bool same_name(CaseMapping mapping, std::string_view a, std::string_view b) noexcept {
  const auto fold_one = [mapping](char c) { return folded(mapping, c); };
  return std::ranges::equal(a, b, {}, fold_one, fold_one);
}

}  // namespace isthmus::irc
