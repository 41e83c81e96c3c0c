#pragma once
// What a request calls for on a channel, in the terms of IRC: modes and kicks. Pure.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/irc/channel.hpp"
#include "adapters/irc/isupport.hpp"
#include "gateway/adapter.hpp"
#include "gateway/model/request.hpp"

namespace isthmus::irc {

/// One change of a channel.
struct Deed {
  enum class Kind : std::uint8_t { mode, kick, invite, subject };
  Kind kind{};
  bool add = true;  // mode
  char letter{};    // mode
  ModeChange::Kind of = ModeChange::Kind::flag;
  std::string argument;  // mode: its parameter, or ""; kick, invite: the nick; subject: the text, which may be empty
  std::string reason{};  // kick: may be empty
};

struct Moderation {
  std::vector<Deed> deeds;         // in the order in which they are to be done
  std::vector<std::string> unban;  // nicks of people who are not there: what bans them is to be looked for
};

/// What carries out `wishes` on `channel`, on which we are: nothing where all is so already. By rank in PREFIX, owner
/// is q, else a, else o; admin o; member v; none takes all ranks. Role moderator is the mode between o and v, else o;
/// participant v where the channel is moderated; visitor takes all; none is a kick. Outcast is a ban of *!*@host
/// (of nick!*@* where the host is not known, or of the mask that was given), and a kick of whoever is there under
/// that nick. Refuses who is not there, what is neither nick nor mask, and what PREFIX has no mode for.
Answer<Moderation> to_moderation(const Isupport& isupport, const Channel& channel,
                                 std::span<const Moderate::Wish> wishes);

/// What makes a channel with `modes` one as `wished`; nothing where all is so already. `key`: as for to_settings().
/// `wished.other`, when set, is all that the channel shall have beyond the modes that have words, "+nj 5:3": what it
/// does not name is taken away, unless the text takes something away itself ("+n-C"). Refuses what can be no key and no
/// mode.
Answer<std::vector<Deed>> to_deeds(const Isupport& isupport, const ChannelModes& modes, std::string_view key,
                                   const RoomSettings& wished);

/// Changes of modes as written by a person, "+b-k *!*@host key"; refused when they are none.
Answer<std::vector<Deed>> parse_deeds(const Isupport& isupport, std::string_view text);

/// One line that does the first of `deeds`, and more of them where MODE takes several.
struct DeedLine {
  std::string_view command;
  std::vector<std::string> middle;
  std::optional<std::string> trailing;
  std::size_t count = 0;  // of deeds
};
DeedLine to_line(const Isupport& isupport, std::string_view channel, std::span<const Deed> deeds);

/// RFC 2812 §2.3.1 has more forbidden characters, but servers differ; these would break the line or a list.
bool is_key(std::string_view key) noexcept;

/// True when `text` can be a mask of a list: at most 200 bytes without space, control character or leading ':'.
bool is_mask(std::string_view text) noexcept;

}  // namespace isthmus::irc
