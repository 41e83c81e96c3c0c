#pragma once
// When two nicks or channel names are the same (ISUPPORT CASEMAPPING; RFC 2812 §2.2). Pure.
#include <cstdint>
#include <string>
#include <string_view>

namespace isthmus::irc {

enum class CaseMapping : std::uint8_t {
  ascii,           // A-Z are a-z; also taken for mappings we do not know: it never merges too much
  rfc1459_strict,  // and []\ are {}|
  rfc1459,         // and []\^ are {}|~
};

/// Of the value of CASEMAPPING; "strict-rfc1459" is read as rfc1459-strict.
CaseMapping parse_casemapping(std::string_view value) noexcept;

char folded(CaseMapping mapping, char c) noexcept;

/// `name` in lower case, written to `buffer`, whose storage is used again.
std::string_view fold(CaseMapping mapping, std::string_view name, std::string& buffer);

bool same_name(CaseMapping mapping, std::string_view a, std::string_view b) noexcept;

}  // namespace isthmus::irc
