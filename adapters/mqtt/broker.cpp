#include "adapters/mqtt/broker.hpp"

#include <algorithm>
#include <utility>

#include "adapters/mqtt/topic.hpp"
#include "adapters/mqtt/trace.hpp"
#include "gateway/outbox.hpp"

namespace isthmus::mqtt {
namespace {

using namespace std::chrono_literals;
using State = LinkState::State;

constexpr auto longest_backoff = 2min;
constexpr auto after_take_over = 60s;                    // whoever took the session over keeps it for a while
constexpr auto stable_after = 30s;                       // a connection that lasted so long was a good one
constexpr std::size_t overhead = 1'024;                  // of a packet beside topic and payload, at the most
constexpr std::string_view nothing = "isthmus/nothing";  // a filter that is not subscribed to

const Reason no_connection{Reason::Where::connection, 0, {}};
const Reason success{};
const Reason too_late{Reason::Where::timeout, 0, {}};

}  // namespace

Broker::Broker(Runtime& runtime, const BrokerSettings& settings, std::chrono::milliseconds reconnect_base,
               ClientMaker maker, BrokerListener& listener)
    : runtime_{runtime},
      settings_{settings},
      maker_{std::move(maker)},
      listener_{listener},
      backoff_{reconnect_base, longest_backoff},
      alarm_{runtime.alarms, [this] { on_alarm(); }},
      // Ids of a session from before the start mean nothing now, so they must not be the same ones.
      last_id_{1U + static_cast<std::uint32_t>(runtime.random() * 200'000'000)} {}

Broker::~Broker() = default;

Publication Broker::status(const std::string& text) const {
  return {.topic = settings_.status.topic, .payload = text, .qos = 1, .retain = true};
}

void Broker::start() {
  if (std::exchange(is_started_, true)) return;
  connect_due_ = runtime_.alarms.now();
  tell_link(State::connecting, {}, true);
  set_alarm();
}

void Broker::stop() {
  is_started_ = false;
  connect_due_ = SteadyTime::max();
  ++attempt_;
  auto waiting = std::exchange(waiting_, {});
  waiting_bytes_ = 0;
  for (auto& flight : waiting) {
    if (!flight.kept_since) land(std::move(flight), {Reason::Where::connection, 0, "the gateway is shutting down"});
  }
  if (client_ == nullptr) return;
  if (is_up_ && !settings_.status.topic.empty()) client_->publish(++last_token_, status(settings_.status.offline));
  client_->disconnect();
}

void Broker::tell_link(State state, std::string reason, bool retrying) {
  link_ = {state, std::move(reason), retrying};
  listener_.on_link(link_);
}

void Broker::connect() {
  old_clients_.clear();
  connect_due_ = SteadyTime::max();
  const auto attempt = ++attempt_;
  // A name that a certificate must match is left to the library: it verifies what it connects to.
  if (settings_.url.is_secure() || !resolve_) return connect_to(settings_.url.host);
  resolve_(settings_.url.host, [this, attempt](const Result<std::string>& address) {
    if (attempt != attempt_) return;
    if (address) return connect_to(*address);
    reconnect_later({Reason::Where::connection, 0, address.error().message()});
    runtime_.router.settle();
  });
}

void Broker::connect_to(const std::string& host) {
  auto options = settings_.connect;
  options.url = to_text(settings_.url, host);
  // What came while the gateway was not there is waited for: who has which contact is known from the store.
  options.clean_start = false;
  if (!settings_.status.topic.empty())
    options.will = Will{status(settings_.status.offline), settings_.status.will_delay};
  client_ = maker_(*this);
  client_->connect(options);
}

void Broker::on_connected(const Connack& connack) {
  connack_ = connack;
  copies_.reset();
  is_up_ = true;
  connected_at_ = runtime_.alarms.now();
  runtime_.log.info("mqtt: {}: connected{}", settings_.name, connack.session_present ? ", the session was kept" : "");
  if (!settings_.status.topic.empty()) client_->publish(++last_token_, status(settings_.status.online));
  const bool keeps = connack.session_present && had_session_;
  had_session_ = true;
  for (auto& [filter, subscription] : subscriptions_) {
    if (keeps && subscription.state == Subscription::State::granted && subscription.waiting.empty()) continue;
    ask(filter, subscription, 0);
  }
  fences_.ask_again();
  if (link_.state != State::up) tell_link(State::up, {}, false);
  send_waiting();
  set_alarm();
  runtime_.router.settle();
}

void Broker::on_closed(const Reason& why) {
  old_clients_.push_back(std::move(client_));
  const bool was_up = std::exchange(is_up_, false);
  // Who takes the session over may come back as quickly as we do, and not every broker says that it was that.
  if (was_up && runtime_.alarms.now() - connected_at_ >= stable_after) backoff_.reset();
  asked_.clear();
  for (auto& [filter, subscription] : subscriptions_) {
    if (subscription.state == Subscription::State::asked) subscription.state = Subscription::State::wanted;
  }
  // What was not acknowledged is sent again, first of all; of QoS 0 nobody knows whether it arrived.
  for (auto it = flying_.rbegin(); it != flying_.rend(); ++it) {
    auto& flight = it->second;
    if (!is_started_ && flight.kept_since) continue;
    if (flight.what.qos == 0 || !is_started_) {
      land(std::move(flight), why.is_success() ? no_connection : why);
      continue;
    }
    flight.due = given_up(flight);
    waiting_bytes_ += flight.what.payload.size();
    waiting_.push_front(std::move(flight));
  }
  flying_.clear();
  // Whatever had arrived has been told of by now.
  const bool has_caught_up = std::exchange(is_catching_up_, false);
  if (is_started_ && has_caught_up && !is_paused_) {
    connect_due_ = runtime_.alarms.now();
  } else if (is_started_ && !is_paused_) {
    if (was_up) runtime_.log.warn("mqtt: {}: connection lost: {}", settings_.name, to_refusal(why).text);
    reconnect_later(why);
  } else if (!is_started_) {
    tell_link(State::down, {}, false);
  }
  set_alarm();
  runtime_.router.settle();
}

void Broker::reconnect_later(const Reason& why) {
  auto delay = backoff_.next(runtime_.random());
  if (why.where == Reason::Where::broker && why.code == reason::session_taken_over) delay = after_take_over;
  if (is_permanent(why)) delay = longest_backoff;
  const auto text = to_refusal(why.is_success() ? no_connection : why).text;
  if (link_.state != State::down || link_.reason != text)
    runtime_.log.warn("mqtt: {}: no connection: {}", settings_.name, text);
  connect_due_ = runtime_.alarms.now() + delay;
  tell_link(State::down, text, true);
  if (is_permanent(why)) {  // else whoever wants to subscribe waits for the next attempt
    std::vector<std::string> filters;
    for (const auto& [filter, subscription] : subscriptions_) filters.push_back(filter);
    for (const auto& filter : filters) {
      if (const auto found = subscriptions_.find(filter); found != subscriptions_.end()) answer(found, why);
    }
  }
  set_alarm();
}

void Broker::on_overflow() {
  if (!is_up_ || is_paused_ || std::exchange(is_catching_up_, true)) return;
  runtime_.counters.add("mqtt_pauses", settings_.name);
  client_->disconnect();
}

void Broker::pause() {
  if (std::exchange(is_paused_, true)) return;
  runtime_.counters.add("mqtt_pauses", settings_.name);
  connect_due_ = SteadyTime::max();
  if (client_ != nullptr) client_->disconnect();
}

void Broker::resume() {
  if (!std::exchange(is_paused_, false) || !is_started_) return;
  if (client_ != nullptr) return;  // on_closed goes on
  connect_due_ = runtime_.alarms.now();
  set_alarm();
}

// --- Subscriptions.

void Broker::add(View& view, const std::string& filter, std::uint8_t qos, Done done) {
  auto [found, is_new] = subscriptions_.try_emplace(filter);
  auto& subscription = found->second;
  if (is_new) {
    subscription.id = ++last_id_;
    by_id_.emplace(subscription.id, filter);
    subscription.qos = qos;
  }
  subscription.views.push_back(&view);
  start();
  if (subscription.state == Subscription::State::granted && !is_up_) return done(success);
  subscription.waiting.push_back({&view, std::move(done)});
  // Also when it was granted before: the new one has not seen what is kept.
  if (is_up_ && subscription.state != Subscription::State::asked) ask(filter, subscription, 0);
}

void Broker::ask_again(const std::string& filter) {
  const auto found = subscriptions_.find(filter);
  if (is_up_ && found != subscriptions_.end()) ask(filter, found->second, 0);
}

void Broker::remove(View& view, const std::string& filter) {
  const auto found = subscriptions_.find(filter);
  if (found == subscriptions_.end()) return;
  std::erase(found->second.views, &view);
  std::erase_if(found->second.waiting, [&](const Waiting& one) { return one.view == &view; });
  fences_.remove(view);
  for (auto& [token, flight] : flying_) {
    if (flight.from == &view) flight.from = nullptr;
  }
  for (auto& flight : waiting_) {
    if (flight.from == &view) flight.from = nullptr;
  }
  if (!found->second.views.empty()) return;
  if (is_up_) client_->unsubscribe(++last_token_, filter);
  by_id_.erase(found->second.id);
  subscriptions_.erase(found);
}

void Broker::ask(const std::string& filter, Subscription& subscription, std::uint8_t retain_handling) {
  if (subscription.state == Subscription::State::wanted) subscription.state = Subscription::State::asked;
  subscription.token = ++last_token_;
  asked_.emplace(subscription.token, std::pair{filter, runtime_.alarms.now() + answer_timeout});
  SubscribeOptions options;
  options.qos = std::min(subscription.qos, connack_.maximum_qos);
  options.retain_as_published = false;  // the mark tells what was kept before from what is published now
  options.retain_handling = retain_handling;
  options.id = connack_.has_subscription_ids ? subscription.id : 0;
  client_->subscribe(subscription.token, filter, options);
  set_alarm();
}

void Broker::answer(Subscriptions::iterator found, const Reason& reason) {
  auto waiting = std::exchange(found->second.waiting, {});
  for (auto& one : waiting) one.done(reason);
}

void Broker::fence(const View& view, Fences::Passed passed) {
  fences_.add(view, runtime_.alarms.now(), std::move(passed));
  set_alarm();
}

Token Broker::ask_nothing() {
  if (!is_up_) return 0;
  // It is answered although there is no such subscription (MQTT 5 §3.10.4).
  std::string filter{nothing};
  while (subscriptions_.contains(filter)) filter += '-';
  client_->unsubscribe(++last_token_, filter);
  return last_token_;
}

// --- Publishing.

SteadyTime Broker::given_up(const Flight& flight) const {
  const auto now = runtime_.alarms.now();
  if (!flight.kept_since) return std::min(now + patience, flight.expires);
  const auto left = *flight.kept_since + Outbox::max_age - runtime_.alarms.wall_clock();
  return std::min(now + std::max<SteadyTime::duration>(left, 0s), flight.expires);
}

void Broker::publish(Publication publication, const View* from, Done done, std::optional<SystemTime> kept_since) {
  start();
  const auto size = publication.topic.size() + publication.payload.size() + overhead;
  if (connack_.maximum_packet != 0 && size > connack_.maximum_packet)
    return done({Reason::Where::broker, reason::packet_too_large,
                 "a packet may have " + std::to_string(connack_.maximum_packet) + " bytes"});
  if (waiting_.size() >= max_waiting || waiting_bytes_ + publication.payload.size() > max_waiting_bytes)
    return done({Reason::Where::broker, 0x97, "1000 publications, or 4 MiB of them, wait for the broker already"});
  if (publication.retain && is_up_ && !connack_.retain_available) return done({Reason::Where::broker, 0x9A, {}});
  waiting_bytes_ += publication.payload.size();
  Flight flight{std::move(publication), from, std::move(done), {}, kept_since};
  if (flight.what.expiry) flight.expires = runtime_.alarms.now() + *flight.what.expiry;
  flight.due = given_up(flight);
  waiting_.push_back(std::move(flight));
  send_waiting();
  set_alarm();
}

std::size_t Broker::window() const {
  // The library stalls for a second when the window is full, so it never is.
  return std::max<std::size_t>(1, std::size_t{connack_.receive_maximum} * 4 / 5);
}

void Broker::send_waiting() {
  while (is_up_ && !waiting_.empty() && flying_.size() < window()) {
    auto flight = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= flight.what.payload.size();
    if (flight.expires <= runtime_.alarms.now()) {
      land(std::move(flight), too_late);
    } else {
      send(std::move(flight));
    }
  }
}

void Broker::send(Flight flight) {
  const auto token = ++last_token_;
  flight.what.qos = std::min(flight.what.qos, connack_.maximum_qos);
  if (flight.what.expiry)
    flight.what.expiry = std::chrono::ceil<std::chrono::seconds>(flight.expires - runtime_.alarms.now());
  flight.due = runtime_.alarms.now() + answer_timeout;
  if (flight.was_sent) flight.what.properties.emplace_back("isthmus-repeated", "1");
  flight.was_sent = true;
  const bool comes_back =
      settings_.connect.version == Version::v3_1_1 && std::ranges::any_of(subscriptions_, [&](const auto& one) {
        return one.second.state == Subscription::State::granted && matches(one.first, flight.what.topic);
      });
  if (comes_back) echoes_.expect(flight.what, runtime_.alarms.now());
  const auto& what = flying_.emplace(token, std::move(flight)).first->second.what;
  client_->publish(token, what);
}

void Broker::land(Flight flight, const Reason& reason) {
  // Others who look at this topic through us hear of it from us: the broker does not send it back (no local), or that
  // is dropped (Echoes).
  if (reason.is_success()) {
    flight.what.retain = false;
    flight.what.is_own = true;
    dispatch(flight.what, flight.from);
  }
  flight.done(reason);
}

void Broker::on_done(Token token, const Reason& reason) {
  if (const auto flight = flying_.find(token); flight != flying_.end()) {
    const bool was_cut_off = reason.where == Reason::Where::connection || reason.where == Reason::Where::local;
    // The end of the connection is about to be told; then it is sent again, in its turn.
    if (was_cut_off && is_up_ && flight->second.what.qos > 0 && runtime_.alarms.now() < flight->second.due) return;
    auto landed = std::move(flight->second);
    flying_.erase(flight);
    land(std::move(landed), reason);
    send_waiting();
  } else if (const auto asked = asked_.find(token); asked != asked_.end()) {
    const auto found = subscriptions_.find(asked->second.first);
    asked_.erase(asked);
    if (found != subscriptions_.end() && found->second.token == token) {
      found->second.state = reason.is_success() ? Subscription::State::granted : Subscription::State::wanted;
      answer(found, reason);
    }
  } else if (reason.where == Reason::Where::broker) {  // whatever the answer is: it is one
    fences_.on_answer(token);
  }
  runtime_.turn.request();
}

// --- What arrives.

void Broker::on_publication(Publication publication, std::uint64_t ack) {
  fences_.on_publication(publication);
  if (!is_topic_name(publication.topic)) {
    runtime_.counters.add("mqtt_publications_dropped", "topic");
  } else if (const auto most = settings_.connect.maximum_packet; most != 0 && publication.payload.size() > most) {
    // A broker of MQTT 5 knows that limit.
    runtime_.counters.add("mqtt_publications_dropped", "too_large");
  } else if (hops_of(publication) > max_hops) {
    runtime_.counters.add("mqtt_publications_dropped", "hops");
  } else if (is_a_copy(publication)) {
    runtime_.counters.add("mqtt_publications_dropped", "copy");
  } else if (settings_.connect.version == Version::v3_1_1 && !publication.retain &&
             echoes_.take(publication, runtime_.alarms.now())) {
    runtime_.counters.add("mqtt_publications_dropped", "echo");
  } else {
    dispatch(publication, nullptr);
  }
  if (client_ != nullptr) client_->acknowledge(ack);
  runtime_.turn.request();
}

void Broker::dispatch(const Publication& publication, const View* except) {
  if (publication.payload.empty()) {
    seen_.forget(publication.topic);
  } else if (!seen_.note(publication.topic)) {
    runtime_.counters.add("mqtt_topics_not_noted", settings_.name);
  }
  bool is_known = false;
  for (const auto id : publication.subscriptions) {
    const auto filter = by_id_.find(id);
    const auto found = filter == by_id_.end() ? subscriptions_.end() : subscriptions_.find(filter->second);
    if (found == subscriptions_.end()) continue;
    is_known = true;
    tell_views(found->second.views, publication, except);
  }
  if (is_known) return;
  std::vector<View*> views;
  for (const auto& [filter, subscription] : subscriptions_) {
    if (matches(filter, publication.topic))
      views.insert(views.end(), subscription.views.begin(), subscription.views.end());
  }
  tell_views(std::move(views), publication, except);
}

bool Broker::is_a_copy(const Publication& publication) {
  // What was kept is sent for each subscription by itself, and where ids are known there is no need to guess.
  if (publication.retain || subscriptions_.size() < 2) return false;
  if (std::ranges::any_of(publication.subscriptions, [&](auto id) { return by_id_.contains(id); })) return false;
  std::size_t matching = 0;
  bool are_granted = true;
  for (const auto& [filter, subscription] : subscriptions_) {
    if (!matches(filter, publication.topic)) continue;
    ++matching;
    are_granted = are_granted && subscription.state == Subscription::State::granted;
  }
  return copies_.is_one(publication, matching, are_granted, runtime_.alarms.now());
}

void Broker::tell_views(std::vector<View*> views, const Publication& publication, const View* except) {
  for (auto* view : views) {
    if (view != except) view->on_publication(publication);
  }
}

// --- Time.

void Broker::set_alarm() {
  SteadyTime due = std::min(connect_due_, fences_.due());
  if (!flying_.empty()) due = std::min(due, flying_.begin()->second.due);
  if (!waiting_.empty()) due = std::min(due, waiting_.back().due);
  if (!alarm_.is_set()) {
    for (const auto& flight : waiting_) due = std::min(due, flight.due);
  }
  for (const auto& [token, asked] : asked_) due = std::min(due, asked.second);
  // An alarm that rings too early costs less than one that is put off for each publication.
  if (due == SteadyTime::max() || (alarm_.is_set() && alarm_due_ <= due)) return;
  alarm_due_ = due;
  alarm_.set(due);
}

void Broker::on_alarm() {
  const auto now = runtime_.alarms.now();
  while (!flying_.empty() && flying_.begin()->second.due <= now) on_done(flying_.begin()->first, too_late);
  std::deque<Flight> late_ones;
  std::deque<Flight> others;
  for (auto& flight : waiting_) (flight.due <= now ? late_ones : others).push_back(std::move(flight));
  waiting_ = std::move(others);
  for (auto& flight : late_ones) {
    waiting_bytes_ -= flight.what.payload.size();
    land(std::move(flight), is_up_ ? too_late : no_connection);
  }
  std::vector<Token> late;
  for (const auto& [token, asked] : asked_) {
    if (asked.second <= now) late.push_back(token);
  }
  for (const auto token : late) on_done(token, too_late);
  fences_.on_alarm(now);
  if (connect_due_ <= now) connect();
  set_alarm();
  runtime_.router.settle();
}

}  // namespace isthmus::mqtt
