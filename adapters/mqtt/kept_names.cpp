#include "adapters/mqtt/kept_names.hpp"

namespace isthmus::mqtt {
namespace {

constexpr std::string_view adapter_name = "mqtt";
constexpr std::string_view topic_key = "topic ";  // and its digest; the topic is the value
constexpr std::string_view slug_key = "slug ";    // and the device's id

}  // namespace

KeptNames::KeptNames(Store& store) : store_{store} {
  for (const Setting& stored : store.settings()) {
    if (stored.adapter != adapter_name || !stored.owner.empty()) continue;
    if (stored.key.starts_with(topic_key)) topics_.push_back(stored.value);
    if (stored.key.starts_with(slug_key)) slugs_[stored.place][stored.key.substr(slug_key.size())] = stored.value;
  }
}

void KeptNames::put(std::string_view place, std::string key, std::string_view value) {
  store_.put(Setting{.owner = {},
                     .adapter = std::string{adapter_name},
                     .place = std::string{place},
                     .key = std::move(key),
                     .value = std::string{value}});
}

void KeptNames::keep_topic(std::string_view topic, std::string_view digest) {
  put({}, std::string{topic_key}.append(digest), topic);
}

void KeptNames::drop_topic(std::string_view digest) { put({}, std::string{topic_key}.append(digest), {}); }

std::map<std::string, std::string> KeptNames::slugs(std::string_view broker) const {
  const auto found = slugs_.find(broker);
  return found == slugs_.end() ? std::map<std::string, std::string>{} : found->second;
}

void KeptNames::keep_slug(std::string_view broker, const std::string& id, const std::string& slug) {
  if (id.size() <= max_id) put(broker, std::string{slug_key}.append(id), slug);
}

}  // namespace isthmus::mqtt
