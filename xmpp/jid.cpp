#include "xmpp/jid.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <utility>

#include "xmpp/errc.hpp"
#include "xmpp/stringprep.hpp"
#include "xmpp/xml_chars.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::size_t max_part = 1023;  // bytes
constexpr std::size_t max_label = 63;   // bytes of an ASCII label (RFC 1035 §2.3.4)

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 0x20) : c; }

/// What a profile makes of each ASCII character; 0 for what it prohibits, and for all beyond ASCII.
using AsciiMap = std::array<char, 256>;

constexpr AsciiMap nodeprep_ascii = [] {
  AsciiMap map{};
  for (unsigned char c = 0x21; c < 0x7F; ++c) map[c] = to_lower(static_cast<char>(c));
  for (const char c : std::string_view{"\"&'/:<>@"}) map[static_cast<unsigned char>(c)] = 0;
  return map;
}();

constexpr AsciiMap resourceprep_ascii = [] {
  AsciiMap map{};
  for (unsigned char c = 0x20; c < 0x7F; ++c) map[c] = static_cast<char>(c);
  return map;
}();

/// Of a label of a domain, letters, digits and '-' (RFC 6122 §2.2), and '_', which is in use. nameprep itself lets any
/// ASCII pass.
constexpr AsciiMap label_ascii = [] {
  AsciiMap map{};
  for (const char c : std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"}) {
    map[static_cast<unsigned char>(c)] = to_lower(c);
  }
  return map;
}();

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Appends `text` by `map`; false, with `out` as it was, when that is not all there is to it.
bool append_ascii(const AsciiMap& map, std::string_view text, std::string& out) {
  if (text.empty() || text.size() > max_part) return false;
  const auto begin = out.size();
  out.resize(begin + text.size());
  char* to = out.data() + begin;
  for (const char c : text) {
    *to = map[static_cast<unsigned char>(c)];
    if (*to++ != 0) continue;
    out.resize(begin);
    return false;
  }
  return true;
}

Result<void> append_prepared(Profile profile, const AsciiMap& map, std::string_view text, std::string& out) {
  if (append_ascii(map, text, out)) return {};
  const auto prepared = prepare(profile, text, Unassigned::allowed);
  if (!prepared) return prepared.error();
  out += *prepared;
  return {};
}

// What preparation makes of a character beyond ASCII may be ASCII: U+2100 becomes "a/c", U+FF20 "@".
bool is_label(std::string_view prepared) {
  return std::ranges::all_of(prepared, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || label_ascii[byte] == c;
  });
}

Result<void> append_label(std::string_view label, std::string& out) {
  const auto prepared = prepare(Profile::nameprep, label, Unassigned::allowed);
  if (!prepared) return prepared.error();
  if (!is_label(*prepared)) return Errc::prohibited_character;
  if (prepared->size() > max_label && is_ascii(*prepared)) return Errc::part_too_long;
  out += *prepared;
  return {};
}

Result<void> append_ipv6(std::string_view text, std::string& out) {
  std::string address{text.substr(1, text.size() - 2)};
  std::ranges::transform(address, address.begin(), to_lower);
  in6_addr parsed{};
  if (address.find('\0') != std::string::npos || inet_pton(AF_INET6, address.c_str(), &parsed) != 1)
    return Errc::prohibited_character;
  out.append("[").append(address).append("]");
  return {};
}

struct Dot {
  std::size_t at;
  std::size_t length;
};

// The four characters that separate labels (RFC 3490 §3.1).
Dot find_dot(std::string_view domain) {
  Dot first{domain.find('.'), 1};
  if (is_ascii(domain)) return first;
  for (const std::string_view dot : {"\u3002", "\uFF0E", "\uFF61"}) {
    if (const auto at = domain.find(dot); at < first.at) first = {at, dot.size()};
  }
  return first;
}

/// A domain of ASCII labels, and so nearly all; false, with `out` as it was, when it is not that.
bool append_ascii_domain(std::string_view text, std::string& out) {
  const auto begin = out.size();
  out.resize(begin + text.size());
  char* to = out.data() + begin;
  std::size_t label = 0;
  for (const char c : text) {
    const char prepared = c == '.' && label != 0 ? '.' : label_ascii[static_cast<unsigned char>(c)];
    label = prepared == '.' ? 0 : label + 1;
    *to++ = prepared;
    if (prepared != 0 && label <= max_label) continue;
    out.resize(begin);
    return false;
  }
  if (label == 0) out.pop_back();
  return true;
}

Result<void> append_domain(std::string_view text, std::string& out) {
  if (text.empty()) return Errc::empty_part;
  if (text.size() > max_part) return Errc::part_too_long;
  if (append_ascii_domain(text, out)) return {};
  if (text.starts_with('[') && text.ends_with(']') && text.size() > 2) return append_ipv6(text, out);
  const auto begin = out.size();
  for (;;) {
    const auto dot = find_dot(text);
    if (const auto label = append_label(text.substr(0, dot.at), out); !label) return label.error();
    if (dot.at == std::string_view::npos) break;
    text.remove_prefix(dot.at + dot.length);
    if (text.empty()) break;  // the root's empty label is dropped (RFC 7622 §3.2)
    out += '.';
  }
  if (out.size() - begin > max_part) return Errc::part_too_long;
  return {};
}

template <class Append>
Result<std::string> prepared(std::string_view text, Append append) {
  std::string out;
  if (const Result<void> outcome = append(text, out); !outcome) return outcome.error();
  return out;
}

// What nearly every address is: as its preparation would leave it. Seen 16 bytes at a time.

template <class NotPlain>
bool is_plain(std::string_view text, NotPlain not_plain) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  return !text.empty() && text.size() <= max_part && find_first(begin, begin, end, not_plain) == end;
}

bool is_plain_local(std::string_view text) {
  return is_plain(text, [](Block block) {
    return ~block.in_range('!', '~') | block.in_range('A', 'Z') | block.in_range('&', '\'') | block.equal('"') |
           block.equal('/') | block.equal(':') | block.equal('<') | block.equal('>') | block.equal('@');
  });
}

bool has_empty_label(std::string_view domain) {
  const char* const begin = domain.data();
  const char* const end = begin + domain.size();
  unsigned after_dot = 1;
  for (std::size_t at = 0; at < domain.size(); at += Block::size) {
    const unsigned dots = first_block(begin, begin + at, end, [](Block block) { return block.equal('.'); });
    if ((dots & (dots << 1U | after_dot)) != 0) return true;
    after_dot = dots >> (Block::size - 1);
  }
  return domain.ends_with('.');
}

bool is_plain_domain(std::string_view text) {
  const auto not_plain = [](Block block) {
    return ~(block.in_range('a', 'z') | block.in_range('0', '9') | block.in_range('-', '.') | block.equal('_'));
  };
  return text.size() <= max_label && is_plain(text, not_plain) && !has_empty_label(text);
}

bool is_plain_resource(std::string_view text) {
  return is_plain(text, [](Block block) { return ~block.in_range(' ', '~'); });
}

Result<void> append_local(std::string_view text, std::string& out) {
  return append_prepared(Profile::nodeprep, nodeprep_ascii, text, out);
}

Result<void> append_resource(std::string_view text, std::string& out) {
  return append_prepared(Profile::resourceprep, resourceprep_ascii, text, out);
}

}  // namespace

Result<void> parse_jid_into(std::string_view text, Jid& jid) {
  const auto slash = text.find('/');
  const auto bare = text.substr(0, slash);
  const auto at = bare.find('@');
  const bool has_local = at != std::string_view::npos;
  const bool has_resource = slash != std::string_view::npos;
  const auto local = has_local ? bare.substr(0, at) : std::string_view{};
  const auto domain = has_local ? bare.substr(at + 1) : bare;
  const auto resource = has_resource ? text.substr(slash + 1) : std::string_view{};
  if ((!has_local || is_plain_local(local)) && is_plain_domain(domain) &&
      (!has_resource || is_plain_resource(resource))) {
    jid.text_.assign(text);
    jid.local_end_ = static_cast<unsigned>(local.size());
    jid.domain_end_ = static_cast<unsigned>(bare.size());
    return {};
  }
  const auto old = std::exchange(jid, {});  // `text` may be its own
  Jid prepared;
  auto& out = prepared.text_;
  if (has_local) {
    if (const auto outcome = append_local(local, out); !outcome) return outcome;
    prepared.local_end_ = static_cast<unsigned>(out.size());
    out += '@';
  }
  if (const auto outcome = append_domain(domain, out); !outcome) return outcome;
  prepared.domain_end_ = static_cast<unsigned>(out.size());
  if (has_resource) {
    out += '/';
    if (const auto outcome = append_resource(resource, out); !outcome) return outcome;
  }
  jid = std::move(prepared);
  return {};
}

Result<Jid> parse_jid(std::string_view text) {
  Jid jid;
  if (const auto outcome = parse_jid_into(text, jid); !outcome) return outcome.error();
  return jid;
}

Result<std::string> prepared_local(std::string_view text) { return prepared(text, append_local); }

Result<std::string> prepared_domain(std::string_view text) { return prepared(text, append_domain); }

Result<std::string> prepared_resource(std::string_view text) { return prepared(text, append_resource); }

}  // namespace isthmus::xmpp
