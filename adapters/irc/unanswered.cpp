#include "adapters/irc/unanswered.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace isthmus::irc {

std::uint32_t Unanswered::take_labels(std::uint16_t lines) noexcept {
  if (next_ + lines < next_) next_ = 1;
  return std::exchange(next_, next_ + lines);
}

Labelled* Unanswered::find(std::string_view label) noexcept {
  std::uint32_t number = 0;
  const auto [end, fault] = std::from_chars(label.data(), label.data() + label.size(), number);
  if (fault != std::errc{} || end != label.data() + label.size()) return nullptr;
  const auto found = std::ranges::find_if(
      all_, [number](const Labelled& one) { return number >= one.first && number - one.first < one.lines; });
  return found == all_.end() ? nullptr : &*found;
}

Labelled Unanswered::take(Labelled& labelled) {
  const auto where = all_.begin() + (&labelled - all_.data());
  Labelled taken = std::move(*where);
  all_.erase(where);
  return taken;
}

std::optional<Labelled> Unanswered::take_due(SteadyTime now) {
  const auto due = std::ranges::find_if(all_, [now](const Labelled& one) { return now >= one.due; });
  if (due == all_.end()) return std::nullopt;
  return take(*due);
}

std::vector<Labelled> Unanswered::take_all() noexcept { return std::exchange(all_, {}); }

std::vector<EventPtr> Unanswered::take_private() {
  std::vector<EventPtr> events;
  for (Labelled& one : all_) {
    const bool is_private = one.event != nullptr && one.event->about.conversation.kind == PlaceKind::direct &&
                            std::holds_alternative<Message>(one.event->what);
    if (is_private) events.push_back(std::move(one.event));
  }
  return events;
}

SteadyTime Unanswered::next_due() const noexcept {
  SteadyTime due = SteadyTime::max();
  for (const Labelled& one : all_) due = std::min(due, one.due);
  return due;
}

std::string to_label(std::uint32_t number) { return std::to_string(number); }

StoredIds ids_of(const Envelope& about, std::vector<std::string> msgids) {
  StoredIds ids;
  ids.native = about.conversation.native.str();
  for (const NativeId& native : about.native) {
    if (native.scheme == "xmpp.id") ids.id = native.value;
    if (native.scheme == "xmpp.origin") ids.origin = native.value;
  }
  ids.pieces = std::move(msgids);
  return ids;
}

void OwnMessages::add(const Envelope& about, std::vector<std::string> msgids) { add(ids_of(about, std::move(msgids))); }

void OwnMessages::add(StoredIds ids) {
  Own own{std::move(ids.id), std::move(ids.origin), std::move(ids.pieces)};
  if (ring_.size() < max) {
    ring_.push_back(std::move(own));
  } else {
    ring_[next_] = std::move(own);
    next_ = (next_ + 1) % max;
  }
}

const std::vector<std::string>* OwnMessages::msgids(std::string_view id) const noexcept {
  if (id.empty()) return nullptr;
  for (const Own& own : ring_)
    if (own.id == id || own.origin == id || std::ranges::find(own.msgids, id) != own.msgids.end()) return &own.msgids;
  return nullptr;
}

std::string_view OwnMessages::client_id(std::string_view msgid) const noexcept {
  for (const Own& own : ring_)
    if (std::ranges::find(own.msgids, msgid) != own.msgids.end()) return own.origin.empty() ? own.id : own.origin;
  return {};
}

}  // namespace isthmus::irc
