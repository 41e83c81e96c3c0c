#include "app/traffic.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>

namespace isthmus::app {

void Histogram::add(double seconds) {
  // From the first on: nearly all of them are there.
  const auto bucket = std::ranges::find_if(bounds, [seconds](double bound) { return seconds <= bound; });
  ++counts[static_cast<std::size_t>(bucket - bounds.begin())];
  sum += seconds;
}

void Traffic::add(AdapterId id, std::string name) {
  assert(static_cast<std::size_t>(id) == links_.size() + 1);
  static_cast<void>(id);
  links_.push_back({.name = std::move(name), .failed_in = {}, .failed_out = {}, .delivery = {}});
}

Traffic::Link* Traffic::link_of(const Event& event) {
  const auto index = static_cast<std::size_t>(event.about.conversation.adapter);
  return index == 0 || index > links_.size() ? nullptr : &links_[index - 1];
}

void Traffic::on_event(const Event& event) {
  if (!std::holds_alternative<Message>(event.what)) return;
  Link* link = link_of(event);
  if (link != nullptr) ++(is_out(event) ? link->messages_out : link->messages_in);
}

void Traffic::on_confirmed(const Event& event) {
  if (!is_out(event) || !std::holds_alternative<Message>(event.what)) return;
  const std::chrono::duration<double> took = alarms_.wall_clock() - event.about.received_at;
  // The wall clock may have been set back meanwhile.
  if (Link* link = link_of(event)) link->delivery.add(std::max(took.count(), 0.0));
}

void Traffic::on_endless(const Event& event) {
  const auto& place = event.about.conversation;
  log_.error("each event makes another one, without end; given up at one of adapter {} in {}/{}, payload {}",
             static_cast<unsigned>(place.adapter), place.network.view(), place.native.view(), event.what.index());
}

void Traffic::on_failed(const Event& event, const Refusal& why) {
  Link* link = link_of(event);
  if (link == nullptr) return;
  const bool is_out_of_here = is_out(event);
  ++(is_out_of_here ? link->failed_out : link->failed_in)[why.condition];
  if (!log_.is_on(LogLevel::debug)) return;
  const auto id = to_hex(event.about.id);
  const auto& place = event.about.conversation;
  const std::string conversation = std::string{place.network.view()}.append("/").append(place.native.view());
  log_.debug(LogFields{{"link", link->name},
                       {"dir", is_out_of_here ? "out" : "in"},
                       {"conv", conversation},
                       {"id", {id.data(), id.size()}},
                       {"reason", to_text(why.condition)}},
             "refused");
}

}  // namespace isthmus::app
