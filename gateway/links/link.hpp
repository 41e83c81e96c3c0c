#pragma once
// Links: places of several networks that share what is said. What joins what, and that no ring is among it. Pure.
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gateway/model/event.hpp"

namespace isthmus {

/// One link as the configuration has it; members are named "scheme:network/native" (AddressBook).
struct LinkSettings {
  std::string name;
  std::vector<std::string> members;
  bool is_one_way = false;  // from the first member to the others
};

/// The same with its members as places.
struct Link {
  std::string name;
  std::vector<Conversation> members;
  bool is_one_way = false;
};

/// A member that closes a ring: its place is joined with another member's already, by the other links, so that what is
/// said would come twice, or go round.
struct Ring {
  std::size_t link = 0;    // of the links
  std::size_t member = 0;  // of its members
  std::size_t other_link = 0;
  std::size_t other_member = 0;  // whose place is the same one, or overlaps it
};

/// Whether what is said in one place may be heard in the other as well: the same place does.
using Overlap = std::function<bool(const Conversation& a, const Conversation& b)>;

/// The first ring, if there is one. Directions do not matter: where two ways lead, what is said comes twice.
std::optional<Ring> find_ring(const std::vector<Link>& links, const Overlap& overlap);

/// For each place that anything is passed on from: where to, through all links in a row. Without rings, each once.
boost::unordered_flat_map<Conversation, std::vector<Conversation>> routes_of(const std::vector<Link>& links);

}  // namespace isthmus
