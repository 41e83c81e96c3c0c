#include "adapters/mqtt/address.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/mqtt/topic.hpp"
#include "adapters/mqtt/utf8.hpp"

namespace isthmus::mqtt {
namespace {

constexpr std::string_view digest_mark = "=h.";
constexpr std::size_t digest_length = 26;
constexpr std::size_t max_nick = 200;
constexpr std::size_t kept_of_nick = 180;
constexpr std::size_t max_long_topics = 10'000;
constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view escaped_by_xmpp = " \"&'/:<>@\\";  // XEP-0106: each is three bytes in the localpart
constexpr std::string_view ours = "%=^!*~";                   // mean something in an address

using Sha256 = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

Sha256 sha256(std::string_view text) {
  Sha256 digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

void append_hex(std::string& out, unsigned char byte) {
  out += hex_digits[byte / 16];
  out += hex_digits[byte % 16];
}

/// RFC 4648 §6 in small letters, without padding.
std::string digest_of(std::string_view topic) {
  constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";
  const auto digest = sha256(topic);
  std::string text;
  unsigned bits = 0;
  unsigned buffer = 0;
  for (const unsigned char byte : digest) {
    buffer = (buffer << 8U) | byte;
    for (bits += 8; bits >= 5 && text.size() < digest_length; bits -= 5)
      text += alphabet[(buffer >> (bits - 5)) & 0x1FU];
  }
  return text;
}

int hex_value(char c) {
  const auto at = hex_digits.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

bool is_plain(char c, bool is_at_edge) {
  if (c <= ' ' || c >= '\x7F') return c == ' ' && !is_at_edge;
  return !ours.contains(c) && (c < 'A' || c > 'Z');
}

bool is_slug(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

Refusal malformed(std::string text) { return {Condition::jid_malformed, Remedy::modify, std::move(text), {}}; }

}  // namespace

std::string encode_body(std::string_view topic) {
  std::string body;
  std::size_t escapes = 0;
  for (std::size_t i = 0; i < topic.size(); ++i) {
    const char c = topic[i];
    if (c >= 'A' && c <= 'Z') {
      body += '^';
      body += static_cast<char>(c + ('a' - 'A'));
    } else if (is_plain(c, i == 0 || i + 1 == topic.size())) {
      body += c;
      if (escaped_by_xmpp.contains(c)) escapes += 2;
    } else {
      body += '=';
      append_hex(body, static_cast<unsigned char>(c));
    }
  }
  if (body.size() + escapes <= max_body) return body;
  return std::string{digest_mark} + digest_of(topic);
}

Answer<std::string> decode_body(std::string_view body) {
  std::string topic;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (c == '^') {
      if (i + 1 == body.size() || body[i + 1] < 'a' || body[i + 1] > 'z')
        return malformed("In an address ^ stands before a letter, which it makes a capital one.");
      topic += static_cast<char>(body[++i] - ('a' - 'A'));
    } else if (c == '=') {
      const int high = i + 2 < body.size() ? hex_value(body[i + 1]) : -1;
      const int low = i + 2 < body.size() ? hex_value(body[i + 2]) : -1;
      if (high < 0 || low < 0)
        return malformed("In an address = stands before two hexadecimal digits: the value of a byte.");
      topic += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      topic += c;
    }
  }
  return topic;
}

std::string device_native(std::string_view slug) { return std::string{'\0'}.append(slug); }

std::string_view slug_of(std::string_view native) { return native.starts_with('\0') ? native.substr(1) : ""; }

std::string nick_of(std::string_view topic, std::string_view filter) {
  const auto prefix = filter == all_devices ? std::string_view{} : constant_prefix(filter);
  // "home/#" selects "home" too, which does not begin with the prefix "home/".
  if (topic.size() < prefix.size()) return ".";
  const auto rest = topic.substr(prefix.size());
  if (rest.empty()) return ".";
  if (rest.size() <= max_nick) return std::string{rest};
  std::string nick{cut(rest, kept_of_nick)};
  nick += '~';
  const auto digest = sha256(topic);
  for (std::size_t i = 0; i < 4; ++i) append_hex(nick, digest[i]);
  return nick;
}

MqttAddressBook::MqttAddressBook(AdapterId id, NameTable& names, std::vector<std::string> brokers)
    : id_{id}, names_{names}, brokers_{std::move(brokers)} {}

Answer<Conversation> MqttAddressBook::parse(std::string_view text) const {
  Conversation place{id_, PlaceKind::gateway, {}, {}};
  if (text.empty()) return place;
  const auto percent = text.rfind('%');
  const auto broker = percent == std::string_view::npos ? text : text.substr(percent + 1);
  const bool is_known = std::ranges::find(brokers_, broker) != brokers_.end();
  if (percent == std::string_view::npos && !is_known && brokers_.size() == 1) {
    return Refusal{Condition::item_not_found,
                   Remedy::cancel,
                   "An address names its broker: " + std::string{text} + "%" + brokers_.front(),
                   {}};
  }
  if (!is_known) return Refusal{Condition::item_not_found, Remedy::cancel, "There is no such broker here.", {}};
  place.network = names_.intern(broker);
  place.kind = PlaceKind::network;
  if (percent == std::string_view::npos) return place;
  auto found = parse_native(text.substr(0, percent), place);
  return found ? checked(text, *std::move(found)) : found;
}

Answer<Conversation> MqttAddressBook::place(std::string_view text) const {
  const auto slash = text.find('/');
  const auto broker = text.substr(0, slash);
  if (std::ranges::find(brokers_, broker) == brokers_.end())
    return Refusal{
        Condition::item_not_found, Remedy::cancel, "There is no broker " + std::string{broker} + " here.", {}};
  const auto filter = slash == std::string_view::npos ? std::string_view{} : text.substr(slash + 1);
  if (!is_topic_filter(filter))
    return malformed("What follows the broker and a slash is no topic and no topic filter: " + std::string{filter});
  return Conversation{id_, PlaceKind::room, names_.intern(broker), names_.intern(filter)};
}

bool MqttAddressBook::overlap(std::string_view a, std::string_view b) const { return mqtt::overlap(a, b); }

Answer<Conversation> MqttAddressBook::parse_native(std::string_view body, Conversation place) const {
  place.kind = body.starts_with('!') ? PlaceKind::room : PlaceKind::direct;
  if (place.kind == PlaceKind::room) body.remove_prefix(1);
  if (body.starts_with('*')) {
    body.remove_prefix(1);
    const bool is_all = place.kind == PlaceKind::room && body.empty();
    if (!is_all && (place.kind == PlaceKind::room || !is_slug(body)))
      return Refusal{Condition::item_not_found, Remedy::cancel, "There is no such device.", {}};
    place.native = names_.intern(is_all ? std::string{all_devices} : device_native(body));
    return place;
  }
  std::string topic;
  if (body.starts_with(digest_mark)) {
    const auto digest = body.substr(digest_mark.size());
    const auto* known = recall([&](const std::string& one) { return digest_of(one) == digest; });
    if (known == nullptr)
      return Refusal{Condition::item_not_found, Remedy::cancel, "No topic with this address was seen.", {}};
    topic = *known;
  } else {
    auto decoded = decode_body(body);
    if (!decoded) return decoded.error();
    topic = *std::move(decoded);
  }
  if (!is_topic_filter(topic)) return malformed("This is neither a topic nor a topic filter.");
  place.native = names_.intern(topic);
  return place;
}

Answer<Conversation> MqttAddressBook::checked(std::string_view text, Conversation place) const {
  auto right = this->text(place);
  if (right == text) return place;
  // A topic that is too long for its own letters is found by its digest, once it was seen.
  if (const auto known = parse(right); !known) return known.error();
  return Refusal{Condition::gone, Remedy::cancel, "This place has one address only, another one.", std::move(right)};
}

std::string MqttAddressBook::text(const Conversation& place) const {
  const auto native = place.native.view();
  if (native.empty()) return place.network.str();
  std::string text{place.kind == PlaceKind::room ? "!" : ""};
  if (native == all_devices) {
    text += '*';
  } else if (const auto slug = slug_of(native); !slug.empty()) {
    text.append("*").append(slug);
  } else {
    text += encode_body(native);
  }
  return text.append("%").append(place.network.view());
}

Answer<Conversation> MqttAddressBook::person(const Conversation& room, std::string_view name) const {
  Conversation place{id_, PlaceKind::direct, room.network, {}};
  const auto filter = room.native.view();
  if (filter == all_devices) {
    if (!is_slug(name)) return Refusal{Condition::item_not_found, Remedy::cancel, "There is no such device.", {}};
    place.native = names_.intern(device_native(name));
    return place;
  }
  Refusal unknown{Condition::item_not_found, Remedy::cancel, "There is no such topic here.", {}};
  if (name.size() > kept_of_nick && name.size() > 9 && name[name.size() - 9] == '~') {
    const auto* known =
        recall([&](const std::string& one) { return matches(filter, one) && nick_of(one, filter) == name; });
    if (known == nullptr) return unknown;
    place.native = names_.intern(*known);
    return place;
  }
  const auto prefix = constant_prefix(filter);
  // The level above goes before the empty level below it, which has the same nick.
  for (const auto& topic : {name == "." && !prefix.empty() ? std::string{prefix.substr(0, prefix.size() - 1)} : "",
                            std::string{prefix}.append(name == "." ? "" : name)}) {
    if (!is_topic_name(topic) || !matches(filter, topic) || nick_of(topic, filter) != name) continue;
    place.native = names_.intern(topic);
    return place;
  }
  return unknown;
}

void MqttAddressBook::remember(std::string_view topic) {
  // A shorter one has neither a digest for an address (three bytes for one at the most) nor for a nick.
  if (topic.size() * 3 <= max_body) return;
  if (topic.size() <= max_nick && !encode_body(topic).starts_with(digest_mark)) return;
  if (std::ranges::find(long_topics_, topic) != long_topics_.end()) return;
  if (keep_) keep_(topic, digest_of(topic), true);
  if (long_topics_.size() < max_long_topics) {
    long_topics_.emplace_back(topic);
    return;
  }
  auto& forgotten = long_topics_[next_to_forget_];
  if (keep_) keep_(forgotten, digest_of(forgotten), false);
  forgotten = topic;
  next_to_forget_ = (next_to_forget_ + 1) % max_long_topics;
}

const std::string* MqttAddressBook::recall(const std::function<bool(const std::string& topic)>& is_meant) const {
  const auto found = std::ranges::find_if(long_topics_, is_meant);
  return found == long_topics_.end() ? nullptr : &*found;
}

}  // namespace isthmus::mqtt
