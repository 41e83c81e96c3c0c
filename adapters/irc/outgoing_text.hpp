#pragma once
// A message → the texts of the lines that say it. Pure.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/irc/legacy_charset.hpp"
#include "gateway/model/message.hpp"

namespace isthmus::irc {

/// How the text of one conversation leaves.
struct TextForm {
  const LegacyCharset* charset = nullptr;  // null: UTF-8
  bool has_codes = false;                  // spans as formatting codes; else as the marks that people type
};

/// Replaces `pieces` by the texts of the lines that say `message`, as split() cuts them: each of at most `budget` bytes
/// as it leaves, its codes open anew. They are views of the message or of `storage`, which is used again. False, with
/// `pieces` empty, when there would be more than `max_pieces`.
bool to_pieces(const Message& message, const TextForm& form, std::size_t budget, std::size_t max_pieces,
               std::string& storage, std::vector<std::string_view>& pieces);

}  // namespace isthmus::irc
