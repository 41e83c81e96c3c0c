#include "xmpp/stanza_writer.hpp"

#include <algorithm>
#include <cassert>
#include <concepts>
#include <cstdint>
#include <cstring>

#include "xmpp/xml_chars.hpp"

namespace isthmus::xmpp {
namespace {

using namespace std::string_view_literals;

enum class Within { text, attribute };

/// One character below space or beyond ASCII, or a run of the latter. Returns where it ended.
const char* append_beyond_ascii(std::string& out, const char* at, const char* end) {
  const char* const begin = at;
  while (at != end && static_cast<unsigned char>(*at) >= 0x80) {
    const auto [value, length] = decode_utf8(at, end);
    if (is_xml_char(value)) {
      at += length;
      continue;
    }
    out.append(begin, at).append("\xEF\xBF\xBD");
    return at + length;
  }
  out.append(begin, at);
  return at;
}

/// The character at `at`, which cannot be copied unseen. Returns where it ended.
const char* append_special(std::string& out, const char* at, const char* end, Within within) {
  switch (*at) {
    case '&': out += "&amp;"; break;
    case '<': out += "&lt;"; break;
    case '>': out += "&gt;"; break;
    case '\'': out += "&apos;"; break;
    case '"': out += "&quot;"; break;
    case '\r': out += "&#13;"; break;
    case '\n':
      // In an attribute a parser would make it a space (XML 1.0 §3.3.3).
      within == Within::attribute ? out += "&#10;" : out += '\n';
      break;
    case '\t': within == Within::attribute ? out += "&#9;" : out += '\t'; break;
    default:
      if (static_cast<unsigned char>(*at) >= 0x80) return append_beyond_ascii(out, at, end);
      out += "\xEF\xBF\xBD";
  }
  return at + 1;
}

const char* find_escaped(const char* begin, const char* at, const char* end) {
  return find_special<'&', '<', '>', '\'', '"'>(begin, at, end);
}

void append_escaped(std::string& out, std::string_view text, Within within) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* at = begin;
  for (;;) {
    const char* const special = find_escaped(begin, at, end);
    out.append(at, static_cast<std::size_t>(special - at));
    if (special == end) return;
    at = append_special(out, special, end, within);
  }
}

/// True for what may be copied as it is, which is nearly all.
bool is_plain(std::string_view text) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  return find_escaped(begin, begin, end) == end;
}

/// Copies `piece`, which is mostly too short to be worth a call. Returns where it ended.
inline char* put(char* at, std::string_view piece) {
  const char* const from = piece.data();
  const std::size_t size = piece.size();
  // Two copies of a fixed size, which may overlap, are four instructions.
  const auto put_ends = [&]<class Word>(Word first, Word last) {
    std::memcpy(&first, from, sizeof first);
    std::memcpy(&last, from + size - sizeof last, sizeof last);
    std::memcpy(at, &first, sizeof first);
    std::memcpy(at + size - sizeof last, &last, sizeof last);
  };
  if (size > 16) {
    std::memcpy(at, from, size);
  } else if (size >= 8) {
    put_ends(std::uint64_t{}, std::uint64_t{});
  } else if (size >= 4) {
    put_ends(std::uint32_t{}, std::uint32_t{});
  } else {
    for (std::size_t i = 0; i < size; ++i) at[i] = from[i];
  }
  return at + size;
}

/// Appends all of `pieces`, growing `out` once: a stanza is made of dozens of them.
template <std::same_as<std::string_view>... Pieces>
void append(std::string& out, Pieces... pieces) {
  const std::size_t size = out.size();
  const std::size_t wanted = size + (... + pieces.size());
  // The size that the function is told may be the capacity: libstdc++ 12.2.
  out.resize_and_overwrite(wanted, [&](char* text, std::size_t) {
    char* at = text + size;
    ((at = put(at, pieces)), ...);
    return wanted;
  });
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) { append_escaped(out, text, Within::text); }

StanzaWriter& StanzaWriter::open(std::string_view name) {
  assert(depth_ < max_depth);
  if (depth_ == 0) {
    begin_ = out_.size();
    is_foreign_ = false;
  }
  append(out_, is_in_tag_ ? "><"sv : "<"sv, name);
  open_[depth_++] = name;
  is_in_tag_ = true;
  return *this;
}

StanzaWriter& StanzaWriter::open(std::string_view name, std::string_view ns) {
  open(name);
  append(out_, " xmlns='"sv, ns, "'"sv);
  return *this;
}

StanzaWriter& StanzaWriter::attribute(std::string_view name, std::string_view value) {
  assert(is_in_tag_);
  if (depth_ == 1 && name == "from") check_from(value);
  if (is_plain(value)) {
    append(out_, " "sv, name, "='"sv, value, "'"sv);
  } else {
    append(out_, " "sv, name, "='"sv);
    append_escaped(out_, value, Within::attribute);
    out_ += '\'';
  }
  return *this;
}

StanzaWriter& StanzaWriter::attribute_part(std::string_view bytes) {
  assert(is_in_tag_ && is_plain(bytes));
  out_ += bytes;
  return *this;
}

StanzaWriter& StanzaWriter::attribute_end(std::string_view value) {
  assert(is_in_tag_);
  if (is_plain(value)) {
    append(out_, value, "'"sv);
  } else {
    append_escaped(out_, value, Within::attribute);
    out_ += '\'';
  }
  return *this;
}

StanzaWriter& StanzaWriter::text(std::string_view value) {
  assert(depth_ > 0);
  if (value.empty()) return *this;
  if (is_plain(value)) {
    append(out_, is_in_tag_ ? ">"sv : ""sv, value);
    is_in_tag_ = false;
  } else {
    end_opening_tag();
    append_escaped(out_, value, Within::text);
  }
  return *this;
}

StanzaWriter& StanzaWriter::close() {
  assert(depth_ > 0);
  --depth_;
  if (is_in_tag_) {
    out_ += "/>";
    is_in_tag_ = false;
    return *this;
  }
  append(out_, "</"sv, open_[depth_], ">"sv);
  return *this;
}

StanzaWriter& StanzaWriter::ready(std::string_view bytes) {
  assert(depth_ > 0);
  assert(is_in_tag_ || bytes.starts_with('<'));
  const bool ends_tag = is_in_tag_ && bytes.starts_with('<');
  append(out_, ends_tag ? ">"sv : ""sv, bytes);
  if (ends_tag) is_in_tag_ = false;
  return *this;
}

StanzaWriter& StanzaWriter::ready_open(std::string_view name, std::string_view bytes) {
  assert(depth_ > 0 && depth_ < max_depth && bytes.starts_with('<'));
  append(out_, is_in_tag_ ? ">"sv : ""sv, bytes);
  open_[depth_++] = name;
  is_in_tag_ = true;
  return *this;
}

bool StanzaWriter::finished() {
  assert(depth_ == 0);
  if (!is_foreign_ && out_.size() - begin_ <= max_stanza) return true;
  out_.resize(begin_);
  return false;
}

void StanzaWriter::end_opening_tag() {
  if (is_in_tag_) out_ += '>';
  is_in_tag_ = false;
}

void StanzaWriter::check_from(std::string_view jid) {
  if (own_domain_.empty()) return;
  auto domain = jid.substr(0, jid.find('/'));
  if (const auto at = domain.find('@'); at != std::string_view::npos) domain.remove_prefix(at + 1);
  is_foreign_ = domain != own_domain_;
}

}  // namespace isthmus::xmpp
