#include "xmpp/stringprep.hpp"

#include <stringprep.h>

#include <array>
#include <cstring>

#include "xmpp/errc.hpp"
#include "xmpp/xml_chars.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::size_t max_part = 1023;  // bytes (RFC 6122 §2.1)

const Stringprep_profile* tables(Profile profile) {
  switch (profile) {
    case Profile::nodeprep: return stringprep_xmpp_nodeprep;
    case Profile::nameprep: return stringprep_nameprep;
    case Profile::resourceprep: return stringprep_xmpp_resourceprep;
  }
  return nullptr;
}

bool is_utf8(std::string_view text) {
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at != end;) {
    const auto [value, length] = decode_utf8(at, end);
    if (value == CodePoint::ill_formed) return false;
    at += length;
  }
  return true;
}

}  // namespace

Result<std::string> prepare(Profile profile, std::string_view text, Unassigned unassigned) {
  if (text.empty()) return Errc::empty_part;
  if (text.size() > max_part) return Errc::part_too_long;
  if (!is_utf8(text)) return Errc::ill_formed_utf8;
  if (text.find('\0') != std::string_view::npos) return Errc::prohibited_character;
  std::array<char, max_part + 1> buffer;  // libidn works in place, on a C string
  text.copy(buffer.data(), text.size());
  buffer[text.size()] = '\0';
  const auto flags =
      static_cast<Stringprep_profile_flags>(unassigned == Unassigned::refused ? STRINGPREP_NO_UNASSIGNED : 0);
  switch (stringprep(buffer.data(), buffer.size(), flags, tables(profile))) {
    case STRINGPREP_OK: break;
    case STRINGPREP_TOO_SMALL_BUFFER: return Errc::part_too_long;
    default: return Errc::prohibited_character;
  }
  if (buffer[0] == '\0') return Errc::empty_part;
  return std::string{buffer.data()};
}

}  // namespace isthmus::xmpp
