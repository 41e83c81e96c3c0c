#pragma once
// The addresses of topics, filters, rooms and devices: reversible, though a localpart has no capitals
// (docs/user/mqtt.md shows them). What XEP-0106 escapes stands for itself here: the users' side escapes it.
//   text   = broker / "!*%" broker / [ "!" ] body "%" broker / "*" slug "%" broker
//   body   = 1*( plain / "^" a-z / "=" hh )    a capital letter; any other byte
//          / "=h." 26( a-z / 2-7 )             a topic whose body would be longer than max_body
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/adapter.hpp"
#include "gateway/model/name.hpp"

namespace isthmus::mqtt {

inline constexpr std::size_t max_body = 480;  // bytes, with the escapes of XEP-0106

/// The body for a topic or filter: printable ASCII without capitals.
std::string encode_body(std::string_view topic);
/// The topic or filter that `body` was made of; an error for what encode_body() never writes in form (a lone `^` or
/// `=`). Some other spellings are decoded too: encode_body() of the result tells.
Answer<std::string> decode_body(std::string_view body);

/// A device's native name: no topic begins with U+0000.
std::string device_native(std::string_view slug);
/// The slug of a device's native name; empty: it is a topic or filter.
std::string_view slug_of(std::string_view native);
/// The native name of the room of all devices.
inline constexpr std::string_view all_devices{"\0*", 2};

/// The nick of `topic` in the room of `filter`: the topic less the constant prefix; "." for that level itself. One over
/// 200 bytes is cut at 180 and gets "~" and 8 hexadecimal digits of the topic's SHA-256.
std::string nick_of(std::string_view topic, std::string_view filter);

class MqttAddressBook final : public AddressBook {
 public:
  /// `brokers`: the names of all.
  MqttAddressBook(AdapterId id, NameTable& names, std::vector<std::string> brokers);

  bool has_own_escapes() const noexcept override { return true; }
  Answer<Conversation> parse(std::string_view text) const override;
  std::string text(const Conversation& place) const override;
  std::string_view scheme() const noexcept override { return "mqtt"; }
  /// "broker/filter".
  Answer<Conversation> place(std::string_view text) const override;
  bool overlap(std::string_view a, std::string_view b) const override;
  bool is_open_to_programs() const noexcept override { return true; }
  /// The topic whose nick in `room` is `name`.
  Answer<Conversation> person(const Conversation& room, std::string_view name) const override;

  /// Topics whose addresses or nicks are digests are found again once they were seen; the last 10,000 of them are.
  void remember(std::string_view topic);
  /// From now on `keep` hears of each that is remembered anew, and of each that is forgotten, with its digest.
  using Keep = std::function<void(std::string_view topic, std::string_view digest, bool is_remembered)>;
  void set_keep(Keep keep) { keep_ = std::move(keep); }

 private:
  Answer<Conversation> parse_native(std::string_view body, Conversation place) const;
  Answer<Conversation> checked(std::string_view text, Conversation place) const;
  const std::string* recall(const std::function<bool(const std::string& topic)>& is_meant) const;

  AdapterId id_;
  NameTable& names_;
  std::vector<std::string> brokers_;
  std::vector<std::string> long_topics_;
  std::size_t next_to_forget_ = 0;
  Keep keep_;
};

}  // namespace isthmus::mqtt
