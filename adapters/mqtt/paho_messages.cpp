#include "adapters/mqtt/paho_messages.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

namespace isthmus::mqtt {
namespace {

using ::mqtt::properties;
using ::mqtt::property;

// COMPAT(Paho C 1.3.12): it writes the four bytes of a signed number, and garbles what is above its range. 68 years are
// as good as 136.
constexpr std::chrono::seconds longest_expiry{std::numeric_limits<int>::max()};

bool has_same_properties(const Publication& one, const Publication& other) {
  return one.is_utf8 == other.is_utf8 && one.expiry == other.expiry && one.properties == other.properties &&
         one.content_type == other.content_type && one.response_topic == other.response_topic &&
         one.correlation == other.correlation;
}

/// What has_same_properties() looks at.
Publication head(const Publication& publication) {
  return {.topic = {},
          .payload = {},
          .content_type = publication.content_type,
          .is_utf8 = publication.is_utf8,
          .expiry = publication.expiry,
          .response_topic = publication.response_topic,
          .correlation = publication.correlation,
          .properties = publication.properties};
}

properties to_properties(const Publication& publication, std::uint16_t alias) {
  properties all;
  if (alias != 0) all.add({property::TOPIC_ALIAS, static_cast<int>(alias)});
  if (publication.is_utf8) all.add({property::PAYLOAD_FORMAT_INDICATOR, 1});
  if (!publication.content_type.empty()) all.add({property::CONTENT_TYPE, publication.content_type});
  if (publication.expiry) {
    const auto expiry = std::min(*publication.expiry, longest_expiry);
    all.add({property::MESSAGE_EXPIRY_INTERVAL, static_cast<int>(expiry.count())});
  }
  if (!publication.response_topic.empty()) all.add({property::RESPONSE_TOPIC, publication.response_topic});
  if (!publication.correlation.empty()) all.add({property::CORRELATION_DATA, publication.correlation});
  for (const auto& [name, value] : publication.properties) all.add({property::USER_PROPERTY, name, value});
  return all;
}

}  // namespace

const ::mqtt::message_ptr& PahoMessages::make(const Publication& publication, const TopicAliases::Use& alias) {
  if (prepared_.size() <= alias.alias) prepared_.resize(alias.alias + std::size_t{1});
  auto& [message, like] = prepared_[alias.alias];
  if (message == nullptr || (version_ == Version::v5 && !has_same_properties(like, publication))) {
    message = std::make_shared<::mqtt::message>();
    if (version_ == Version::v5) {
      like = head(publication);
      if (auto all = to_properties(publication, alias.alias); !all.empty()) message->set_properties(std::move(all));
    }
  }
  message->set_topic(alias.needs_topic ? publication.topic : std::string{});
  message->set_payload(publication.payload.data(), publication.payload.size());
  message->set_qos(publication.qos);
  message->set_retained(publication.retain);
  return message;
}

}  // namespace isthmus::mqtt
