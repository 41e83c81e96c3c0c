#pragma once
// A network's rooms as they are listed and searched: filtered, ordered, one page at a time. Pure.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/model/people.hpp"
#include "xmpp/result_set.hpp"

namespace isthmus::xmpp {

/// Which rooms are shown, and in what order.
struct DirectoryWish {
  enum class Order : std::uint8_t { name, members };  // by name, or those with most members first
  std::vector<std::string> words{};                   // all of them must be found; without any, every room is
  bool in_name = true;
  bool in_subject = true;
  std::uint32_t least_members = 0;
  Order order = Order::name;
};

/// The words of a search, parted by white space; ASCII capitals count as small letters. At most 16.
std::vector<std::string> search_words(std::string_view text);

/// One order of one snapshot. Each item's id says where it stands, so that it means the same place in a later snapshot,
/// too, whether or not the room is still there.
class DirectoryView {
 public:
  /// `directory`: by name, each once. It must not be null.
  DirectoryView(std::shared_ptr<const Directory> directory, const DirectoryWish& wish);

  std::size_t size() const noexcept { return shown_.size(); }
  const Directory::Entry& operator[](std::size_t index) const { return *shown_[index]; }
  std::string id(std::size_t index) const;
  std::optional<Standing> find(std::string_view id) const;

 private:
  std::shared_ptr<const Directory> directory_;
  DirectoryWish::Order order_;
  std::vector<const Directory::Entry*> shown_;
};

/// "#lounge (42): what it is about"; at most 80 code points of the subject.
std::string room_title(const Directory::Entry& room);

}  // namespace isthmus::xmpp
