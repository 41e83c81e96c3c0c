#include "adapters/websocket/adapter.hpp"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "adapters/websocket/dashboard.hpp"
#include "adapters/websocket/translate.hpp"

namespace isthmus::websocket {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t scratch_size = std::size_t{160} * 1024;
constexpr auto farewell = 2s;  // for clients to answer that we go
constexpr auto restart_hint = 2000;
constexpr auto sweep_pause = 2s;  // how much longer than its token a connection may live

/// Cursors of two runs of the gateway differ in this.
std::string make_epoch(SystemTime now) {
  return fmt::format("e{:x}", std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count());
}

std::vector<std::string> names_of(const Settings& settings) {
  std::vector<std::string> names;
  for (const auto& [name, channel] : settings.channels) names.push_back(name);
  for (const auto& endpoint : settings.endpoints) names.push_back(endpoint.name + "%");
  return names;
}

TaskGroup::Failed log_failure(Log& log) {
  return [&log](std::string_view name, const std::exception_ptr& why) {
    try {
      std::rethrow_exception(why);
    } catch (const std::exception& failure) {
      log.error("websocket: {} ended: {}", name, failure.what());
    }
  };
}

std::string random_bytes() {
  std::array<unsigned char, 32> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error{"the system gives no random numbers"};
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

WebSocketAdapter::WebSocketAdapter(Runtime& runtime, AdapterId id, Settings settings)
    : runtime_{runtime},
      id_{id},
      settings_{std::move(settings)},
      addresses_{id, runtime.names, names_of(settings_)},
      hub_{
          {make_epoch(runtime.alarms.wall_clock()), "/isthmus/" + settings_.domain}, settings_.history, runtime.alarms},
      kept_{runtime.store, runtime.turn, runtime.counters},
      tasks_{runtime.executor, log_failure(runtime_.log)},
      calling_{runtime.executor, log_failure(runtime_.log)},
      stop_{runtime.executor, SteadyTime::max()},
      sweep_{runtime.alarms, [this] { sweep(); }} {
  if (runtime_.routes.contains("/v1/ws"))
    throw std::runtime_error{
        "there may be one [[component]] with adapter = \"websocket\": its clients share one listener"};
  scratch_.reserve(scratch_size);
  if (settings_.archive && runtime.store.is_durable())
    kept_.resume(hub_, settings_.history.records, runtime.alarms.wall_clock());
  for (const auto& [name, channel] : settings_.channels) channels_.try_emplace(name, name, channel);
  make_endpoints();
  read_tokens();
  add_routes(runtime_.routes, *this);
  if (settings_.dashboard) add_dashboard(runtime_.routes);
}

WebSocketAdapter::~WebSocketAdapter() = default;

asio::awaitable<void> WebSocketAdapter::run() {
  co_await asio::this_coro::throw_if_cancelled(false);
  for (const auto& token : tokens_.all()) open_feeds(*token);
  for (const auto& [name, endpoint] : endpoints_) calling_.spawn("websocket endpoint", Endpoint::run(endpoint));
  co_await stop_.async_wait(asio::as_tuple(asio::use_awaitable));  // until cancelled
  is_stopping_ = true;
  for (const auto& [name, endpoint] : endpoints_) endpoint->stop();
  calling_.cancel();
  for (const auto& socket : sockets_) {
    socket->tell({{"t", "bye"}, {"code", 1012}, {"text", "restart"}, {"retry_ms", restart_hint}});
    socket->close(close_going_away, fmt::format("{{\"retry_ms\":{}}}", restart_hint));
  }
  const auto streams = std::exchange(streams_, {});
  for (const auto& stream : streams) stream->drop();
  if (!sockets_.empty()) {
    stop_.expires_after(farewell);
    co_await stop_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  for (const auto& socket : sockets_) socket->drop();
  co_await calling_.join();
  co_await tasks_.join();
}

Capabilities WebSocketAdapter::capabilities(const Name&, const Conversation& place) const {
  if (endpoint_of(channel_of(place)) != nullptr) return {Capability::watch, Capability::speaker, Capability::state};
  return {Capability::edit,   Capability::reply, Capability::reaction, Capability::retraction,
          Capability::typing, Capability::watch, Capability::speaker,  Capability::state};
}

// --- clients

boost::system::result<TokenPtr, Problem> WebSocketAdapter::authenticate(std::string_view secret,
                                                                        std::string_view peer) {
  const auto now = runtime_.alarms.now();
  if (!attempts_.may_try(peer, now)) {
    runtime_.counters.add("websocket_refused", "attempts");
    return Problem{"rate-limited", "Too many attempts have failed; wait a moment."};
  }
  auto token = tokens_.find(secret, runtime_.alarms.wall_clock());
  if (token) return token;
  attempts_.failed(peer, now);
  runtime_.counters.add("websocket_refused", "token");
  runtime_.log.warn("websocket: {} has no good token", peer);
  return Problem{"unauthorised", "There is no such token, or it has expired."};
}

TokenPtr WebSocketAdapter::use_ticket(std::string_view ticket, std::string_view origin) {
  const auto now = runtime_.alarms.wall_clock();
  auto token = tickets_.use(ticket, origin, now);
  return tokens_.is_good(token, now) ? token : nullptr;
}

std::string WebSocketAdapter::make_ticket(TokenPtr token, std::string_view origin) {
  return tickets_.make(std::move(token), origin, random_bytes(), runtime_.alarms.wall_clock());
}

bool WebSocketAdapter::has_room() const {
  return !is_stopping_ && sockets_.size() + streams_.size() < settings_.max_clients;
}

std::uint64_t WebSocketAdapter::read_by(const Session& who) const {
  return kept_.read_by(who.token()->name + "\n" + who.settings().client);
}

void WebSocketAdapter::set_read_by(const Session& who, std::uint64_t seq) {
  kept_.set_read_by(who.token()->name + "\n" + who.settings().client, seq);
}

std::uint64_t WebSocketAdapter::read_by(const std::string& reader) const { return kept_.read_by(reader); }

void WebSocketAdapter::set_read_by(const std::string& reader, std::uint64_t seq) { kept_.set_read_by(reader, seq); }

const Channel* WebSocketAdapter::channel(std::string_view name) const {
  const auto found = channels_.find(name);
  return found == channels_.end() ? nullptr : &found->second;
}

SocketSetting WebSocketAdapter::socket_setting() {
  return {.writing = {runtime_.turn, tasks_, scratch_},
          .alarms = runtime_.alarms,
          .executor = runtime_.executor,
          .handled = [this] { runtime_.router.settle(); },
          .output = settings_.output,
          .idle_timeout = settings_.idle_timeout,
          .compression = settings_.compression};
}

void WebSocketAdapter::connect(SessionSettings settings, TokenPtr token, HttpRequest request,
                               std::unique_ptr<ByteStream> stream, std::string rest, std::string protocol) {
  settings.session_id = fmt::format("{}-s{}", hub_.instance().epoch, ++sessions_);
  settings.max_frame = settings_.max_frame;
  settings.max_subscriptions = settings_.max_subscriptions;
  settings.rate = settings_.rate;
  settings.burst = settings_.burst;
  settings.auth_timeout = settings_.auth_timeout;
  const auto socket = std::make_shared<Socket>(socket_setting(), hub_, *this, std::move(settings), std::move(token),
                                               std::move(stream), std::move(rest), std::move(protocol));
  sockets_.insert(socket);
  if (!sweep_.is_set()) sweep_.set(runtime_.alarms.now() + sweep_pause);
  tasks_.spawn("websocket client", serve(socket, std::move(request)));
}

void WebSocketAdapter::sweep() {
  const auto now = runtime_.alarms.wall_clock();
  for (const auto& socket : sockets_) {
    if (socket->is_ready() && !tokens_.is_good(socket->token(), now))
      socket->close(close_unauthorised, "The token has expired or was taken back.");
  }
  const auto streams = streams_;  // one that is dropped leaves the set
  for (const auto& stream : streams) {
    if (!tokens_.is_good(stream->token(), now)) stream->drop();
  }
  if (!sockets_.empty() || !streams_.empty()) sweep_.set(runtime_.alarms.now() + sweep_pause);
}

asio::awaitable<void> WebSocketAdapter::serve(std::shared_ptr<Socket> socket, HttpRequest request) {
  co_await Socket::run(socket, std::move(request));
  for (auto& [name, channel] : channels_) leave(*socket, channel);
  sockets_.erase(socket);
  runtime_.router.settle();
  if (is_stopping_ && sockets_.empty()) stop_.cancel();
}

void WebSocketAdapter::stream(StreamWanted wanted, TokenPtr token, std::unique_ptr<ByteStream> stream) {
  const auto ended = [this](EventStream& one) { streams_.erase(one.shared_from_this()); };
  const auto opened = std::make_shared<EventStream>(socket_setting(), hub_, std::move(token), std::move(stream),
                                                    wanted.framing, wanted.format, std::move(wanted.head), ended);
  streams_.insert(opened);
  if (!sweep_.is_set()) sweep_.set(runtime_.alarms.now() + sweep_pause);
  opened->begin(std::move(wanted.subscription), wanted.start);
}

void WebSocketAdapter::on_subscribed(Session& who) {
  for (auto& [name, channel] : channels_) {
    const bool hears = who.hears(channel.address());
    if (!hears) leave(who, channel);
    if (!hears || channel.nick_of(who) != nullptr) continue;
    const std::string nick = channel.enter(who, who.wanted_nick());
    boost::json::array members;
    for (const auto& [owner, other] : channel.room())
      members.push_back({{"nick", other}, {"kind", is_own(owner) ? "gateway" : "user"}});
    for (const auto& [other, client] : channel.clients()) {
      if (members.size() == Channel::most_told) break;
      members.push_back({{"nick", other}, {"kind", "client"}});
    }
    who.tell({{"t", "members"},
              {"from", channel.address()},
              {"self", nick},
              {"count", channel.room().size() + channel.clients().size()},
              {"members", std::move(members)}});
    who.tell({{"t", "room"}, {"from", channel.address()}, {"subject", channel.subject.text}});
    Change change{.kind = Change::Kind::join, .who = {.name = nick, .address = {}}};
    if (!who.token()->may_send(channel.address())) change.who.role = Role::visitor;
    tell_change(channel, change, {});
    if (!channel.is_crowded()) tell_state("online", channel, nick);
  }
  // What one socket of a client's own name leaves, the next one takes over.
  if (who.settings().client.empty()) return;
  for (const auto& other : sockets_) {
    const bool is_same =
        other.get() != &who && other->token() == who.token() && other->settings().client == who.settings().client;
    if (is_same) other->close(close_replaced, "The same client has connected again.");
  }
}

void WebSocketAdapter::leave(Session& who, Channel& channel) {
  const auto* known = channel.nick_of(who);
  if (known == nullptr) return;
  const std::string nick = *known;
  channel.leave(who);
  Change change{.kind = Change::Kind::leave, .who = {.name = nick, .address = {}}};
  tell_change(channel, change, {});
  if (!channel.is_crowded()) tell_state("offline", channel, nick);
}

// --- both ways

EventPtr WebSocketAdapter::make_event(const Conversation& place, const Name& owner, const std::string& nick, EventId id,
                                      Payload what) {
  auto event = std::make_unique<Event>();
  event->about.id = id;
  event->about.source = id_;
  event->about.conversation = place;
  event->about.owner = owner;
  event->about.actor.name = nick;
  event->about.received_at = runtime_.alarms.wall_clock();
  event->what = std::move(what);
  return event;
}

void WebSocketAdapter::tell_users(const Channel& channel, const std::string& nick, EventId id, const Payload& what,
                                  const Name& except) {
  const auto room = addresses_.room(channel.name());
  for (const auto& [owner, other] : channel.room()) {
    if (owner != except) runtime_.router.emit(make_event(room, owner, nick, id, what));
  }
  // A contact is one address, whoever speaks there: the text says who it was, unless it is an endpoint itself.
  const auto* endpoint = endpoint_of(channel.name());
  const bool is_itself = endpoint != nullptr && endpoint->settings().name == nick;
  Payload named = what;
  if (auto* message = std::get_if<Message>(&named)) {
    message->text.insert(0, nick + ": ");
    message->spans.clear();
  }
  if (auto* edit = std::get_if<Edit>(&named)) {
    edit->now.text.insert(0, nick + ": ");
    edit->now.spans.clear();
  }
  const auto contact = addresses_.contact(channel.name());
  for (const auto& owner : channel.listeners()) {
    if (owner != except && channel.nick_of(owner) == nullptr)
      runtime_.router.emit(make_event(contact, owner, nick, id, is_itself ? what : named));
  }
}

void WebSocketAdapter::tell_change(const Channel& channel, const Change& change, const Name& except) {
  const auto room = addresses_.room(channel.name());
  const auto id = runtime_.ids.next(runtime_.alarms.wall_clock());
  for (const auto& [owner, nick] : channel.room()) {
    if (owner != except) runtime_.router.emit(make_event(room, owner, {}, id, Membership{{change}}));
  }
}

void WebSocketAdapter::tell_state(std::string_view state, const Channel& channel, const std::string& nick) {
  hub_.publish(presence_record(state, {{}, channel.address(), nick, runtime_.alarms.wall_clock()}));
}

void WebSocketAdapter::publish(const Channel& channel, const std::string& nick, const std::string& id,
                               const Payload& what, const std::optional<NamedValue>& stated) {
  Saying saying{id, channel.address(), nick, runtime_.alarms.wall_clock()};
  auto record = to_record(what, saying);
  if (!record) return;
  if (std::holds_alternative<Typing>(what)) return hub_.mention(*std::move(record));
  hub_.publish(*std::move(record));
  const auto* message = std::get_if<Message>(&what);
  if (message == nullptr) return;
  publish_values(saying, stated ? std::vector{*stated} : channel.rules().read(message->text));
}

void WebSocketAdapter::publish_values(const Saying& said, const std::vector<NamedValue>& values) {
  Saying saying = said;
  for (const auto& value : values) {
    const auto hex = to_hex(runtime_.ids.next(saying.time));
    saying.id.assign(hex.data(), hex.size());
    hub_.publish(to_record(value, saying, said.id));
  }
}

boost::system::result<std::string, Problem> WebSocketAdapter::say(Session& who, const Say& what) {
  const auto address = std::string_view{what.to};
  if (!address.starts_with("ws:")) {
    // Only sockets have sessions here.
    const auto told = [socket = static_cast<Socket&>(who).weak_from_this(), id = what.id,
                       is_wanted = what.wants_receipt()](const Refusal* why) {
      const auto client = socket.lock();
      if (client == nullptr || id.empty() || (why == nullptr && !is_wanted)) return;
      if (why == nullptr) return client->tell(receipt_frame(id, "delivered"));
      const Problem problem{code_of(why->condition), why->text};
      client->tell(is_wanted ? receipt_frame(id, "failed", &problem) : error_frame(problem, id));
    };
    return say_elsewhere(*who.token(), who.wanted_nick(), what, told);
  }
  const auto found = channels_.find(address.substr(3, address.substr(3).find('/')));
  if (found == channels_.end()) return Problem{"not-found", "There is no channel " + what.to + "."};
  const auto* nick = found->second.nick_of(who);
  return say_in(found->second, nick != nullptr ? *nick : who.wanted_nick(), what);
}

boost::system::result<std::string, Problem> WebSocketAdapter::say(const TokenPtr& token, const Say& what) {
  const auto address = std::string_view{what.to};
  if (!address.starts_with("ws:")) {
    auto said = say_elsewhere(*token, token->name, what, {});
    runtime_.turn.request();
    return said;
  }
  const auto found = channels_.find(address.substr(3, address.substr(3).find('/')));
  if (found == channels_.end()) return Problem{"not-found", "There is no channel " + what.to + "."};
  auto said = say_in(found->second, token->name, what);
  runtime_.turn.request();
  return said;
}

boost::system::result<std::string, Problem> WebSocketAdapter::say_in(Channel& channel, const std::string& nick,
                                                                     const Say& what) {
  if (!what.only.empty()) return say_privately(channel, nick, what);
  const auto rest = std::string_view{what.to}.substr(channel.address().size());
  const auto name = rest.empty() ? rest : rest.substr(1);
  if (!name.empty() && !is_value_name(name)) return Problem{"not-found", "There is no " + what.to + "."};
  const Payload payload = to_payload(what, name);
  const auto id = runtime_.ids.next(runtime_.alarms.wall_clock());
  const auto hex = to_hex(id);
  std::string text{hex.data(), hex.size()};
  if (const auto refused = tell_endpoint(channel, nick, id, payload))
    return Problem{code_of(refused->condition), refused->text};
  publish(channel, nick, text, payload, stated_value(what, name));
  tell_users(channel, nick, id, payload, {});
  return text;
}

boost::system::result<std::string, Problem> WebSocketAdapter::say_privately(Channel& channel, const std::string& nick,
                                                                            const Say& what) {
  const auto id = runtime_.ids.next(runtime_.alarms.wall_clock());
  const auto hex = to_hex(id);
  std::string text{hex.data(), hex.size()};
  const Payload payload = to_payload(what, {});
  for (const auto& [owner, other] : channel.room()) {
    if (other != what.only) continue;
    if (is_own(owner)) return Problem{"unsupported", "Nobody reads what is written to the gateway alone."};
    runtime_.router.emit(make_event(addresses_.member(channel.name(), nick), owner, nick, id, payload));
    return text;
  }
  const auto client = channel.clients().find(what.only);
  if (client == channel.clients().end()) return Problem{"not-found", "Nobody here is called " + what.only + "."};
  const auto record = to_record(payload, {text, channel.address(), nick, runtime_.alarms.wall_clock()});
  client->second->tell_privately(*record);
  return text;
}

// --- the users' side

Outcome WebSocketAdapter::deliver(Delivery& delivery) {
  if (delivery.receipt) return Accepted{};
  Event& event = *delivery.event;
  const auto& place = event.about.conversation;
  const auto found = channels_.find(channel_of(place));
  if (found == channels_.end()) {
    if (std::holds_alternative<Presence>(event.what) || std::holds_alternative<Watch>(event.what)) return Accepted{};
    return Rejected{{Condition::feature_not_implemented, Remedy::cancel, "Write to a channel.", {}}};
  }
  if (place.kind == PlaceKind::room) return deliver_room(event, found->second);
  return nick_of(place).empty() ? deliver_contact(event, found->second) : deliver_person(event, found->second);
}

std::unique_ptr<AddressBook> address_book(const config::Section& own, const config::Section& component, AdapterId id,
                                          NameTable& names) {
  const auto settings = read_settings(own, component);
  return std::make_unique<WebSocketAddressBook>(id, names, names_of(settings));
}

AdapterMaker factory(const config::Section& own, const config::Section& component) {
  // Patterns are compiled once, whatever copies the settings.
  const auto settings = std::make_shared<Settings>(read_settings(own, component));
  return [settings](Runtime& runtime, AdapterId id) -> std::unique_ptr<Adapter> {
    return std::make_unique<WebSocketAdapter>(runtime, id, *settings);
  };
}

}  // namespace isthmus::websocket
