#pragma once
// Spans as the marks that people type around words where a text is all there is: *bold*, _italic_, ~struck~, `code`,
// "> " before each line of a quotation. Pure.
#include <span>
#include <string>
#include <string_view>

#include "gateway/model/message.hpp"

namespace isthmus {

/// What stands around the lines of a code block.
enum class Fences : std::uint8_t {
  none,
  backticks,  // a line of three before, and one after
};

/// `text` with marks for `spans` (in the order of their beginnings). Marks never span lines: what goes over several is
/// marked on each. An underline has no mark.
std::string to_marked_text(std::string_view text, std::span<const Span> spans, Fences fences);

}  // namespace isthmus
