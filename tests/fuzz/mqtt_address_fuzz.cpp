// Any bytes as a topic, a filter, a body and an address: what is valid goes there and back, and filters cover what they
// select.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "adapters/mqtt/address.hpp"
#include "adapters/mqtt/topic.hpp"

namespace {

using namespace isthmus;
using namespace isthmus::mqtt;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_topic(std::string_view topic) {
  if (!is_topic_filter(topic)) {
    // What looks like a shared subscription can be published to, but not subscribed to.
    require(!is_topic_name(topic) || topic.starts_with("$share/"));
    return;
  }
  const auto body = encode_body(topic);
  require(!body.empty());
  for (const char c : body) require(c > ' ' - 1 && c < '\x7F' && !(c >= 'A' && c <= 'Z'));
  if (body.starts_with("=h.")) return;
  const auto decoded = decode_body(body);
  require(decoded && *decoded == topic);
  require(covers("#", topic) || topic.starts_with('$'));
  require(covers(topic, topic) && topic.starts_with(constant_prefix(topic)));
  if (is_topic_name(topic)) require(matches(topic, topic));
}

void check_pair(std::string_view filter, std::string_view topic) {
  if (!is_topic_filter(filter) || !is_topic_name(topic) || !matches(filter, topic)) return;
  require(covers(filter, topic));
  const auto nick = nick_of(topic, filter);
  require(!nick.empty() && nick.size() <= 200);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  check_topic(text);
  const auto half = text.find('\n');
  if (half != std::string_view::npos) check_pair(text.substr(0, half), text.substr(half + 1));
  if (const auto decoded = decode_body(text)) check_topic(*decoded);

  NameTable names;
  MqttAddressBook book{AdapterId{1}, names, {"plant"}};
  for (const auto& address : {std::string{text}, std::string{text} + "%plant"}) {
    const auto place = book.parse(address);
    if (place) {
      require(book.text(*place) == address);
    } else if (place.error().condition == Condition::gone) {
      const auto right = book.parse(place.error().alternate);
      require(right && book.text(*right) == place.error().alternate);
    }
  }
  return 0;
}
