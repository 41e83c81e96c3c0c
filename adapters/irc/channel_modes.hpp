#pragma once
// How a channel is set: its modes other than those of people and lists, as MODE and 324 tell them
// (https://modern.ircdocs.horse/#channel-modes). Pure.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/irc/isupport.hpp"
#include "gateway/model/people.hpp"

namespace isthmus::irc {

struct ChannelModes {
  struct Setting {
    char letter{};
    std::string argument;  // "*" where the server does not show it
  };

  bool known = false;             // a 324 said all of them
  bool asked = false;             // for a 324, which has not come yet
  std::string flags;              // letters without a parameter, in the order in which they were set
  std::vector<Setting> settings;  // letters with one, in that order

  /// Takes in one change; those of people and lists are no modes of the channel.
  void apply(const ModeChange& change);
  bool has(char letter) const noexcept;
  /// Of a mode that is set with a parameter; "" when it is not.
  std::string_view argument(char letter) const noexcept;
};

/// `modes` in the words of the model. A password that the server does not show is `key`, what one came in with, or "*"
/// when that is empty. `other` holds the letters that have no word, then their parameters: "+nCj 5:3".
RoomSettings to_settings(const ChannelModes& modes, std::string_view key);

/// Changes as MODE writes them, "+b-k *!*@host key", without those of people, whose standing shows them.
std::string to_text(std::span<const ModeChange> changes);

}  // namespace isthmus::irc
