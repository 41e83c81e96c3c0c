#include "adapters/mqtt/questions.hpp"

#include <algorithm>
#include <utility>

#include "adapters/mqtt/payload.hpp"
#include "adapters/mqtt/topic.hpp"
#include "adapters/mqtt/trace.hpp"
#include "adapters/mqtt/utf8.hpp"

namespace isthmus::mqtt {
namespace {

/// As the client that wrote it knows it.
std::string id_of(const Event& event) { return event.about.native.empty() ? "" : event.about.native.front().value; }

}  // namespace

Questions::Questions(const Seat& seat)
    : seat_{seat}, self_{std::make_shared<Questions*>(this)}, alarm_{seat.runtime.alarms, [this] { on_alarm(); }} {
  const auto& settings = seat.broker.settings();
  if (settings.connect.version == Version::v5 && !settings.answer_topic.empty())
    topic_ = settings.answer_topic + "/" + settings.connect.client_id;
}

Questions::~Questions() {
  *self_ = nullptr;
  if (is_wanted_) seat_.broker.remove(*this, topic_);
  for (auto& one : open_) {
    if (one.event != nullptr)
      seat_.runtime.router.failed(std::move(one.event), to_refusal({Reason::Where::local, 0, {}}));
  }
}

bool Questions::can_ask() const { return !topic_.empty() && !is_refused_; }

std::optional<Refusal> Questions::refusal(const std::string& topic) const {
  if (!is_topic_name(topic))
    return Refusal{Condition::not_allowed, Remedy::cancel, "A topic filter cannot be asked: ask one topic.", {}};
  if (!seat_.rights.may_publish(topic))
    return Refusal{Condition::forbidden, Remedy::auth, "You may not publish to this topic.", {}};
  if (open_.size() >= max_open)
    return Refusal{Condition::resource_constraint, Remedy::wait, "Too many of your questions are still open.", {}};
  return std::nullopt;
}

Questions::Question Questions::make_question(const Conversation& place, Publication publication) {
  const auto hex = to_hex(seat_.runtime.ids.next(seat_.runtime.alarms.wall_clock()));
  Question question{.correlation = {hex.data(), hex.size()},
                    .place = place,
                    .message = {},
                    .text{cut(publication.payload, max_quoted)},
                    .due = seat_.runtime.alarms.now() + patience};
  publication.response_topic = topic_;
  publication.correlation = question.correlation;
  question.unsent = std::move(publication);
  return question;
}

Outcome Questions::ask(EventPtr& event, Publication publication) {
  if (auto why = refusal(publication.topic)) return Rejected{*std::move(why)};
  if (auto why = seat_.admit()) return Rejected{*std::move(why)};
  auto question = make_question(event->about.conversation, std::move(publication));
  question.message = id_of(*event);
  question.event = std::move(event);
  add(std::move(question));
  return Pending{};
}

std::optional<Refusal> Questions::ask(const Conversation& place, Publication publication) {
  if (auto why = refusal(publication.topic)) return why;
  if (auto why = seat_.admit()) return why;
  add(make_question(place, std::move(publication)));
  return std::nullopt;
}

void Questions::add(Question question) {
  open_.push_back(std::move(question));
  set_alarm();
  if (is_granted_) return send(open_.back());
  if (std::exchange(is_wanted_, true)) return;
  seat_.broker.add(*this, topic_, 1, [this](const Reason& reason) { on_granted(reason); });
}

void Questions::send(Question& question) {
  auto publication = std::move(question.unsent);
  mark(publication, question.event == nullptr ? EventId{} : question.event->about.id, seat_.instance);
  const auto qos = publication.qos;
  auto done = [self = self_, correlation = question.correlation, qos, &router = seat_.runtime.router,
               event = std::move(question.event)](const Reason& reason) mutable {
    if (!reason.is_success() && *self != nullptr) (*self)->give_up(correlation, reason);
    if (event == nullptr) return;
    if (!reason.is_success()) return router.failed(std::move(event), to_refusal(reason));
    event->about.is_acknowledged = qos > 0;
    router.confirmed(std::move(event));
  };
  seat_.broker.publish(std::move(publication), nullptr, std::move(done));
}

void Questions::on_granted(const Reason& reason) {
  is_granted_ = reason.is_success();
  std::vector<std::string> waiting;
  for (const auto& one : open_) {
    if (!one.unsent.topic.empty()) waiting.push_back(one.correlation);
  }
  for (const auto& correlation : waiting) {
    const auto question = std::ranges::find(open_, correlation, &Question::correlation);
    if (question == open_.end()) continue;
    if (is_granted_) {
      send(*question);
      continue;
    }
    publish_unasked(*question);
    give_up(correlation, reason);
  }
  if (is_granted_) return;
  seat_.broker.remove(*this, topic_);
  is_wanted_ = false;
  // What a broker forbids it will forbid again; a lost connection is another matter.
  is_refused_ = reason.where == Reason::Where::broker;
}

void Questions::publish_unasked(Question& question) {
  if (question.event == nullptr) return;
  auto publication = std::move(question.unsent);
  publication.response_topic.clear();
  publication.correlation.clear();
  auto outcome = seat_.publish(question.event, std::move(publication), nullptr);
  if (auto* rejected = std::get_if<Rejected>(&outcome))
    seat_.runtime.router.failed(std::move(question.event), std::move(rejected->why));
}

void Questions::give_up(const std::string& correlation, const Reason& reason) {
  const auto question = std::ranges::find(open_, correlation, &Question::correlation);
  if (question == open_.end()) return;
  // Whoever asked by a message hears by its error.
  if (question->message.empty())
    seat_.say(question->place, "\"" + question->text + "\" was not asked: " + to_refusal(reason).text);
  open_.erase(question);
  set_alarm();
}

void Questions::answer(const Question& question, Message message) {
  if (!question.message.empty()) message.reply = Reply{{question.message}, {}, question.text};
  seat_.held.emit(seat_.make_event(question.place, std::move(message)));
}

void Questions::on_publication(const Publication& publication) {
  const auto found = std::ranges::find(open_, publication.correlation, &Question::correlation);
  // Others of this broker's users ask, too; and who answers twice is heard once.
  if (publication.topic != topic_ || found == open_.end()) return;
  const auto question = std::move(*found);
  open_.erase(found);
  set_alarm();
  const auto form = form_of(publication);
  Message message{Style::normal, to_text(publication, form)};
  message.data = to_data(publication, form);
  message.data->place = question.place.native.str();
  answer(question, std::move(message));
}

void Questions::set_alarm() {
  if (open_.empty()) return alarm_.clear();
  alarm_.set(open_.front().due);
}

void Questions::on_alarm() {
  const auto now = seat_.runtime.alarms.now();
  while (!open_.empty() && open_.front().due <= now) {
    auto question = std::move(open_.front());
    open_.erase(open_.begin());
    if (question.event != nullptr)
      seat_.runtime.router.failed(std::move(question.event), to_refusal({Reason::Where::timeout, 0, {}}));
    else
      answer(question, Message{Style::normal, "No answer came to \"" + question.text + "\"."});
  }
  set_alarm();
  seat_.runtime.router.settle();
}

}  // namespace isthmus::mqtt
