#pragma once
// Roles and affiliations by their names in stanzas (XEP-0045 §5).
#include <optional>
#include <string_view>

#include "gateway/model/people.hpp"

namespace isthmus::xmpp {

std::string_view to_text(Affiliation affiliation) noexcept;
std::string_view to_text(Role role) noexcept;
/// nullopt for what is no such name.
std::optional<Affiliation> parse_affiliation(std::string_view text) noexcept;
std::optional<Role> parse_role(std::string_view text) noexcept;

}  // namespace isthmus::xmpp
