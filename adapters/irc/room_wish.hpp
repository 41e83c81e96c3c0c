#pragma once
// How a user wants one channel to be: what its settings form asks, and what is stored. Pure.
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "adapters/irc/settings.hpp"
#include "gateway/model/form.hpp"

namespace isthmus::irc {

struct RoomWish {
  bool record = true;     // what is heard and said there may be kept
  std::string charset{};  // empty: the network's
  friend bool operator==(const RoomWish&, const RoomWish&) = default;
};

/// By the channel's name, lower case (ASCII). A channel that nothing is wished for is not in it.
using RoomWishes = std::map<std::string, RoomWish, std::less<>>;

/// Of one user on one network.
inline constexpr std::size_t max_room_wishes = 500;

/// `may_record`: there is something to switch off.
Form to_room_form(const RoomWish& wish, std::string_view channel, bool may_record);
/// `before` with what the filled-in form says.
std::variant<RoomWish, FormProblem> to_room_wish(const Form& filled, const RoomWish& before);

/// What is wrong with `charset` as a user's; its text is empty when nothing is.
FormProblem check_charset(const std::string& charset);
/// Null for UTF-8 and for what check_charset() would refuse.
Network::Charset named_charset(const std::string& charset);
/// Puts those of `wishes` before what is in `charsets`: the first one counts.
void add_charsets(std::vector<std::pair<std::string, Network::Charset>>& charsets, const RoomWishes& wishes);

/// How a wish is stored: each key and its value, empty where it is as in RoomWish{}.
std::vector<std::pair<std::string_view, std::string>> to_stored(const RoomWish& wish);
/// Takes in one of them; what is unknown is left as it is.
void take_stored(RoomWish& wish, std::string_view key, std::string_view value);

}  // namespace isthmus::irc
