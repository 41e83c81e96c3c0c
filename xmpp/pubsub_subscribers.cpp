#include "xmpp/pubsub_subscribers.hpp"

#include <algorithm>
#include <utility>

namespace isthmus::xmpp {
namespace {

// As settings in the store: the adapter is the users' side, the place is the domain and the node, the value has an
// address on each line.
constexpr std::string_view adapter = "xmpp";
constexpr std::string_view setting_key = "pubsub_subscribers";

std::string key_of(std::string_view domain, std::string_view node) {
  std::string key{domain};
  return key.append(" ").append(node);
}

const std::vector<std::string> nobody;

}  // namespace

PubsubSubscribers::PubsubSubscribers(Store& store, NameTable& names) : store_{store} {
  for (const auto& one : store.settings()) {
    if (one.adapter != adapter || one.key != setting_key) continue;
    auto& jids = by_owner_[names.intern(one.owner)][one.place];
    for (std::string_view rest = one.value; !rest.empty();) {
      const auto end = std::min(rest.find('\n'), rest.size());
      jids.emplace_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
}

const std::vector<std::string>& PubsubSubscribers::of(const Name& owner, std::string_view domain,
                                                      std::string_view node) const {
  const auto nodes = by_owner_.find(owner);
  if (nodes == by_owner_.end()) return nobody;
  const auto found = nodes->second.find(key_of(domain, node));
  return found == nodes->second.end() ? nobody : found->second;
}

bool PubsubSubscribers::has(const Name& owner, std::string_view domain, std::string_view node,
                            std::string_view jid) const {
  const auto& jids = of(owner, domain, node);
  return std::ranges::find(jids, jid) != jids.end();
}

bool PubsubSubscribers::is_full(const Name& owner) const {
  const auto nodes = by_owner_.find(owner);
  if (nodes == by_owner_.end()) return false;
  std::size_t count = 0;
  for (const auto& [key, jids] : nodes->second) count += jids.size();
  return count >= max_of_one_user;
}

bool PubsubSubscribers::add(const Name& owner, std::string_view domain, std::string_view node, std::string_view jid) {
  if (has(owner, domain, node, jid)) return true;
  if (is_full(owner)) return false;
  const auto key = key_of(domain, node);
  auto& jids = by_owner_[owner][key];
  jids.emplace_back(jid);
  put(owner, key, jids);
  return true;
}

bool PubsubSubscribers::remove(const Name& owner, std::string_view domain, std::string_view node,
                               std::string_view jid) {
  if (!has(owner, domain, node, jid)) return false;
  const auto nodes = by_owner_.find(owner);
  const auto found = nodes->second.find(key_of(domain, node));
  std::erase(found->second, jid);
  put(owner, found->first, found->second);
  if (!found->second.empty()) return true;
  nodes->second.erase(found);
  if (nodes->second.empty()) by_owner_.erase(nodes);
  return true;
}

bool PubsubSubscribers::remove_all(const Name& owner, std::string_view domain, std::string_view node) {
  const auto jids = of(owner, domain, node);
  for (const auto& jid : jids) remove(owner, domain, node, jid);
  return !jids.empty();
}

std::vector<PubsubSubscribers::Entry> PubsubSubscribers::list(const Name& owner, std::string_view domain) const {
  std::vector<Entry> all;
  const auto prefix = key_of(domain, {});
  const auto take = [&](const Name& one, const Nodes& nodes) {
    for (const auto& [key, jids] : nodes) {
      if (key.starts_with(prefix)) all.push_back({one, std::string{domain}, key.substr(prefix.size()), jids});
    }
  };
  if (owner.empty()) {
    for (const auto& [one, nodes] : by_owner_) take(one, nodes);
  } else if (const auto found = by_owner_.find(owner); found != by_owner_.end()) {
    take(owner, found->second);
  }
  return all;
}

void PubsubSubscribers::put(const Name& owner, const std::string& key, const std::vector<std::string>& jids) {
  std::string value;
  for (const auto& jid : jids) value.append(value.empty() ? "" : "\n").append(jid);
  store_.put(Setting{owner.str(), std::string{adapter}, key, std::string{setting_key}, std::move(value)});
}

}  // namespace isthmus::xmpp
