#include "adapters/mqtt/contact.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "adapters/mqtt/payload.hpp"
#include "adapters/mqtt/topic.hpp"

namespace isthmus::mqtt {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::size_t pauses_looked_at = 8;
constexpr milliseconds least_stale = 1min;
constexpr SteadyTime never = SteadyTime::max();

Message as_message(std::string text, const Publication& publication, Data::Form form) {
  Message message{Style::normal, std::move(text)};
  message.data = to_data(publication, form);
  return message;
}

}  // namespace

Contact::Contact(const Seat& seat, Questions& questions, Conversation place)
    : seat_{seat},
      questions_{questions},
      place_{std::move(place)},
      filter_{place_.native.str()},
      is_digest_{has_wildcard(filter_)},
      interval_{seat.broker.settings().interval},
      alarm_{seat.runtime.alarms, [this] { on_alarm(); }} {}

Contact::~Contact() {
  for (auto& event : waiting_)
    seat_.runtime.router.failed(std::move(event), to_refusal({Reason::Where::connection, 0, {}}));
  if (is_watched_) seat_.broker.remove(*this, filter_);
}

Outcome Contact::watch(EventPtr& event) {
  if (is_granted_) {
    tell_presence();
    return Accepted{};
  }
  waiting_.push_back(std::move(event));
  if (std::exchange(is_watched_, true)) return Pending{};
  seat_.broker.add(*this, filter_, 1, [this](const Reason& reason) { on_answer(reason); });
  return Pending{};
}

void Contact::on_answer(const Reason& reason) {
  auto waiting = std::exchange(waiting_, {});
  auto& router = seat_.runtime.router;
  is_granted_ = reason.is_success();
  if (!is_granted_) {
    seat_.broker.remove(*this, filter_);
    is_watched_ = false;
  }
  // Whoever is granted the subscription hears then how things are.
  if (is_granted_) tell_presence();
  for (auto& event : waiting) {
    if (is_granted_) {
      router.confirmed(std::move(event));
    } else {
      router.failed(std::move(event), to_refusal(reason));
    }
  }
}

// --- Values.

std::string Contact::label(const Publication& publication) const {
  return is_digest_ ? nick_of(publication.topic, filter_) : std::string{};
}

void Contact::on_publication(const Publication& publication) {
  const auto now = seat_.runtime.alarms.now();
  const auto form = form_of(publication);
  // A broker tells what it keeps again after a session was lost: what is known already is no news.
  if (publication.retain && last_ && !is_digest_ && publication.payload == last_payload_) return;
  last_payload_ = publication.payload;
  if (is_stale_) is_to_be_shown_ = true;
  is_stale_ = false;
  is_cleared_ = publication.payload.empty();
  if (is_cleared_) {
    if (!is_digest_) last_.reset();
    if (!is_digest_ || !publication.retain) is_to_be_shown_ = true;
  } else {
    auto text = to_text(publication, form);
    const auto name = label(publication);
    if (!name.empty()) text = name + ": " + text;
    if (publication.retain && is_digest_ && last_ && last_->text == text) return;
    note_pause(now);
    last_ = Value{seat_.runtime.alarms.wall_clock(), text};
    history_.push_back(*last_);
    if (history_.size() > max_history) history_.pop_front();
    is_to_be_shown_ = true;
    if (!publication.retain) on_news(publication, form, std::move(text));
  }
  if (now >= may_show_at_) tell_presence();
  set_alarm();
}

void Contact::on_news(const Publication& publication, Data::Form form, std::string text) {
  look_at_alert(to_text(publication, form));
  if (paused_until_) return;
  auto message = as_message(std::move(text), publication, form);
  if (is_topic_name(publication.response_topic)) return on_question(publication, std::move(message));
  if (interval_ == 0ms) return tell(std::move(message));
  if (held_) ++skipped_;
  held_ = std::move(message);
  if (seat_.runtime.alarms.now() >= may_tell_at_) tell(*std::exchange(held_, std::nullopt));
}

void Contact::on_question(const Publication& publication, Message message) {
  auto event = seat_.make_event(place_, std::move(message));
  const auto hex = to_hex(event->about.id);
  if (asked_.size() == max_questions) asked_.pop_front();
  asked_.push_back({{hex.data(), hex.size()}, publication.response_topic, publication.correlation});
  seat_.held.emit(std::move(event));
}

std::optional<Outcome> Contact::answer(EventPtr& event, const Reply& reply, const std::string& text) {
  const auto question = std::ranges::find(asked_, reply.to.id, &Question::message);
  if (question == asked_.end()) return std::nullopt;
  Publication publication{
      .topic = question->topic, .payload = text, .qos = qos_, .is_utf8 = true, .correlation = question->correlation};
  return seat_.publish(event, std::move(publication), this);
}

void Contact::tell(Message message) {
  if (skipped_ != 0) {
    message.data->skipped = skipped_;
    message.text += fmt::format(" ({} skipped)", std::exchange(skipped_, 0));
  }
  may_tell_at_ = seat_.runtime.alarms.now() + interval_;
  seat_.emit(place_, std::move(message));
}

void Contact::tell_presence() {
  is_to_be_shown_ = false;
  may_show_at_ = seat_.runtime.alarms.now() + seat_.broker.settings().status_interval;
  Presence presence;
  if (last_) {
    presence.status = to_status(last_->text, max_status);
    if (is_stale_) presence.show = Presence::Show::away;
  } else if (is_cleared_) {
    presence.show = Presence::Show::xa;
  }
  seat_.emit(place_, std::move(presence));
}

void Contact::note_pause(SteadyTime now) {
  if (last_at_ != SteadyTime{}) {
    pauses_.push_back(std::chrono::duration_cast<milliseconds>(now - last_at_));
    if (pauses_.size() > pauses_looked_at) pauses_.pop_front();
  }
  last_at_ = now;
}

std::optional<milliseconds> Contact::stale_after() const {
  const auto set = seat_.broker.settings().stale_after;
  if (set != 0ms) return set;
  if (pauses_.size() < 3) return std::nullopt;
  auto sorted = pauses_;
  std::ranges::sort(sorted);
  return std::max<milliseconds>(3 * sorted[sorted.size() / 2], least_stale);
}

// --- Alerts.

void Contact::look_at_alert(std::string_view value) {
  if (!alert_) return;
  if (!is_met(*alert_, value)) {
    alert_due_ = never;
    if (std::exchange(has_alerted_, false))
      seat_.say(place_, "Alert over: " + to_status(value, max_status) + " is not " + to_text(*alert_) + " any more");
    return;
  }
  alert_value_ = to_status(value, max_status);
  if (has_alerted_ || alert_due_ != never) return;
  alert_due_ = seat_.runtime.alarms.now() + alert_->lasting;
  if (alert_->lasting == 0ms) sound_alert();
}

void Contact::sound_alert() {
  alert_due_ = never;
  has_alerted_ = true;
  seat_.say(place_, "Alert: " + alert_value_ + " is " + to_text(*alert_));
}

// --- What the user says.

Outcome Contact::said(EventPtr& event, const std::string& text) {
  const auto* message = std::get_if<Message>(&event->what);
  if (message != nullptr && message->style == Style::action)
    return seat_.publish(event, filter_, "/me " + text, qos_, false, this);
  if (message != nullptr && message->reply) {
    if (auto outcome = answer(event, *message->reply, text)) return std::move(*outcome);
    // Whoever replies to a value wants to hear what becomes of it.
    if (can_ask() && !text.starts_with('/')) return questions_.ask(event, question(text));
  }
  return carry_out(event, parse_chat_command(text));
}

Publication Contact::question(std::string text) const {
  return {.topic = filter_, .payload = std::move(text), .qos = qos_, .is_utf8 = true};
}

Outcome Contact::carry_out(EventPtr& event, ChatCommand what) {
  if (auto* publish = std::get_if<command::Publish>(&what))
    return seat_.publish(event, filter_, std::move(publish->text), qos_, publish->retain, this);
  if (auto* ask = std::get_if<command::Ask>(&what); ask != nullptr && can_ask())
    return questions_.ask(event, question(std::move(ask->text)));
  const auto answer = std::visit(
      overloaded{
          [](const command::Publish&) { return std::string{}; },
          [](const command::Ask&) { return std::string{"Nobody can be asked here: that needs MQTT 5 and one topic."}; },
          [&](const command::SetQos& it) {
            qos_ = it.qos;
            return fmt::format("Your messages are published with QoS {}.", it.qos);
          },
          [&](const command::Get&) { return last_text(); },
          [&](const command::History& it) { return history_text(it.count); },
          [&](command::SetAlert& it) {
            alert_ = std::move(it.alert);
            alert_due_ = never;
            has_alerted_ = false;
            return alert_ ? "You will hear when a value is " + to_text(*alert_) + "." : std::string{"No alert is set."};
          },
          [&](const command::Every& it) {
            interval_ = it.pause;
            may_tell_at_ = seat_.runtime.alarms.now();
            return interval_ == 0ms ? std::string{"You will hear every value."}
                                    : "You will hear one value in " + to_text(interval_) + " at most.";
          },
          [&](const command::Pause& it) {
            paused_until_ = it.length ? seat_.runtime.alarms.now() + *it.length : never;
            held_.reset();
            skipped_ = 0;
            return it.length ? "You will hear nothing for " + to_text(*it.length) + "."
                             : std::string{"You will hear nothing until you write /resume."};
          },
          [&](const command::Resume&) {
            paused_until_.reset();
            return std::string{"You will hear values again."};
          },
          [](const command::Help&) { return std::string{chat_help()}; },
          [](const command::Mistake& it) { return it.text; },
      },
      what);
  seat_.say(place_, answer);
  set_alarm();
  return Accepted{};
}

std::string Contact::last_text() const {
  if (!last_) return is_granted_ ? "No value is known." : "Subscribe to this contact to see its values.";
  const auto age = std::chrono::duration_cast<milliseconds>(seat_.runtime.alarms.wall_clock() - last_->at);
  return fmt::format("{} ({} ago)", last_->text, to_text(std::max<milliseconds>(age, 1s)));
}

std::string Contact::history_text(std::size_t count) const {
  if (history_.empty()) return "No values are known.";
  std::string text;
  for (auto i = history_.size() - std::min(count, history_.size()); i < history_.size(); ++i) {
    const auto age = std::chrono::duration_cast<milliseconds>(seat_.runtime.alarms.wall_clock() - history_[i].at);
    if (!text.empty()) text += '\n';
    text +=
        fmt::format("{} ago: {}", to_text(std::max<milliseconds>(age, 1s)), to_status(history_[i].text, max_status));
  }
  return text;
}

Profile Contact::profile() const {
  Profile profile;
  profile.name = filter_;
  profile.full_name = filter_;
  profile.service = seat_.broker.settings().name;
  if (last_) {
    const auto idle = seat_.runtime.alarms.wall_clock() - last_->at;
    profile.idle_seconds = static_cast<std::uint64_t>(std::max<std::int64_t>(0, idle / 1s));
    profile.other.push_back("Last value: " + to_status(last_->text, max_status));
  }
  return profile;
}

// --- Time.

void Contact::set_alarm() {
  SteadyTime due = alert_due_;
  if (held_) due = std::min(due, may_tell_at_);
  if (is_to_be_shown_) due = std::min(due, may_show_at_);
  if (paused_until_) due = std::min(due, *paused_until_);
  if (const auto stale = stale_after(); stale && last_ && !is_stale_) due = std::min(due, last_at_ + *stale);
  if (due == never) return alarm_.clear();
  alarm_.set(due);
}

void Contact::on_alarm() {
  const auto now = seat_.runtime.alarms.now();
  if (alert_due_ <= now) sound_alert();
  if (paused_until_ && *paused_until_ <= now) paused_until_.reset();
  if (held_ && may_tell_at_ <= now) tell(*std::exchange(held_, std::nullopt));
  if (const auto stale = stale_after(); stale && last_ && !is_stale_ && last_at_ + *stale <= now) {
    is_stale_ = true;
    is_to_be_shown_ = true;
  }
  if (is_to_be_shown_ && may_show_at_ <= now) tell_presence();
  set_alarm();
  seat_.runtime.router.settle();
}

}  // namespace isthmus::mqtt
