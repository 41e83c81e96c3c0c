#include "xmpp/directory_view.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

namespace isthmus::xmpp {
namespace {

constexpr std::size_t max_words = 16;
constexpr std::size_t max_subject = 80;  // code points

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// `word` is in small letters.
bool holds(std::string_view text, std::string_view word) {
  return !std::ranges::search(text, word, [](char a, char b) { return lower(a) == b; }).empty();
}

bool matches(const Directory::Entry& room, const DirectoryWish& wish) {
  return room.members >= wish.least_members && std::ranges::all_of(wish.words, [&](const std::string& word) {
           return (wish.in_name && holds(room.name, word)) || (wish.in_subject && holds(room.subject, word));
         });
}

/// Most members first, then by name.
struct ByMembers {
  using Key = std::pair<std::uint32_t, std::string_view>;
  bool operator()(const Key& a, const Key& b) const {
    return std::tie(b.first, a.second) < std::tie(a.first, b.second);
  }
};

ByMembers::Key member_key(const Directory::Entry* room) { return {room->members, room->name}; }
std::string_view name_key(const Directory::Entry* room) { return room->name; }

/// "42 #lounge", the id of an item that is ordered by members.
std::optional<ByMembers::Key> parse_member_id(std::string_view id) {
  std::uint32_t members = 0;
  const auto [rest, error] = std::from_chars(id.data(), id.data() + id.size(), members);
  if (error != std::errc{} || rest == id.data() + id.size() || *rest != ' ') return std::nullopt;
  id.remove_prefix(static_cast<std::size_t>(rest - id.data()) + 1);
  return ByMembers::Key{members, id};
}

template <class Range>
Standing standing(const std::vector<const Directory::Entry*>& all, const Range& same) {
  return {static_cast<std::size_t>(same.begin() - all.begin()), static_cast<std::size_t>(same.end() - all.begin())};
}

}  // namespace

std::vector<std::string> search_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto finish = [&] {
    if (!word.empty() && words.size() < max_words) words.push_back(std::move(word));
    word.clear();
  };
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      finish();
    } else {
      word += lower(c);
    }
  }
  finish();
  return words;
}

DirectoryView::DirectoryView(std::shared_ptr<const Directory> directory, const DirectoryWish& wish)
    : directory_{std::move(directory)}, order_{wish.order} {
  for (const auto& room : directory_->rooms) {
    if (matches(room, wish)) shown_.push_back(&room);
  }
  if (order_ == DirectoryWish::Order::members) std::ranges::sort(shown_, ByMembers{}, member_key);
}

std::string DirectoryView::id(std::size_t index) const {
  const auto& room = *shown_[index];
  return order_ == DirectoryWish::Order::name ? room.name : std::to_string(room.members) + " " + room.name;
}

std::optional<Standing> DirectoryView::find(std::string_view id) const {
  if (order_ == DirectoryWish::Order::name) {
    return standing(shown_, std::ranges::equal_range(shown_, id, std::less<>{}, name_key));
  }
  const auto key = parse_member_id(id);
  if (!key) return std::nullopt;
  return standing(shown_, std::ranges::equal_range(shown_, *key, ByMembers{}, member_key));
}

std::string room_title(const Directory::Entry& room) {
  std::string title = room.name + " (" + std::to_string(room.members) + ")";
  if (room.subject.empty()) return title;
  std::size_t end = 0;
  std::size_t points = 0;
  for (; end < room.subject.size(); ++end) {
    const bool is_beginning = (static_cast<unsigned char>(room.subject[end]) & 0xC0U) != 0x80U;
    if (is_beginning && ++points > max_subject) break;
  }
  title += ": ";
  title.append(room.subject, 0, end);
  if (end < room.subject.size()) title += "…";
  return title;
}

}  // namespace isthmus::xmpp
