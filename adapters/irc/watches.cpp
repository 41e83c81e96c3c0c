#include "adapters/irc/watches.hpp"

#include <algorithm>
#include <utility>

namespace isthmus::irc {

Watched* Watches::find(std::string_view folded) noexcept {
  const auto found = std::ranges::find(all_, folded, &Watched::folded);
  return found == all_.end() ? nullptr : &*found;
}

Watched& Watches::add(std::string_view folded, std::string_view nick) {
  if (Watched* const known = find(folded); known != nullptr) return *known;
  return all_.emplace_back(Watched{std::string{folded}, std::string{nick}, {}});
}

void Watches::remove(std::string_view folded) {
  std::erase_if(all_, [folded](const Watched& one) { return one.folded == folded; });
}

std::vector<std::string> Watches::lists(char separator) const {
  std::vector<std::string> lists;
  for (const Watched& one : all_) {
    if (lists.empty() || lists.back().size() + one.nick.size() >= max_names) {
      lists.push_back(one.nick);
    } else {
      lists.back() += separator;
      lists.back() += one.nick;
    }
  }
  return lists;
}

std::string Watches::next_question() {
  std::string names;
  asked_.clear();
  for (std::size_t count = 0; count < all_.size(); ++count) {
    if (next_ >= all_.size()) next_ = 0;
    const Watched& one = all_[next_];
    if (!names.empty() && names.size() + one.nick.size() >= max_names) break;
    if (!names.empty()) names += ' ';
    names += one.nick;
    asked_.push_back(one.folded);
    ++next_;
  }
  return names;
}

std::vector<std::string> Watches::take_asked() { return std::exchange(asked_, {}); }

}  // namespace isthmus::irc
