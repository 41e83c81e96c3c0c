#include "xmpp/stanza_framer.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "xmpp/xml_chars.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::string_view not_well_formed = "not-well-formed";
constexpr std::string_view restricted_xml = "restricted-xml";
constexpr std::string_view policy_violation = "policy-violation";
constexpr std::string_view cdata_opener = "[CDATA[";
constexpr std::size_t max_idle_capacity = 64 * 1024;  // more is given back once the stanza is done

bool is_white_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// True where a name may begin. Beyond ASCII the parser looks closer.
bool may_begin_name(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte | 0x20U) - 'a' < 26U || c == '_' || c == ':' || byte >= 0x80;
}

/// Which of the (at most 16) bytes from `at` on may change the state: < > ' ". From `floor` (≤ at) on bytes may be
/// read.
unsigned markup_bits(const char* floor, const char* at, const char* end) {
  return first_block(floor, at, end, [](Block block) {
    return block.equal('<') | block.equal('>') | block.equal('\'') | block.equal('"');
  });
}

/// The name in "<name …".
std::string_view name_of_tag(std::string_view tag) {
  tag.remove_prefix(1);
  return tag.substr(0, tag.find_first_of(" \t\r\n/>"));
}

/// True for "</name>", with white space before the '>' or without.
bool closes(std::string_view tag, std::string_view name) {
  tag.remove_prefix(2);
  tag.remove_suffix(1);
  if (!tag.starts_with(name)) return false;
  return std::ranges::all_of(tag.substr(name.size()), is_white_space);
}

}  // namespace

void StanzaFramer::feed(std::span<char> input) {
  input_ = input;
  at_ = 0;
  begin_ = 0;
  name_at_ = 0;
}

void StanzaFramer::reset() { *this = StanzaFramer{limits_}; }

Frame StanzaFramer::next() {
  if (is_handed_out_) give_back();
  frame_ = {};
  if (state_ == State::bad) fail(bad_condition_);
  while (frame_.kind == Frame::Kind::need_more && at_ < input_.size()) step();
  if (frame_.kind == Frame::Kind::need_more) keep_rest();
  return frame_;
}

void StanzaFramer::step() {
  switch (state_) {
    case State::between:
      skip_white_space();
      if (at_ == input_.size()) return;
      if (input_[at_] != '<') return fail(not_well_formed);
      begin_item(at_++);
      state_ = State::tag_start;
      return;
    case State::tag_start: return on_tag_start();
    case State::tag:
    case State::quoted:
    case State::text: return scan_markup();
    case State::cdata_start: return read_cdata_start();
    case State::cdata: return skip_cdata();
    case State::closed:
    case State::bad: at_ = input_.size(); return;
  }
}

void StanzaFramer::skip_white_space() {
  const auto begin = at_;
  while (at_ != input_.size() && is_white_space(input_[at_])) ++at_;
  if (at_ != begin) is_started_ = true;
}

// Stays in its loop while there are only tags and text, of which this looks at one byte in ten or so.
void StanzaFramer::scan_markup() {
  const char* const begin = input_.data();
  const char* const end = begin + input_.size();
  const char* at = begin + at_;
  while (at != end) {
    const char* const block = at;
    at = end - block < static_cast<std::ptrdiff_t>(Block::size) ? end : block + Block::size;
    for (unsigned bits = markup_bits(begin, block, end); bits != 0; bits &= bits - 1) {
      const char* const found = block + std::countr_zero(bits);
      if (state_ == State::quoted) {
        if (*found == '<') return fail(not_well_formed);  // XML 1.0 §2.3
        if (*found == quote_) state_ = State::tag;
      } else if (state_ == State::text) {
        if (*found != '<') continue;
        state_ = State::tag_start;
        at_ = static_cast<std::size_t>(found + 1 - begin);
        if (found + 1 == end) return;
        on_tag_start();
        if (state_ != State::tag) return;
      } else if (*found == '>') {
        at_ = static_cast<std::size_t>(found + 1 - begin);
        on_tag_end(at_);
        if (state_ != State::text) return;
      } else {
        if (*found == '<') return fail(not_well_formed);
        quote_ = *found;
        state_ = State::quoted;
        ++attributes_;
      }
    }
  }
  at_ = input_.size();
}

void StanzaFramer::on_tag_start() {
  const char first = input_[at_];
  is_closing_ = first == '/';
  name_at_ = is_closing_ ? at_ + 1 : at_;
  name_hash_ = 0;
  is_name_read_ = false;
  attributes_ = 0;
  state_ = State::tag;
  if (depth_ == 0) {
    if (!begin_outermost(first)) return;
  } else if (first == '!') {
    state_ = State::cdata_start;
    cdata_matched_ = 0;
  } else if (!is_closing_ && !may_begin_name(first)) {
    return fail(first == '?' ? restricted_xml : not_well_formed);
  }
  ++at_;
}

/// What stands between the stanzas, by the first character of its tag; false when it may not stand there.
bool StanzaFramer::begin_outermost(char first) {
  const bool is_open = !stream_name_.empty();
  const bool is_first = !std::exchange(is_started_, true);
  if (first == '?' && is_first) {
    item_ = Item::declaration;
  } else if (first == '!' || first == '?') {
    fail(restricted_xml);
    return false;
  } else if (is_closing_ ? !is_open : !may_begin_name(first)) {
    fail(not_well_formed);
    return false;
  } else {
    item_ = is_closing_ ? Item::stream_close : is_open ? Item::stanza : Item::stream_open;
  }
  return true;
}

void StanzaFramer::on_tag_end(std::size_t end) {
  if (item_ != Item::stanza) return on_item_end(end);
  read_name(end);
  if (is_closing_) {
    --depth_;
    if (depth_ < names_.size() && names_[depth_] != name_hash_) return fail(not_well_formed);
  } else {
    if (attributes_ > limits_.max_attributes && excess_ == Excess::none) excess_ = Excess::length;
    if (depth_ + 1 > limits_.max_depth) excess_ = Excess::depth;
    if (opening_ == 0) opening_ = before_ + (end - begin_);
    if (byte_before(end - 1, 1) != '/') {
      if (depth_ < limits_.max_depth) {
        names_.resize(depth_);
        names_.push_back(name_hash_);
      }
      ++depth_;
    }
  }
  if (depth_ == 0) return on_item_end(end);
  state_ = State::text;
}

/// Takes the tag's name into name_hash_, as far as it stands before `end`.
void StanzaFramer::read_name(std::size_t end) {
  if (is_name_read_) return;
  const char* const stop = input_.data() + end;
  const char* at = input_.data() + name_at_;
  auto hash = name_hash_;
  for (; at < stop; ++at) {
    const char c = *at;
    is_name_read_ = c <= '>' && (c == '>' || c == '/' || is_white_space(c));
    if (is_name_read_) break;
    hash = hash * 31 + static_cast<unsigned char>(c);
  }
  name_hash_ = hash;
  name_at_ = static_cast<std::size_t>(at - input_.data());
}

void StanzaFramer::on_item_end(std::size_t end) {
  const auto item = std::exchange(item_, Item::none);
  const bool is_long = before_ + (end - begin_) > limits_.max_stanza;
  state_ = State::between;
  if (item == Item::stanza) {
    if (excess_ == Excess::depth) return found(Frame::Kind::too_deep, opening_tag());
    if (excess_ == Excess::length || is_long) return found(Frame::Kind::too_long, opening_tag());
    return found(Frame::Kind::stanza, whole_item(end));
  }
  if (is_long) return fail(policy_violation);

  const auto bytes = whole_item(end);
  const std::string_view text{bytes.data(), bytes.size()};
  if (item == Item::declaration) {
    const bool is_declaration = text.starts_with("<?xml") && is_white_space(text[5]) && text.ends_with("?>");
    if (!is_declaration) return fail(restricted_xml);
    give_back();
  } else if (item == Item::stream_open) {
    if (text.ends_with("/>")) return fail(not_well_formed);  // a stream that ends with its own beginning
    stream_name_ = name_of_tag(text);
    found(Frame::Kind::stream_open, bytes);
  } else {
    if (!closes(text, stream_name_)) return fail(not_well_formed);
    state_ = State::closed;
    found(Frame::Kind::stream_close, bytes);
  }
}

void StanzaFramer::read_cdata_start() {
  while (at_ != input_.size() && cdata_matched_ != cdata_opener.size()) {
    if (input_[at_] != cdata_opener[cdata_matched_]) return fail(restricted_xml);
    ++at_;
    ++cdata_matched_;
  }
  if (cdata_matched_ == cdata_opener.size()) state_ = State::cdata;
}

void StanzaFramer::skip_cdata() {
  const auto* const found = std::memchr(input_.data() + at_, '>', input_.size() - at_);
  if (found == nullptr) {
    at_ = input_.size();
    return;
  }
  const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - input_.data());
  if (byte_before(at, 1) == ']' && byte_before(at, 2) == ']') state_ = State::text;
  at_ = at + 1;
}

std::span<char> StanzaFramer::whole_item(std::size_t end) {
  if (before_ == 0) return input_.subspan(begin_, end - begin_);
  kept_.append(input_.data(), end);
  is_handed_out_ = true;
  return kept_;
}

std::span<char> StanzaFramer::opening_tag() {
  is_handed_out_ = true;
  if (!is_opening_kept()) return {};
  if (before_ == 0) return input_.subspan(begin_, opening_);
  if (kept_.size() < opening_) kept_.append(input_.data(), opening_ - kept_.size());
  return std::span{kept_}.first(opening_);
}

bool StanzaFramer::is_opening_kept() const {
  return opening_ != 0 && opening_ <= std::min(max_opening_tag, limits_.max_stanza);
}

void StanzaFramer::keep_rest() {
  if (input_.empty()) return;
  if (state_ == State::tag || state_ == State::quoted) read_name(input_.size());
  if (state_ != State::between && state_ != State::closed && !is_skipping_) {
    const auto rest = input_.subspan(begin_);
    const bool is_long = before_ + rest.size() > limits_.max_stanza;
    if (is_long && item_ != Item::stanza) return fail(policy_violation);
    is_skipping_ = is_long || (excess_ != Excess::none && opening_ != 0);
    const auto wanted = !is_skipping_ ? kept_.size() + rest.size() : is_opening_kept() ? opening_ : 0;
    if (wanted > kept_.size()) kept_.append(rest.data(), wanted - kept_.size());
    kept_.resize(wanted);
    if (is_skipping_) kept_.shrink_to_fit();
  }
  before_ += input_.size() - begin_;
  last_[0] = input_.size() > 1 ? input_[input_.size() - 2] : last_[1];
  last_[1] = input_.back();
  feed({});
}

void StanzaFramer::give_back() {
  is_handed_out_ = false;
  kept_.clear();
  if (kept_.capacity() > max_idle_capacity) kept_.shrink_to_fit();
}

void StanzaFramer::found(Frame::Kind kind, std::span<char> bytes) {
  frame_.kind = kind;
  frame_.bytes = bytes;
}

void StanzaFramer::begin_item(std::size_t at) {
  item_ = Item::none;
  begin_ = at;
  before_ = 0;
  opening_ = 0;
  excess_ = Excess::none;
  is_skipping_ = false;
}

void StanzaFramer::fail(std::string_view condition) {
  state_ = State::bad;
  bad_condition_ = condition;
  frame_ = {Frame::Kind::bad, {}, condition};
}

char StanzaFramer::byte_before(std::size_t at, std::size_t distance) const {
  return at >= distance ? input_[at - distance] : last_[2 - (distance - at)];
}

}  // namespace isthmus::xmpp
