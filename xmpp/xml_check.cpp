#include "xmpp/xml_check.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "xmpp/xml_chars.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::string_view declaration = "xmlns:";
constexpr std::string_view cdata_end = "]]>";
constexpr std::string_view xml_ns = "http://www.w3.org/XML/1998/namespace";

struct Range {
  char32_t first;
  char32_t last;
};

// NameStartChar beyond ASCII, and what NameChar adds to it (XML 1.0 §2.3, [4] and [4a]).
constexpr std::array<Range, 12> name_starts{{{0xC0, 0xD6},
                                             {0xD8, 0xF6},
                                             {0xF8, 0x2FF},
                                             {0x370, 0x37D},
                                             {0x37F, 0x1FFF},
                                             {0x200C, 0x200D},
                                             {0x2070, 0x218F},
                                             {0x2C00, 0x2FEF},
                                             {0x3001, 0xD7FF},
                                             {0xF900, 0xFDCF},
                                             {0xFDF0, 0xFFFD},
                                             {0x10000, 0xEFFFF}}};
constexpr std::array<Range, 3> name_additions{{{0xB7, 0xB7}, {0x300, 0x36F}, {0x203F, 0x2040}}};

bool is_in(const auto& ranges, char32_t c) {
  return std::ranges::any_of(ranges, [c](const Range& range) { return c >= range.first && c <= range.last; });
}

/// What an ASCII byte may be in a name, the colon apart.
enum NameByte : unsigned char { no_name_byte = 0, continues_name = 1, starts_name = 3 };

constexpr auto name_bytes = [] {
  std::array<NameByte, 256> table{};
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = table[c - 0x20] = starts_name;
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = continues_name;
  table['_'] = starts_name;
  table['-'] = table['.'] = continues_name;
  return table;
}();

NameByte name_byte(char c) { return name_bytes[static_cast<unsigned char>(c)]; }

bool is_beyond_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

bool is_white_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// Without a constructor, so that room for many costs nothing.
struct Name {
  const char* begin;
  std::size_t size;
  std::size_t prefix;  // its length; 0 when there is none

  std::string_view text() const { return {begin, size}; }
};

bool is_same(const Name& a, const Name& b) { return a.size == b.size && *a.begin == *b.begin && a.text() == b.text(); }

struct Declaration {
  std::string_view prefix;
  std::size_t depth;
};

/// Reads an element once, from its '<' on. Each read_ function begins where what it is named for should stand and
/// returns where it ended, or nullptr where that is not well-formed.
class Reader {
 public:
  /// `element` ends with '>', so that a name or white space needs no other guard against running over its end.
  explicit Reader(std::string_view element) : begin_{element.data()}, end_{begin_ + element.size()} {}

  const char* read_element();

 private:
  const char* read_opening_tag(const char* at);
  const char* read_closing_tag(const char* at);
  const char* read_text(const char* at);
  const char* read_cdata(const char* at);
  const char* read_attribute(const char* at);
  const char* read_value(const char* at, char quote);
  const char* read_reference(const char* at) const;
  const char* read_characters(const char* at) const;
  const char* read_name(const char* at, Name& name) const;
  const char* read_part_of_name(const char* at) const;
  const char* read_part_beyond_ascii(const char* begin, const char* at) const;

  bool declare(std::string_view prefix, std::string_view value);
  bool is_declared(const Name& name) const;
  bool are_prefixes_declared() const;
  void close_element();

  const char* begin_;
  const char* end_;
  std::size_t depth_ = 0;
  std::array<Name, max_attributes + 1>
      names_;  // of the tag that is being read: the element's own, then its attributes'
  std::size_t name_count_ = 0;
  std::vector<Declaration> declarations_;          // of prefixes, in force, innermost last
  std::map<std::string_view, unsigned> declared_;  // prefix → how many of the declarations are its own
};

const char* skip_white_space(const char* at) {
  while (static_cast<unsigned char>(*at) <= ' ' && is_white_space(*at)) ++at;
  return at;
}

const char* Reader::read_element() {
  const char* at = begin_;
  do {
    const char next = at[1];  // '<' is never the last byte
    at = next == '/' ? read_closing_tag(at) : next == '!' ? read_cdata(at) : read_opening_tag(at);
    if (at != nullptr && depth_ > 0) at = read_text(at);
  } while (at != nullptr && depth_ > 0);
  return at;
}

const char* Reader::read_opening_tag(const char* at) {
  at = read_name(at + 1, names_[0]);
  if (at == nullptr) return nullptr;
  ++depth_;
  name_count_ = 1;
  while (*at != '>' && *at != '/') {
    const char* const attribute = skip_white_space(at);
    if (*attribute == '>' || *attribute == '/') {
      at = attribute;
      break;
    }
    if (attribute == at) return nullptr;
    at = read_attribute(attribute);
    if (at == nullptr) return nullptr;
  }
  if (!are_prefixes_declared()) return nullptr;
  if (*at == '/') {
    if (*++at != '>') return nullptr;
    close_element();
  }
  return at + 1;
}

const char* Reader::read_closing_tag(const char* at) {
  if (depth_ == 0) return nullptr;
  close_element();
  return find_any<'>'>(begin_, at, end_) + 1;
}

const char* Reader::read_attribute(const char* at) {
  if (name_count_ > max_attributes) return nullptr;
  Name& name = names_[name_count_];
  at = read_name(at, name);
  if (at == nullptr) return nullptr;
  for (std::size_t i = 1; i < name_count_; ++i) {
    if (is_same(names_[i], name)) return nullptr;
  }
  ++name_count_;
  at = skip_white_space(at);
  if (*at != '=') return nullptr;
  at = skip_white_space(at + 1);
  if (*at != '\'' && *at != '"') return nullptr;
  const char* const value = at + 1;
  at = read_value(value, *at);
  if (at == nullptr || !name.text().starts_with(declaration)) return at;
  return declare(name.text().substr(declaration.size()), {value, at - 1}) ? at : nullptr;
}

const char* Reader::read_value(const char* at, char quote) {
  for (;;) {
    at = quote == '"' ? find_special<'"', '<', '&'>(begin_, at, end_) : find_special<'\'', '<', '&'>(begin_, at, end_);
    if (at == end_ || *at == '<') return nullptr;
    if (*at == quote) return at + 1 == end_ ? nullptr : at + 1;
    at = *at == '&' ? read_reference(at) : read_characters(at);
    if (at == nullptr) return nullptr;
  }
}

// Up to the next '<', of which there must be one.
const char* Reader::read_text(const char* at) {
  for (;;) {
    at = find_special<'<', '&', ']'>(begin_, at, end_);
    if (at == end_) return nullptr;
    if (*at == '<') return at;
    if (*at == ']') {
      if (std::string_view{at, end_}.starts_with(cdata_end)) return nullptr;
      ++at;
      continue;
    }
    at = *at == '&' ? read_reference(at) : read_characters(at);
    if (at == nullptr) return nullptr;
  }
}

const char* Reader::read_cdata(const char* at) {
  constexpr std::string_view opener = "<![CDATA[";
  if (depth_ == 0 || !std::string_view{at, end_}.starts_with(opener)) return nullptr;
  at += opener.size();
  for (;;) {
    at = find_special<']'>(begin_, at, end_);
    if (at == end_) return nullptr;
    if (std::string_view{at, end_}.starts_with(cdata_end)) return at + cdata_end.size();
    at = *at == ']' ? at + 1 : read_characters(at);
    if (at == nullptr) return nullptr;
  }
}

// One of the five entities, or a character by its number (XML 1.0 §4.1).
const char* Reader::read_reference(const char* at) const {
  const std::string_view rest{at + 1, end_};
  for (const std::string_view entity : {"amp;", "lt;", "gt;", "quot;", "apos;"}) {
    if (rest.starts_with(entity)) return at + 1 + entity.size();
  }
  if (!rest.starts_with('#')) return nullptr;
  const unsigned base = rest.starts_with("#x") ? 16 : 10;
  const std::size_t digits = base == 16 ? 2 : 1;
  char32_t value = 0;
  std::size_t i = digits;
  for (; i < rest.size(); ++i) {
    const auto c = static_cast<unsigned char>(rest[i]);
    const auto letter = (c | 0x20U) - 'a';
    const unsigned digit = c - '0' < 10U ? c - '0' : letter < 6U ? letter + 10U : 16U;
    if (digit >= base) break;
    value = std::min<char32_t>(value * base + digit, 0x110000);
  }
  const bool is_reference = i != digits && i != rest.size() && rest[i] == ';' && is_xml_char(value);
  return is_reference ? at + i + 2 : nullptr;
}

// At a control character or a byte beyond ASCII: reads on while there is more of the latter.
const char* Reader::read_characters(const char* at) const {
  do {
    const auto [value, length] = decode_utf8(at, end_);
    if (!is_xml_char(value)) return nullptr;
    at += length;
  } while (is_beyond_ascii(*at));
  return at;
}

// A name with at most one colon, inside it (Namespaces in XML 1.0 §4).
const char* Reader::read_name(const char* at, Name& name) const {
  const char* const begin = at;
  at = read_part_of_name(at);
  name.prefix = 0;
  if (at != nullptr && *at == ':') {
    name.prefix = static_cast<std::size_t>(at - begin);
    at = read_part_of_name(at + 1);
  }
  if (at == nullptr || *at == ':') return nullptr;
  name.begin = begin;
  name.size = static_cast<std::size_t>(at - begin);
  return at;
}

// Names are short: byte by byte is the fastest.
const char* Reader::read_part_of_name(const char* at) const {
  const char* const begin = at;
  if (name_byte(*at) != starts_name) return is_beyond_ascii(*at) ? read_part_beyond_ascii(begin, at) : nullptr;
  while (name_byte(*++at) != no_name_byte) {
  }
  return is_beyond_ascii(*at) ? read_part_beyond_ascii(begin, at) : at;
}

const char* Reader::read_part_beyond_ascii(const char* begin, const char* at) const {
  while (is_beyond_ascii(*at) || name_byte(*at) != no_name_byte) {
    const auto [value, length] = decode_utf8(at, end_);
    const bool is_allowed = value < 0x80 || is_in(name_starts, value) || (at != begin && is_in(name_additions, value));
    if (!is_allowed) return nullptr;
    at += length;
  }
  return at;
}

bool Reader::declare(std::string_view prefix, std::string_view value) {
  if (prefix == "xml") return value == xml_ns;
  if (prefix == "xmlns" || value.empty()) return false;  // §3 and §5: a prefix cannot be taken back
  declarations_.push_back({prefix, depth_});
  ++declared_[prefix];
  return true;
}

bool Reader::are_prefixes_declared() const {
  for (std::size_t i = 0; i < name_count_; ++i) {
    if (names_[i].prefix != 0 && !is_declared(names_[i])) return false;
  }
  return true;
}

bool Reader::is_declared(const Name& name) const {
  const auto prefix = name.text().substr(0, name.prefix);
  if (prefix == "xml" || prefix == "stream") return true;
  if (prefix == "xmlns") return &name != &names_[0];  // for declarations, not for elements
  return declared_.contains(prefix);
}

void Reader::close_element() {
  while (!declarations_.empty() && declarations_.back().depth == depth_) {
    const auto found = declared_.find(declarations_.back().prefix);
    if (--found->second == 0) declared_.erase(found);
    declarations_.pop_back();
  }
  --depth_;
}

}  // namespace

bool is_well_formed(std::string_view element) {
  if (element.size() < 4 || element.front() != '<' || element.back() != '>') return false;
  return Reader{element}.read_element() == element.data() + element.size();
}

}  // namespace isthmus::xmpp
