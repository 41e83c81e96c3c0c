#pragma once
// Message styling (XEP-0393): marks typed around words, and blocks of lines. Pure.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/model/message.hpp"

namespace isthmus::xmpp {

struct StyledText {
  std::string text;         // without the marks
  std::vector<Span> spans;  // in the order of their beginnings
  friend bool operator==(const StyledText&, const StyledText&) = default;
};

/// Limits of a text that is read for marks or markup; beyond one it stays as it was written.
inline constexpr std::size_t max_styled_text = 64 * 1024;  // bytes
inline constexpr std::size_t max_styled_spans = 500;
inline constexpr unsigned max_quote_depth = 16;  // deeper marks of quotation are text

/// `text`, whose lines are parted by LF, by the rules of XEP-0393 §5: blocks, and spans within a line. nullopt when
/// nothing is styled, or nothing but marks would be left.
std::optional<StyledText> parse_styling(std::string_view text);

/// True when a client may style some of `text`; freer than parse_styling(), since some clients are.
bool may_be_styled(std::string_view text) noexcept;

}  // namespace isthmus::xmpp
