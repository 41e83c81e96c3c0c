#include "gateway/echoes.hpp"

#include <algorithm>
#include <functional>

namespace isthmus {
namespace {

using namespace std::chrono_literals;

// The list of those present takes its time: what was heard shortly before a listener's own list came may come to them
// shortly after it.
constexpr auto before_entering = 5s;
constexpr std::size_t longest_in_one_piece = 300;  // bytes; foreign sides may cut longer texts

std::uint64_t hash(std::string_view text) { return std::hash<std::string_view>{}(text); }

std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
  return (a ^ (b + 0x9e3779b97f4a7c15ULL)) * 0xff51afd7ed558ccdULL;
}

std::uint64_t digest_of(const Event& event) {
  if (!event.about.ref.empty()) return hash(event.about.ref);
  std::uint64_t digest = mixed(hash(event.about.actor.name), event.what.index());
  if (const auto* message = std::get_if<Message>(&event.what))
    return mixed(mixed(digest, hash(message->text)), static_cast<std::uint64_t>(message->style));
  if (const auto* reactions = std::get_if<Reactions>(&event.what)) {
    for (const auto& emoji : reactions->emoji) digest = mixed(digest, hash(emoji));
    return mixed(digest, hash(reactions->target.id));
  }
  if (const auto* retract = std::get_if<Retract>(&event.what)) return mixed(digest, hash(retract->target.id));
  return digest;
}

/// Where `piece` ends in `text`, if it stands at `from`, white space aside; npos if not.
std::size_t end_of(std::string_view piece, std::string_view text, std::size_t from) {
  const auto begin = text.find_first_not_of(" \n", from);
  const auto first = piece.find_first_not_of(' ');
  if (begin == std::string_view::npos || first == std::string_view::npos) return std::string_view::npos;
  piece = piece.substr(first, piece.find_last_not_of(' ') + 1 - first);
  if (!text.substr(begin).starts_with(piece)) return std::string_view::npos;
  const auto rest = text.find_first_not_of(" \n", begin + piece.size());
  return rest == std::string_view::npos ? text.size() : rest;
}

}  // namespace

Echoes::Listener Echoes::listener(SystemTime now) const {
  const auto recent = std::ranges::find_if(heard_, [&](const Heard& one) { return one.at >= now - before_entering; });
  return {first_ + static_cast<std::uint64_t>(recent - heard_.begin()), 0};
}

Echoes::Match Echoes::match(Listener& listener, const Event& event) const {
  const std::uint64_t digest = digest_of(event);
  const std::uint64_t speaker = hash(event.about.actor.name);
  const auto* message = std::get_if<Message>(&event.what);
  for (auto at = std::max(listener.next, first_); at < first_ + heard_.size(); ++at) {
    const auto& heard = heard_[static_cast<std::size_t>(at - first_)];
    if (heard.at + longest < event.about.received_at) continue;
    const bool may_be_piece = heard.text != nullptr && heard.speaker == speaker && message != nullptr;
    const auto end = may_be_piece ? end_of(message->text, *heard.text, at == listener.next ? listener.within : 0)
                                  : std::string_view::npos;
    if (heard.digest != digest && end == std::string_view::npos) continue;
    // The first piece may have the id of the whole.
    const bool is_last = end == std::string_view::npos || end == heard.text->size();
    listener = is_last ? Listener{at + 1, 0} : Listener{at, end};
    return {&heard.id, !is_last};
  }
  return {};
}

void Echoes::add(Listener* listener, const Event& event) {
  if (heard_.size() == most) {
    heard_.erase(heard_.begin(), heard_.begin() + most / 2);
    first_ += most / 2;
  }
  Heard heard{digest_of(event), hash(event.about.actor.name), event.about.id, event.about.received_at, nullptr};
  const auto* message = std::get_if<Message>(&event.what);
  if (listener == nullptr && message != nullptr &&
      (message->text.size() > longest_in_one_piece || message->text.contains('\n')))
    heard.text = std::make_unique<std::string>(message->text);
  heard_.push_back(std::move(heard));
  if (listener != nullptr) *listener = {first_ + heard_.size(), 0};
}

}  // namespace isthmus
