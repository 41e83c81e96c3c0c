#include "adapters/irc/outgoing.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace isthmus::irc {

namespace {

constexpr std::size_t kept_capacity = 2048;  // a drained buffer that is larger is given back

/// Cuts the first line off `lines`, CR LF included.
std::string_view take_line(std::string_view& lines) {
  const std::size_t end = lines.find('\n');
  const std::string_view line = lines.substr(0, end == std::string_view::npos ? lines.size() : end + 1);
  lines.remove_prefix(line.size());
  return line;
}

void give_back(std::string& text) {
  text.clear();
  if (text.capacity() > kept_capacity) std::string{}.swap(text);
}

}  // namespace

Outgoing::Held Outgoing::Queue::take() {
  Held first = std::move(items[head]);
  if (++head == items.size()) {
    items.clear();
    head = 0;
  } else if (head * 2 > items.size()) {
    items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(head));
    head = 0;
  }
  return first;
}

SteadyTime Outgoing::add(std::string_view lines, Urgency urgency, SteadyTime now, bool& taken) {
  taken = bytes_.size() + lines.size() <= max_bytes;
  if (!taken) return now;
  if (!limited_) {
    bytes_ += lines;
    return now;
  }
  while (!lines.empty()) {
    const std::string_view line = take_line(lines);
    if (urgency == Urgency::now) {
      bucket_.force(now);
      bytes_ += line;
    } else if (held_ == nullptr && bucket_.take(now)) {
      bytes_ += line;
    } else {
      const std::size_t waiting =
          held_ == nullptr ? 0 : (urgency == Urgency::user ? held_->user.size() : held_->later.size());
      taken = waiting < (urgency == Urgency::user ? max_lines : max_later_lines);
      if (!taken) return now;
      hold(line, nullptr, urgency);
    }
  }
  if (held_ == nullptr || urgency == Urgency::now) return now;
  const auto ahead = static_cast<double>(held_->user.size() + held_->later.size());
  return now + std::chrono::duration_cast<SteadyTime::duration>(std::chrono::duration<double>{ahead / rate_});
}

bool Outgoing::add_message(EventPtr& event, std::size_t from, SteadyTime now) {
  if (!limited_) {
    if (bytes_.size() > max_bytes) {
      bytes_.resize(from);
      return false;
    }
    await_write(std::move(event));
    return true;
  }
  std::string_view lines = std::string_view{said_}.substr(from);
  const auto count = static_cast<std::size_t>(std::ranges::count(lines, '\n'));
  if (bytes_.size() + lines.size() > max_bytes || (held_ != nullptr && held_->user.size() + count > max_lines)) {
    give_back(said_);
    return false;
  }
  while (!lines.empty()) {
    const std::string_view line = take_line(lines);
    const bool last = lines.empty();
    if (held_ == nullptr && bucket_.take(now)) {
      bytes_ += line;
      if (last) await_write(std::move(event));
    } else {
      hold(line, last ? std::move(event) : nullptr, Urgency::user);
    }
  }
  give_back(said_);
  return true;
}

void Outgoing::hold(std::string_view line, EventPtr event, Urgency urgency) {
  if (held_ == nullptr) held_ = std::make_unique<HeldUp>();
  (urgency == Urgency::user ? held_->user : held_->later).items.push_back({std::string{line}, std::move(event)});
}

void Outgoing::await_write(EventPtr event) {
  if (event == nullptr) return;
  unconfirmed_.push_back({std::move(event), written_ + bytes_.size()});
}

SteadyTime Outgoing::pump(SteadyTime now) {
  while (held_ != nullptr && bytes_.size() < max_bytes && bucket_.take(now)) {
    Held next = held_->user.size() > 0 ? held_->user.take() : held_->later.take();
    bytes_ += next.line;
    if (next.event != nullptr) await_write(std::move(next.event));
    if (held_->user.size() + held_->later.size() == 0) held_.reset();
  }
  return held_ == nullptr ? SteadyTime::max() : std::max(bucket_.ready_at(now), now + std::chrono::milliseconds{1});
}

void Outgoing::written(std::size_t count, std::vector<EventPtr>& through) {
  written_ += count;
  if (count == bytes_.size()) {
    // Who says nothing has only greetings and pings to send.
    unconfirmed_.empty() ? std::string{}.swap(bytes_) : give_back(bytes_);
  } else {
    bytes_.erase(0, count);
  }
  while (confirmed_ < unconfirmed_.size() && unconfirmed_[confirmed_].end <= written_)
    through.push_back(std::move(unconfirmed_[confirmed_++].event));
  if (confirmed_ == unconfirmed_.size()) {
    unconfirmed_.clear();
    if (unconfirmed_.capacity() * sizeof(Unconfirmed) > kept_capacity) std::vector<Unconfirmed>{}.swap(unconfirmed_);
    confirmed_ = 0;
  }
}

void Outgoing::clear_held(std::vector<EventPtr>& lost) {
  if (held_ == nullptr) return;
  while (held_->user.size() > 0)
    if (Held next = held_->user.take(); next.event != nullptr) lost.push_back(std::move(next.event));
  held_.reset();
}

void Outgoing::clear(std::vector<EventPtr>& lost) {
  for (; confirmed_ < unconfirmed_.size(); ++confirmed_) lost.push_back(std::move(unconfirmed_[confirmed_].event));
  unconfirmed_.clear();
  confirmed_ = 0;
  clear_held(lost);
  give_back(bytes_);
  give_back(said_);
  written_ = 0;
}

}  // namespace isthmus::irc
