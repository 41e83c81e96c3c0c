#include "gateway/links/link.hpp"

#include <algorithm>
#include <utility>

namespace isthmus {

namespace {

/// Which of the things numbered from 0 on hang together.
class Groups {
 public:
  std::size_t add() {
    parents_.push_back(parents_.size());
    return parents_.size() - 1;
  }
  std::size_t group_of(std::size_t one) const {
    while (parents_[one] != one) one = parents_[one];
    return one;
  }
  /// False when they hung together already.
  bool join(std::size_t a, std::size_t b) {
    const auto group = group_of(a);
    if (group == group_of(b)) return false;
    parents_[group] = group_of(b);
    return true;
  }

 private:
  std::vector<std::size_t> parents_;
};

struct Node {
  std::size_t group;
  std::size_t link;
  std::size_t member;
};

}  // namespace

std::optional<Ring> find_ring(const std::vector<Link>& links, const Overlap& overlap) {
  Groups groups;
  std::vector<Node> places;  // each once, where it stands first
  const auto place_of = [&](const Node& node) -> const Conversation& { return links[node.link].members[node.member]; };
  for (std::size_t link = 0; link < links.size(); ++link) {
    const auto whole = groups.add();
    for (std::size_t member = 0; member < links[link].members.size(); ++member) {
      const auto& place = links[link].members[member];
      const auto known = std::ranges::find_if(places, [&](const Node& one) { return place_of(one) == place; });
      if (known != places.end()) {
        if (!groups.join(known->group, whole)) return Ring{link, member, known->link, known->member};
        continue;
      }
      const Node node{groups.add(), link, member};
      groups.join(node.group, whole);
      for (const Node& other : places) {
        if (!overlap(place_of(other), place)) continue;
        if (!groups.join(node.group, other.group)) return Ring{link, member, other.link, other.member};
      }
      places.push_back(node);
    }
  }
  return std::nullopt;
}

boost::unordered_flat_map<Conversation, std::vector<Conversation>> routes_of(const std::vector<Link>& links) {
  boost::unordered_flat_map<Conversation, std::vector<Conversation>> routes;
  for (const Link& own : links) {
    for (const Conversation& from : own.members) {
      if (routes.contains(from)) continue;
      std::vector<Conversation> reached{from};
      for (std::size_t next = 0; next < reached.size(); ++next) {
        for (const Link& link : links) {
          const auto member = std::ranges::find(link.members, reached[next]);
          const bool passes_on = member != link.members.end() && (!link.is_one_way || member == link.members.begin());
          if (!passes_on) continue;
          for (const Conversation& to : link.members)
            if (std::ranges::find(reached, to) == reached.end()) reached.push_back(to);
        }
      }
      reached.erase(reached.begin());
      if (!reached.empty()) routes.emplace(from, std::move(reached));
    }
  }
  return routes;
}

}  // namespace isthmus
