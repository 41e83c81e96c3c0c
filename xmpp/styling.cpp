#include "xmpp/styling.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "xmpp/xml_chars.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::string_view marks = "*_~`";
constexpr std::array kinds{Span::Kind::bold, Span::Kind::italic, Span::Kind::strike, Span::Kind::code};
constexpr std::string_view fence = "```";

/// The property White_Space and category Z, Unicode 15.
constexpr bool is_space(char32_t c) noexcept {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

/// The length of the white space character that `text` begins with; 0: there is none.
std::size_t leading_space(std::string_view text) noexcept {
  if (text.empty()) return 0;
  const auto [value, length] = decode_utf8(text.data(), text.data() + text.size());
  return is_space(value) ? length : 0;
}

bool ends_with_space(std::string_view text) noexcept {
  if (text.empty()) return false;
  std::size_t at = text.size() - 1;
  while (at > 0 && text.size() - at < 4 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) --at;
  return leading_space(text.substr(at)) > 0;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (;;) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

class Parser {
 public:
  std::optional<StyledText> take(std::string_view text) {
    out_.text.reserve(text.size() + 1);
    add_blocks(lines_of(text), 0);
    if (!out_.text.empty()) out_.text.pop_back();  // each line was ended
    const bool is_blank = out_.text.find_first_not_of(" \t\n") == std::string::npos;
    if (out_.spans.empty() || out_.spans.size() > max_styled_spans || is_blank) return std::nullopt;
    return std::move(out_);
  }

 private:
  using Lines = std::span<const std::string_view>;

  void add_blocks(Lines lines, unsigned depth) {
    while (!lines.empty()) {
      if (lines.front().starts_with(fence)) {
        lines = add_preformatted(lines);
      } else if (lines.front().starts_with('>') && depth < max_quote_depth) {
        lines = add_quotation(lines, depth);
      } else {
        add_words(lines.front());
        out_.text += '\n';
        lines = lines.subspan(1);
      }
    }
  }

  /// Both return what is left of the lines.
  Lines add_preformatted(Lines lines) {
    lines = lines.subspan(1);  // what stands behind the mark is no text
    const auto block = begin(Span::Kind::code_block);
    for (; !lines.empty() && lines.front() != fence; lines = lines.subspan(1)) {
      out_.text += lines.front();
      out_.text += '\n';
    }
    end_block(block);
    return lines.subspan(lines.empty() ? 0 : 1);
  }

  Lines add_quotation(Lines lines, unsigned depth) {
    std::vector<std::string_view> inside;
    for (; !lines.empty() && lines.front().starts_with('>'); lines = lines.subspan(1)) {
      const std::string_view line = lines.front().substr(1);
      inside.push_back(line.substr(leading_space(line)));
    }
    const auto block = begin(Span::Kind::quote);
    add_blocks(inside, depth + 1);
    end_block(block);
    return lines;
  }

  void add_words(std::string_view words) {
    std::array<bool, marks.size()> is_unclosed{};  // no mark of that kind from here on ends anything
    std::size_t copied = 0;
    for (std::size_t at = words.find_first_of(marks); at < words.size(); at = words.find_first_of(marks, at)) {
      const auto kind = marks.find(words[at]);
      const std::string_view rest = words.substr(at + 1);
      const bool opens = (at == 0 || ends_with_space(words.substr(0, at))) && !rest.empty() && leading_space(rest) == 0;
      if (opens && rest.front() == words[at]) {  // nothing between: neither is valid
        at += 2;
        continue;
      }
      const std::size_t length = opens && !is_unclosed[kind] ? length_inside(rest, words[at]) : 0;
      if (length == 0) {
        is_unclosed[kind] = is_unclosed[kind] || opens;
        ++at;
        continue;
      }
      out_.text += words.substr(copied, at - copied);
      const auto span = begin(kinds[kind]);
      const std::string_view inside = rest.substr(0, length);
      kinds[kind] == Span::Kind::code ? void(out_.text += inside) : add_words(inside);
      out_.spans[span].end = static_cast<std::uint32_t>(out_.text.size());
      at = copied = at + length + 2;
    }
    out_.text += words.substr(copied);
  }

  /// How long the text before the first closing `mark` of `rest` is; 0: nothing closes.
  static std::size_t length_inside(std::string_view rest, char mark) {
    for (std::size_t at = rest.find(mark, 1); at != std::string_view::npos; at = rest.find(mark, at + 1)) {
      if (!ends_with_space(rest.substr(0, at))) return at;
    }
    return 0;
  }

  std::size_t begin(Span::Kind kind) {
    const auto at = static_cast<std::uint32_t>(out_.text.size());
    out_.spans.push_back({kind, at, at});
    return out_.spans.size() - 1;
  }

  /// The text of a block ends before the end of its last line.
  void end_block(std::size_t block) {
    const auto end = out_.text.empty() ? 0U : static_cast<std::uint32_t>(out_.text.size() - 1);
    if (end > out_.spans[block].begin) {
      out_.spans[block].end = end;
    } else {
      out_.spans.erase(out_.spans.begin() + static_cast<std::ptrdiff_t>(block));
    }
  }

  StyledText out_;
};

bool is_word(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

const char* first_mark(const char* begin, const char* at, const char* end) {
  return find_any<'*', '_', '~', '`', '>'>(begin, at, end);
}

}  // namespace

std::optional<StyledText> parse_styling(std::string_view text) {
  const char* const end = text.data() + text.size();
  if (text.size() > max_styled_text || first_mark(text.data(), text.data(), end) == end) return std::nullopt;
  return Parser{}.take(text);
}

bool may_be_styled(std::string_view text) noexcept {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  for (const char* at = first_mark(begin, begin, end); at != end; at = first_mark(begin, at + 1, end)) {
    if (at != begin && is_word(at[-1]) && !ends_with_space({begin, at})) continue;
    if (*at == '>') {
      if (at == begin || at[-1] == '\n') return true;
      continue;
    }
    if (end - at < 3 || at[1] == ' ') continue;
    // It opens something when it comes again on its line. Where it does not, it is the last of its kind there.
    const std::string_view rest{at + 2, end};
    if (rest.substr(0, rest.find('\n')).find(*at) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace isthmus::xmpp
