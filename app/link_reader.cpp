#include "app/link_reader.hpp"

#include <algorithm>

namespace isthmus::app {

void LinkReader::know(AdapterId id, std::unique_ptr<AddressBook> book) { books_.emplace_back(id, std::move(book)); }

std::string LinkReader::schemes() const {
  std::string text;
  for (const auto& [id, book] : books_) {
    const std::string scheme = std::string{book->scheme()} + ":…";
    if (!text.contains(scheme)) text.append(text.empty() ? "" : ", ").append(scheme);
  }
  return text;
}

Answer<Conversation> LinkReader::find(std::string_view member) const {
  const auto colon = member.find(':');
  const Refusal unknown{
      Condition::item_not_found, Remedy::modify, "a place is named by its network and its own name: " + schemes(), {}};
  if (colon == std::string_view::npos) return unknown;
  Answer<Conversation> found = unknown;
  for (const auto& [id, book] : books_) {
    if (book->scheme() != member.substr(0, colon)) continue;
    found = book->place(member.substr(colon + 1));
    if (found) break;
  }
  return found;
}

std::vector<LinkSettings> LinkReader::read(const config::Section& root) {
  std::vector<LinkSettings> all;
  std::vector<Link> links;
  std::vector<config::Section> sections;
  bool is_good = true;
  for (const auto& section : root.array("link")) {
    LinkSettings settings{section.required_text("name"), section.texts("members"), false};
    settings.is_one_way = section.one_of("direction", "both", {"both", "out"}) == "out";
    if (std::ranges::find(all, settings.name, &LinkSettings::name) != all.end())
      section.problem("name", "another link has this name already");
    if (settings.members.size() < 2) section.problem("members", "a link has two members or more");
    Link link{settings.name, {}, settings.is_one_way};
    for (const auto& member : settings.members) {
      auto place = find(member);
      if (place) {
        link.members.push_back(*std::move(place));
        continue;
      }
      is_good = false;
      section.problem("members", "\"" + member + "\": " + place.error().text);
    }
    all.push_back(std::move(settings));
    links.push_back(std::move(link));
    sections.push_back(section);
  }
  if (!is_good) return all;
  const auto overlap = [this](const Conversation& a, const Conversation& b) {
    const auto book = std::ranges::find(books_, a.adapter, [](const auto& one) { return one.first; });
    return a.adapter == b.adapter && a.network == b.network && book->second->overlap(a.native.view(), b.native.view());
  };
  if (const auto ring = find_ring(links, overlap)) {
    const auto& member = all[ring->link].members[ring->member];
    const auto& other = all[ring->other_link];
    sections[ring->link].problem(
        "members",
        "\"" + member + "\" closes a ring, in which what is said would come twice or go round for ever: link \"" +
            other.name + "\" has \"" + other.members[ring->other_member] +
            "\", and both are joined already; two places may be joined in one way only, so take it out of one "
            "of the links");
  }
  return all;
}

}  // namespace isthmus::app
