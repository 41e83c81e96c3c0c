#include "adapters/irc/reactions.hpp"

#include <algorithm>

namespace isthmus::irc {

ReactionTable::Set* ReactionTable::find(std::string_view msgid, std::string_view sender) noexcept {
  const auto found =
      std::ranges::find_if(sets_, [&](const Set& set) { return set.msgid == msgid && set.sender == sender; });
  return found == sets_.end() ? nullptr : &*found;
}

ReactionTable::Set& ReactionTable::get(std::string_view msgid, std::string_view sender) {
  if (Set* const set = find(msgid, sender); set != nullptr) {
    std::rotate(sets_.begin() + (set - sets_.data()), sets_.begin() + (set - sets_.data()) + 1, sets_.end());
    return sets_.back();
  }
  if (sets_.size() >= max) sets_.erase(sets_.begin());
  return sets_.emplace_back(Set{std::string{msgid}, std::string{sender}, {}});
}

const std::vector<std::string>* ReactionTable::change(std::string_view msgid, std::string_view sender,
                                                      std::string_view emoji, bool add) {
  if (emoji.empty() || emoji.size() > max_size) return nullptr;
  Set& set = get(msgid, sender);
  const auto has = std::ranges::find(set.emoji, emoji);
  if (add == (has != set.emoji.end())) return nullptr;
  if (add) {
    if (set.emoji.size() >= max_in_set) return nullptr;
    set.emoji.emplace_back(emoji);
  } else {
    set.emoji.erase(has);
  }
  return &set.emoji;
}

ReactionTable::Difference ReactionTable::replace(std::string_view msgid, std::string_view sender,
                                                 const std::vector<std::string>& emoji) {
  Difference difference;
  Set& set = get(msgid, sender);
  const auto lacks = [](const std::vector<std::string>& all, const std::string& one) {
    return std::ranges::find(all, one) == all.end();
  };
  std::vector<std::string> wanted;
  for (const std::string& one : emoji) {
    if (one.empty() || one.size() > max_size || wanted.size() >= max_in_set || !lacks(wanted, one)) continue;
    wanted.push_back(one);
    if (lacks(set.emoji, one)) difference.added.push_back(one);
  }
  for (const std::string& one : set.emoji)
    if (lacks(wanted, one)) difference.removed.push_back(one);
  set.emoji = std::move(wanted);
  return difference;
}

void ReactionTable::forget(std::string_view msgid, std::string_view sender) {
  if (Set* const set = find(msgid, sender); set != nullptr) sets_.erase(sets_.begin() + (set - sets_.data()));
}

}  // namespace isthmus::irc
