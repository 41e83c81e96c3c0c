#include "xmpp/standing.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace isthmus::xmpp {
namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, 5> affiliations{"none", "outcast", "member", "admin", "owner"};
constexpr std::array<std::string_view, 4> roles{"none", "visitor", "participant", "moderator"};

template <class Enum>
std::optional<Enum> parse(const auto& names, std::string_view text) noexcept {
  const auto found = std::ranges::find(names, text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(std::distance(names.begin(), found));
}

}  // namespace

std::string_view to_text(Affiliation affiliation) noexcept {
  return affiliations[static_cast<std::size_t>(affiliation)];
}

std::string_view to_text(Role role) noexcept { return roles[static_cast<std::size_t>(role)]; }

std::optional<Affiliation> parse_affiliation(std::string_view text) noexcept {
  return parse<Affiliation>(affiliations, text);
}

std::optional<Role> parse_role(std::string_view text) noexcept { return parse<Role>(roles, text); }

}  // namespace isthmus::xmpp
