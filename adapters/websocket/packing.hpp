#pragma once
// Compressed messages (permessage-deflate, RFC 7692). Each stands for itself, so that it is compressed once for all
// clients, and neither side keeps a window between messages.
#include <cstddef>
#include <string>
#include <string_view>

namespace isthmus::websocket {

inline constexpr std::size_t worth_packing = 256;  // bytes: shorter texts are sent as they are
inline constexpr int packing_window = 11;          // bits: what we send refers to at most 2 KiB back

/// The payload of a compressed message that says `text` (RFC 7692 §7.2.1); empty when it would be no shorter.
std::string pack(std::string_view text);

}  // namespace isthmus::websocket
