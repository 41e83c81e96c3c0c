#pragma once
// The kinds of things that messages say, each from its elements to its payload. Pure.
#include <pugixml.hpp>
#include <string_view>

#include "gateway/adapter.hpp"
#include "gateway/model/message.hpp"
#include "xmpp/jid.hpp"
#include "xmpp/message_parts.hpp"

namespace isthmus::xmpp {

inline constexpr std::size_t max_ref = 512;       // bytes of the id of another message
inline constexpr std::size_t max_reactions = 20;  // of one person to one message; those behind are not read
inline constexpr std::size_t max_emoji = 32;      // bytes of one
inline constexpr std::size_t max_thread = 128;    // bytes of the id of a thread; longer ones are not read
inline constexpr std::size_t max_quoted = 4096;   // bytes of what a reply quotes

/// True for what no text may hold: control characters other than TAB, LF and CR.
bool has_control_characters(std::string_view text);

/// The text of `body`, which is not empty, with what is set how in it: by XEP-0394 where `parts` have it, else by the
/// marks of XEP-0393, unless the sender says that there are none. A reply (XEP-0461) has its quotation cut out of the
/// text. Its author is known where it names an occupant of `to`'s room. A thread (XEP-0201) is its id; whose parent it
/// is, is not read.
Message read_text(pugi::xml_node message, const MessageParts& parts, std::string_view body, const Jid& to);

/// XEP-0444. Reactions that are none (white space or control characters, over max_emoji bytes, twice the same) are
/// ignored; refused: reactions to nothing, or nothing but such.
Answer<Reactions> read_reactions(pugi::xml_node reactions);

/// XEP-0424; refused: the id is missing or over max_ref.
Answer<Retract> read_retract(pugi::xml_node retract);

/// The <moderate/> of an iq (XEP-0425 §4); refused: anything but a retraction of a message with an id.
Answer<Retract> read_moderation(pugi::xml_node moderate);

/// XEP-0085: composing and paused; the other states are idle.
Typing read_chat_state(pugi::xml_node state);

/// The id in attribute `id` of `element`; empty when it cannot be that of a message.
MessageRef read_ref(pugi::xml_node element);

}  // namespace isthmus::xmpp
