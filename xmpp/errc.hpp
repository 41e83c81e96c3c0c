#pragma once
// Why foreign bytes are no address and no stanza.
#include <boost/system/error_code.hpp>

namespace isthmus::xmpp {

enum class Errc {
  empty_part = 1,  // an address, a part of it or a label of its domain is empty, before or after preparation
  part_too_long,   // over 1023 bytes
  ill_formed_utf8,
  prohibited_character,  // by the part's profile, its rules for right-to-left text included
  not_well_formed,       // not one well-formed element (XML 1.0 and its namespaces, as RFC 6120 §11 restricts them)
};

boost::system::error_code make_error_code(Errc code) noexcept;

}  // namespace isthmus::xmpp

template <>
struct boost::system::is_error_code_enum<isthmus::xmpp::Errc> : std::true_type {};
