#pragma once
// What is given to Paho to publish. Paho copies it, and each copied text costs it locks and a place in a tree of all
// its memory: properties are most of that. So the message of a topic is used again as long as its properties stay the
// same.
#include <mqtt/async_client.h>

#include <vector>

#include "adapters/mqtt/client.hpp"
#include "adapters/mqtt/topic_aliases.hpp"

namespace isthmus::mqtt {

class PahoMessages {
 public:
  explicit PahoMessages(Version version = Version::v5) : version_{version} {}

  /// With `alias` as its topic's number, and without the topic where that is enough (MQTT 5). It is changed by the next
  /// call: whoever publishes it meanwhile reads it within that call, and tokens hold it without looking at it.
  const ::mqtt::message_ptr& make(const Publication& publication, const TopicAliases::Use& alias);

 private:
  struct Prepared {
    ::mqtt::message_ptr message;
    Publication like;  // what its properties were made of
  };

  Version version_;
  std::vector<Prepared> prepared_;  // by the topic's number; [0]: for all that have none
};

}  // namespace isthmus::mqtt
