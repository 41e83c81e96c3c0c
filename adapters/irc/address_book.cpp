#include "adapters/irc/address_book.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "adapters/irc/bytes.hpp"
#include "adapters/irc/nick.hpp"

namespace isthmus::irc {

namespace {

constexpr std::size_t longest_host_name = 253;  // RFC 1035 §2.3.4, without the root's dot
constexpr std::size_t longest_label = 63;

bool is_label(std::string_view label) noexcept {
  return !label.empty() && label.size() <= longest_label && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_ascii_letter(c) || is_ascii_digit(c) || c == '-'; });
}

// The canonical form of a name, in a buffer of its own: names are looked up for every stanza.
class Lowered {
 public:
  explicit Lowered(std::string_view name) {
    if (name.size() > small_.size()) {
      large_ = name;
      std::ranges::transform(name, large_.begin(), ascii_lower);
      view_ = large_;
    } else {
      std::ranges::transform(name, small_.begin(), ascii_lower);
      view_ = {small_.data(), name.size()};
    }
  }
  Lowered(const Lowered&) = delete;
  Lowered& operator=(const Lowered&) = delete;
  std::string_view view() const noexcept { return view_; }

 private:
  std::array<char, 256> small_;
  std::string large_;  // what a server itself named may be longer than any address
  std::string_view view_;
};

std::string quoted(std::string_view name) {
  constexpr std::size_t shown = 80;
  return "\"" + std::string{name.substr(0, code_point_border(name, shown))} + "\"";
}

Refusal malformed(std::string text) { return {Condition::jid_malformed, Remedy::modify, std::move(text), {}}; }

Refusal not_a_nick(std::string_view text) {
  return malformed(quoted(text) +
                   " is no nick: 1 to 64 bytes without space, comma, control character and any of * ? ! @");
}

Refusal not_a_channel(std::string_view text) {
  return malformed(quoted(text) + " is no channel name: 2 to 200 bytes without space, comma and control character");
}

Refusal not_found(std::string text) { return {Condition::item_not_found, Remedy::cancel, std::move(text), {}}; }

}  // namespace

bool is_host_name(std::string_view name) noexcept {
  if (name.size() > longest_host_name) return false;
  for (;;) {
    const std::size_t dot = name.find('.');
    if (!is_label(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

IrcAddressBook::IrcAddressBook(AdapterId adapter, NameTable& names, std::string_view fixed_network,
                               const std::vector<std::string>& networks)
    : adapter_{adapter}, names_{names}, fixed_network_{names.intern(Lowered{fixed_network}.view())} {
  for (const std::string& name : networks) networks_.insert(names.intern(Lowered{name}.view()));
}

Answer<Name> IrcAddressBook::network(std::string_view text) const {
  const Lowered lowered{text};
  Name name = names_.intern(lowered.view());
  if (networks_.contains(name)) return name;
  if (!is_host_name(lowered.view())) return malformed(quoted(text) + " is no host name and no network of this gateway");
  if (text.find('.') == std::string_view::npos) {
    return not_found(
        "no network " + quoted(text) +
        " here: a channel is addressed as #channel%network, a person as nick%network, a network by its host name");
  }
  return name;
}

Conversation IrcAddressBook::place(PlaceKind kind, Name network, std::string_view native) const {
  return {adapter_, kind, std::move(network), names_.intern(Lowered{native}.view())};
}

Answer<Conversation> IrcAddressBook::place_on(Name network, std::string_view native) const {
  if (has_channel_type(native)) {
    if (!is_channel_name(native)) return not_a_channel(native);
    return place(PlaceKind::room, std::move(network), native);
  }
  if (!is_nick(native)) return not_a_nick(native);
  return place(PlaceKind::direct, std::move(network), native);
}

Answer<Conversation> IrcAddressBook::parse(std::string_view text) const {
  if (!fixed_network_.empty()) {
    if (text.empty()) return Conversation{adapter_, PlaceKind::network, fixed_network_, {}};
    return place_on(fixed_network_, text);
  }
  if (text.empty()) return Conversation{adapter_, PlaceKind::gateway, {}, {}};

  const std::size_t separator = text.rfind('%');
  if (separator == std::string_view::npos) {
    if (has_channel_type(text)) {
      return malformed(quoted(text) + " lacks its network: a channel is addressed as #channel%irc.example.org");
    }
    auto found = network(text);
    if (!found) return found.error();
    return Conversation{adapter_, PlaceKind::network, *std::move(found), {}};
  }
  const std::string_view native = text.substr(0, separator);
  const std::string_view host = text.substr(separator + 1);
  if (host.empty()) {
    return malformed(quoted(text) + " lacks its network after '%': #channel%irc.example.org, nick%irc.example.org");
  }
  auto found = network(host);
  if (!found) return found.error();
  return place_on(*std::move(found), native);
}

Answer<Conversation> IrcAddressBook::place(std::string_view text) const {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || !has_channel_type(text.substr(slash + 1)))
    return malformed(quoted(text) + " is no channel of a network, such as irc.example.org/#channel");
  auto found = network(text.substr(0, slash));
  if (!found) return found.error();
  if (!fixed_network_.empty() && *found != fixed_network_)
    return not_found("the only network here is " + fixed_network_.str());
  return place_on(*std::move(found), text.substr(slash + 1));
}

std::string IrcAddressBook::text(const Conversation& place) const {
  const bool is_on_fixed = !fixed_network_.empty() && place.network == fixed_network_;
  if (place.kind == PlaceKind::gateway) return {};
  if (place.kind == PlaceKind::network) return is_on_fixed ? std::string{} : place.network.str();
  if (is_on_fixed) return place.native.str();
  return place.native.str() + "%" + place.network.str();
}

Answer<Conversation> IrcAddressBook::person(const Conversation& room, std::string_view name) const {
  if (room.network.empty()) return not_found("there is nobody to talk to where there is no network");
  if (!is_nick(name)) return not_a_nick(name);
  return place(PlaceKind::direct, room.network, name);
}

Conversation IrcAddressBook::room(const Name& network, std::string_view native) const {
  return place(PlaceKind::room, network, native);
}

Conversation IrcAddressBook::direct(const Name& network, std::string_view native) const {
  return place(PlaceKind::direct, network, native);
}

}  // namespace isthmus::irc
