#include "adapters/irc/connection.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <new>
#include <utility>

#include "adapters/irc/sasl.hpp"
#include "adapters/irc/timing.hpp"
#include "gateway/model/base64.hpp"

namespace isthmus::irc {

namespace {

Refusal unreachable(std::string text) { return {Condition::remote_server_timeout, Remedy::wait, std::move(text), {}}; }

std::uint64_t seed_of(const Name& user, const Name& network) {
  return std::hash<std::string_view>{}(user.view()) * 31 + std::hash<std::string_view>{}(network.view());
}

/// What the account says of the network; the shared one when it says nothing.
std::shared_ptr<const Network> own_network(const std::shared_ptr<NetworkInUse>& network, const Account& account,
                                           const Settings& settings) {
  if (account == *no_account()) return {network, &network->network};
  return std::make_shared<const Network>(with_account(network->network, account, settings.allows_any_host()));
}

/// When a connection to `network` may be made; the following ones must wait for longer.
SteadyTime take_slot(NetworkInUse& network, SteadyTime now, double random) {
  const double rate = network.network.connect_rate;
  if (rate <= 0) return now;
  const SteadyTime slot = std::max(now, network.next_connect);
  const std::chrono::duration<double> pause{(0.75 + 0.5 * random) / rate};
  network.next_connect = slot + std::chrono::duration_cast<SteadyTime::duration>(pause);
  return slot;
}

}  // namespace

Connection::Connection(const Setting& setting, std::shared_ptr<NetworkInUse> network, Name user,
                       const Conversation& place)
    : setting_{setting},
      network_{std::move(network)},
      account_{setting.accounts.of(user, place.network)},
      own_{own_network(network_, *account_, setting.session.settings)},
      user_{std::move(user)},
      session_{*this, setting.session, *own_, place, seed_of(user_, place.network)},
      outgoing_{own_->flood_burst, own_->flood_rate},
      alarm_{setting.runtime.alarms, [this] { ring(); }} {
  session_.use(account_, *own_);
}

void Connection::use_account() {
  account_ = setting_.accounts.of(user_, network());
  renew_network();
}

void Connection::renew_network() {
  auto own = own_network(network_, *account_, setting_.session.settings);
  const std::uint16_t policy = own->tls ? std::uint16_t{0} : setting_.sts.port(own->host, wall_clock());
  const std::uint16_t port = policy != 0 ? policy : sts_port_;
  if (!own->tls && port != 0) {
    auto secured = std::make_shared<Network>(*own);
    secured->tls = true;
    secured->port = port;
    own = std::move(secured);
  }
  session_.use(account_, *own);
  own_ = std::move(own);
}

void Connection::keep_secure(std::chrono::seconds duration) {
  setting_.sts.put(own_->host, own_->port, duration, wall_clock());
}

std::string Connection::nonce() {
  std::array<unsigned char, 18> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) throw std::bad_alloc{};
  return to_base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void Connection::connect(bool patient) {
  ++attempt_;
  use_account();  // of another component, too
  if (!patient && network_->next_connect > now() + longest_connect_queue) {
    count("irc_connects_refused", "too_many_at_once");
    Refusal why{Condition::resource_constraint, Remedy::wait, "Too many users connect to this network just now.", {}};
    setting_.tasks.spawn("irc refusal", refuse(shared_from_this(), attempt_, std::move(why)));
    return;
  }
  const SteadyTime slot = take_slot(*network_, now(), random());
  if (slot <= now()) return begin();
  connect_due_ = slot;
  set_alarm();
}

void Connection::begin() {
  if (network_->connecting == max_connecting) {
    network_->waiting.push_back({weak_from_this(), attempt_});
  } else {
    setting_.tasks.spawn("irc connection", live(shared_from_this(), attempt_, Turnstile{network_}));
  }
}

void Connection::Turnstile::leave() {
  const std::shared_ptr<NetworkInUse> network = std::move(network_);
  if (network == nullptr) return;
  --network->connecting;
  while (network->connecting < max_connecting && !network->waiting.empty()) {
    const NetworkInUse::Waiting next = std::move(network->waiting.front());
    network->waiting.pop_front();
    const Self connection = next.connection.lock();
    if (connection != nullptr && connection->attempt_ == next.attempt) connection->begin();
  }
}

asio::awaitable<void> Connection::refuse(Self self, std::uint32_t attempt, Refusal why) {
  Runtime& runtime = self->setting_.runtime;
  co_await asio::post(runtime.executor, asio::use_awaitable);  // connect() promises that nothing follows from within it
  if (attempt != self->attempt_) co_return;
  self->session_.on_disconnected(why, self->now());
  runtime.router.settle();
}

asio::awaitable<void> Connection::live(Self self, std::uint32_t attempt, Turnstile turnstile) {
  Runtime& runtime = self->setting_.runtime;
  co_await asio::post(runtime.executor, asio::use_awaitable);  // as in refuse()
  Opened opened = co_await open(self);
  turnstile.leave();
  if (attempt != self->attempt_ || self->session_.is_over()) {
    if (opened.stream != nullptr) opened.stream->close();
    co_return;
  }
  if (opened.stream == nullptr) {
    self->session_.on_disconnected(opened.why, self->now());
  } else {
    self->stream_ = std::move(opened.stream);
    self->broken_ = self->draining_ = false;
    self->line_buffer_.reset();
    self->setting_.owner.opened(*self);
    self->read_when_readable();
    self->session_.on_connected(self->now());
  }
  runtime.router.settle();
}

asio::awaitable<Connection::Opened> Connection::open(Self self) {
  Runtime& runtime = self->setting_.runtime;
  const std::shared_ptr<const Network> held = self->own_;  // the settings may change meanwhile
  const Network& network = *held;
  auto resolved = co_await runtime.resolver.resolve(network.host);
  if (!resolved) {
    self->count("irc_connects_failed", "name");
    Refusal why{Condition::remote_server_not_found,
                Remedy::cancel,
                "No address is known for " + network.host + ": " + resolved.error().message(),
                {}};
    co_return Opened{nullptr, std::move(why)};
  }
  std::vector<IpAddress> addresses = std::move(*resolved);
  if (!network.listed) std::erase_if(addresses, [](const IpAddress& address) { return !is_public(address); });
  if (addresses.empty()) {
    self->count("irc_connects_refused", "address");
    Refusal why{Condition::forbidden,
                Remedy::cancel,
                network.host + " is not on the public internet; the gateway's operator has not listed it.",
                {}};
    co_return Opened{nullptr, std::move(why)};
  }
  ConnectOptions options;
  options.port = network.port;
  options.readiness = self->setting_.readiness;
  if (network.tls) options.tls = TlsWanted{network.host, network.ca_file, "irc", network.fingerprint, network.identity};
  Connected connected = co_await isthmus::connect(std::move(addresses), std::move(options));
  if (connected.stream == nullptr) {
    self->count("irc_connects_failed", connected.error == TlsErrc::certificate ? "certificate" : "connect");
    co_return Opened{nullptr, unreachable("Cannot connect to " + network.host + ": " + connected.why)};
  }
  co_return Opened{Stream{std::move(connected.stream)}, {}};
}

void Connection::read_when_readable() {
  stream_->when_readable([self = shared_from_this(), attempt = attempt_](boost::system::error_code error) {
    try {
      if (self->read_all(attempt, error)) return;
    } catch (const std::exception& failure) {  // as with a task: what one user's server said ends nobody else's session
      self->setting_.runtime.log.error("irc: reading ended: {}", failure.what());
      if (attempt == self->attempt_) self->lost(unreachable("What the server said could not be processed."));
    }
    self->setting_.owner.closed(*self);
  });
}

bool Connection::read_all(std::uint32_t attempt, boost::system::error_code error) {
  const std::span<char> buffer = setting_.runtime.read_buffer;
  while (attempt == attempt_ && !error) {
    const Moved moved = stream_->read_some(buffer);
    setting_.bytes.foreign_in += moved.bytes;
    if (moved.bytes > 0) feed(buffer.first(moved.bytes));
    error = moved.error;
    if (attempt == attempt_ && !error && moved.bytes < buffer.size()) {  // nothing is left, not even within TLS
      read_when_readable();
      return true;
    }
  }
  if (attempt == attempt_)
    lost(unreachable(error == asio::error::eof ? "The server closed the connection."
                                               : "The connection was lost: " + error.message()));
  return false;
}

void Connection::lost(const Refusal& why) {
  ++attempt_;
  std::vector<EventPtr> events;
  outgoing_.clear(events);
  close_stream();
  fail(std::move(events), why);
  if (!session_.is_over()) session_.on_disconnected(why, now());
  setting_.runtime.router.settle();
}

void Connection::feed(std::span<char> bytes) {
  const std::uint32_t skipped = line_buffer_.skipped();
  const std::uint32_t attempt = attempt_;
  const Alarms::Moment moment{setting_.runtime.alarms};
  const SteadyTime time = now();
  line_buffer_.feed(bytes);
  while (const auto line = line_buffer_.next()) {
    if (session_.is_over()) continue;  // the bytes must be consumed all the same
    if (setting_.runtime.log.is_on(LogLevel::debug))
      setting_.runtime.log.debug(LogFields{{"link", network().view()}, {"dir", "in"}}, "{} for {}: {}",
                                 network().view(), user_.view(), *line);
    session_.on_line(*line, time);
    setting_.runtime.router.settle();
    if (attempt != attempt_) return;  // dropped
  }
  if (line_buffer_.skipped() != skipped) count("irc_lines_dropped", "too_long");
}

SteadyTime Connection::send(std::string_view lines, Urgency urgency) {
  bool taken = true;
  const SteadyTime leaves = outgoing_.add(lines, urgency, now(), taken);
  if (!taken) count("irc_lines_not_sent", "too_many_wait");
  pump();
  return leaves;
}

bool Connection::sent(EventPtr& event, std::size_t from) {
  if (!outgoing_.add_message(event, from, now())) return false;
  pump();
  return true;
}

void Connection::pump() {
  if (outgoing_.holds_up()) {
    pump_due_ = outgoing_.pump(now());
    set_alarm();
  }
  if (!outgoing_.bytes().empty()) ask_for_flush();
}

void Connection::flush() {
  if (stream_ == nullptr || draining_ || broken_) return;
  const Alarms::Moment moment{setting_.runtime.alarms};  // at which all of it was written
  std::vector<EventPtr>& through = setting_.session.scratch.through;
  while (!outgoing_.bytes().empty()) {
    const Moved moved = stream_->write_some(outgoing_.bytes());
    if (moved.error) {
      broken_ = true;
      break;
    }
    if (moved.bytes == 0) {
      draining_ = true;
      setting_.tasks.spawn("irc drain", drain(shared_from_this(), stream_));
      break;
    }
    setting_.bytes.foreign_out += moved.bytes;
    outgoing_.written(moved.bytes, through);
  }
  for (EventPtr& event : through) confirmed(std::move(event));
  through.clear();
}

asio::awaitable<void> Connection::drain(Self self, Stream stream) {
  co_await stream->writable();
  if (self->stream_ != stream) co_return;
  self->draining_ = false;
  self->ask_for_flush();
}

void Connection::drop(const Refusal& why) {
  ++attempt_;
  connect_due_ = never;
  std::vector<EventPtr> events;
  outgoing_.clear(events);
  close_stream();
  fail(std::move(events), why);
}

void Connection::close_stream() {
  if (stream_ == nullptr) return;
  stream_->close();
  stream_.reset();
  pump_due_ = close_due_ = never;
  set_alarm();
}

void Connection::finish() {
  connect_due_ = tick_due_ = pump_due_ = never;
  std::vector<EventPtr> lost;
  outgoing_.clear_held(lost);
  fail(std::move(lost),
       {Condition::remote_server_timeout, Remedy::wait, "The session ended before this could be sent.", {}});
  if (stream_ == nullptr) {
    ++attempt_;
  } else {
    close_due_ = now() + farewell_timeout;
  }
  set_alarm();
  setting_.owner.over(*this);
}

void Connection::fail(std::vector<EventPtr> events, const Refusal& why) {
  for (EventPtr& event : events) failed(std::move(event), why);
}

void Connection::wake(SteadyTime due) {
  tick_due_ = due;
  set_alarm();
}

void Connection::set_alarm() {
  const SteadyTime due = std::min({connect_due_, tick_due_, pump_due_, close_due_});
  if (due == never) {
    alarm_.clear();
  } else {
    alarm_.set(due);
  }
}

void Connection::ring() {
  const Self self = shared_from_this();  // the session may end in here
  const SteadyTime time = now();
  if (time >= close_due_) {
    std::vector<EventPtr> lost;
    outgoing_.clear(lost);
    ++attempt_;
    close_stream();
    fail(std::move(lost), unreachable("The server did not take this in time."));
  }
  if (time >= connect_due_) {
    connect_due_ = never;
    begin();
  }
  if (time >= pump_due_) pump();
  if (time >= tick_due_) {
    tick_due_ = never;
    session_.on_tick(time);
  }
  set_alarm();
  setting_.runtime.router.settle();
}

EventPtr Connection::event(const Conversation& place) {
  auto event = std::make_unique<Event>();
  event->about.received_at = setting_.runtime.alarms.wall_clock();
  event->about.id = setting_.runtime.ids.next(event->about.received_at);
  event->about.source = setting_.adapter;
  event->about.conversation = place;
  event->about.owner = user_;
  return event;
}

void Connection::remember(StoredIds ids) {
  ids.owner = user_.str();
  ids.adapter = protocol_name;
  ids.network = network().str();
  ids.at = wall_clock();
  setting_.runtime.store.put(ids);
}

void Connection::recall(std::size_t most) {
  setting_.runtime.store.read_ids(user_.str(), std::string{protocol_name}, network().str(), most,
                                  [weak = weak_from_this()](const std::vector<StoredIds>& all) {
                                    const Self self = weak.lock();
                                    if (self != nullptr && !self->session_.is_over()) self->session_.on_recalled(all);
                                  });
}

void Connection::log(std::string_view text) {
  setting_.runtime.log.info(LogFields{{"link", network().view()}}, "{} for {}: {}", network().view(), user_.view(),
                            text);
}

}  // namespace isthmus::irc
