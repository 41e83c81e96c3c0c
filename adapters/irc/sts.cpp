#include "adapters/irc/sts.hpp"

#include <algorithm>
#include <charconv>

namespace isthmus::irc {
namespace {

constexpr std::string_view adapter_name = "irc";
constexpr std::string_view key = "sts";

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::optional<std::uint16_t> port_number(std::string_view text) {
  const auto value = number(text);
  if (!value || *value == 0 || *value > 65'535) return std::nullopt;
  return static_cast<std::uint16_t>(*value);
}

/// Policies are nobody's.
Setting stored(std::string_view host, std::string value) {
  return {{}, std::string{adapter_name}, std::string{host}, std::string{key}, std::move(value)};
}

}  // namespace

StsOffer parse_sts(std::string_view value) noexcept {
  StsOffer offer;
  while (!value.empty()) {
    const auto token = value.substr(0, value.find(','));
    value.remove_prefix(std::min(token.size() + 1, value.size()));
    if (token.starts_with("port=")) offer.port = port_number(token.substr(5)).value_or(0);
    if (!token.starts_with("duration=")) continue;
    const auto seconds = number(token.substr(9));
    if (seconds) offer.duration = std::min<std::chrono::seconds>(std::chrono::seconds{*seconds}, StsPolicies::longest);
  }
  return offer;
}

StsPolicies::StsPolicies(Store& store) : store_{store} {
  for (const auto& setting : store.settings()) {
    if (!setting.owner.empty() || setting.adapter != adapter_name || setting.key != key) continue;
    const std::string_view value = setting.value;
    const auto space = std::min(value.find(' '), value.size());
    const auto port = port_number(value.substr(0, space));
    const auto until = number(value.substr(std::min(space + 1, value.size())));
    if (port && until) policies_[setting.place] = {*port, SystemTime{std::chrono::seconds{*until}}};
  }
}

std::uint16_t StsPolicies::port(std::string_view host, SystemTime now) const {
  const auto found = policies_.find(std::string{host});
  return found == policies_.end() || found->second.until <= now ? std::uint16_t{0} : found->second.port;
}

void StsPolicies::put(std::string_view host, std::uint16_t port, std::chrono::seconds duration, SystemTime now) {
  const std::string name{host};
  if (duration == std::chrono::seconds::zero()) {
    if (policies_.erase(name) > 0) store_.put(stored(host, {}));
    return;
  }
  if (policies_.size() >= max_policies && !policies_.contains(name))
    boost::unordered::erase_if(policies_, [&](const auto& item) { return item.second.until <= now; });
  if (policies_.size() >= max_policies && !policies_.contains(name)) return;
  const SystemTime until = now + duration;
  Policy& policy = policies_[name];
  // Every login says it again: once a day is enough to write it down.
  const bool is_known = policy.port == port && policy.until <= until && until - policy.until < std::chrono::hours{24};
  if (is_known && duration > std::chrono::hours{48}) return;
  policy = {port, until};
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(until.time_since_epoch()).count();
  store_.put(stored(host, std::to_string(port) + " " + std::to_string(seconds)));
}

}  // namespace isthmus::irc
