#include "adapters/irc/adapter.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <utility>

#include "adapters/irc/timing.hpp"
#include "gateway/archive.hpp"
#include "gateway/links/links.hpp"

namespace isthmus::irc {

namespace {

constexpr std::size_t max_networks_in_use = 1'000;  // beyond this, those that nobody is on are forgotten

std::vector<std::string> names_of(const Settings& settings) {
  std::vector<std::string> names;
  names.reserve(settings.networks.size());
  for (const auto& [name, network] : settings.networks) names.push_back(name);
  return names;
}

Rejected rejected(Condition condition, Remedy remedy, std::string text) {
  return {{condition, remedy, std::move(text), {}}};
}

/// What the users' side asks for in a room.
bool is_change(const Event& event, Change::Kind kind) {
  const auto* membership = std::get_if<Membership>(&event.what);
  return membership != nullptr && membership->changes.size() == 1 && membership->changes.front().kind == kind &&
         event.about.conversation.kind == PlaceKind::room;
}

}  // namespace

IrcAdapter::IrcAdapter(Runtime& runtime, AdapterId id, Settings settings)
    : runtime_{runtime},
      id_{id},
      settings_{std::move(settings)},
      addresses_{id, runtime.names, settings_.fixed_network, names_of(settings_)},
      accounts_{runtime.commons.of<Accounts>(runtime.store, runtime.names)},
      sts_{runtime.commons.of<StsPolicies>(runtime.store)},
      shared_{settings_, addresses_, scratch_, isupports_},
      tasks_{runtime.executor,
             [this](std::string_view name, const std::exception_ptr& why) {
               try {
                 std::rethrow_exception(why);
               } catch (const std::exception& failure) {
                 runtime_.log.error("irc: {} ended: {}", name, failure.what());
               }
             }},
      connection_setting_{runtime_,
                          *this,
                          tasks_,
                          shared_,
                          id_,
                          sts_,
                          accounts_,
                          runtime_.counters.bytes(id_),
                          std::make_shared<Readiness>(runtime.executor)},
      goodbye_{runtime.executor, SteadyTime::max()} {
  if (!settings_.archive) return;
  runtime_.archive.let_keep(id_, [this](const Name& owner, const Conversation& place) {
    return place.kind != PlaceKind::room || room_wish(owner, place).record;
  });
}

IrcAdapter::~IrcAdapter() = default;

asio::awaitable<void> IrcAdapter::run() {
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await goodbye_.async_wait(asio::as_tuple(asio::use_awaitable));  // until cancelled
  stopping_ = true;
  std::vector<std::shared_ptr<Connection>> all;  // a session that ends takes its connection out of the table
  all.reserve(connections_.size());
  for (const auto& [key, connection] : connections_) all.push_back(connection);
  for (const auto& connection : all)
    connection->session().shut_down("the gateway is shutting down", runtime_.alarms.now());
  runtime_.router.settle();
  if (!open_.empty()) {
    goodbye_.expires_after(farewell_timeout);
    co_await goodbye_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  tasks_.cancel();
  co_await tasks_.join();
  const std::vector<Connection*> left{open_.begin(), open_.end()};
  for (Connection* connection : left)
    connection->drop({Condition::remote_server_timeout, Remedy::wait, "The gateway is shutting down.", {}});
  runtime_.router.settle();
  while (!open_.empty()) {
    goodbye_.expires_at(SteadyTime::max());
    co_await goodbye_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

std::vector<LinkReport> IrcAdapter::links() const {
  std::map<std::string_view, LinkReport> reports;
  for (const auto& [key, connection] : connections_) {
    LinkReport& report = reports[key.network.view()];
    report.name = key.network.view();
    ++report.sessions;
    if (connection->session().is_up()) ++report.up;
    report.queued += connection->queued();
  }
  std::vector<LinkReport> links;
  for (auto& [name, report] : reports) links.push_back(std::move(report));
  return links;
}

void IrcAdapter::closed(Connection& connection) {
  open_.erase(&connection);
  if (stopping_ && open_.empty()) goodbye_.cancel();
}

void IrcAdapter::over(const Connection& connection) {
  const auto held = connections_.find(Key{connection.user(), connection.network()});
  if (held == connections_.end() || held->second.get() != &connection) return;
  if (const Refusal* why = connection.session().login_refusal())
    accounts_.refuse(connection.user(), connection.network(), *why);
  if (const auto count = sessions_of_.find(connection.user()); --count->second == 0) sessions_of_.erase(count);
  connections_.erase(held);
  if (!stopping_) tell_link(connection, LinkState::State::down);
}

void IrcAdapter::tell_link(const Connection& connection, LinkState::State state) {
  auto event = std::make_unique<Event>();
  event->about.received_at = runtime_.alarms.wall_clock();
  event->about.id = runtime_.ids.next(event->about.received_at);
  event->about.source = id_;
  event->about.owner = connection.user();
  event->about.conversation = {id_, PlaceKind::network, connection.network(), {}};
  event->what = LinkState{.state = state, .reason = {}, .retrying = false};
  runtime_.router.emit(std::move(event));
}

Outcome IrcAdapter::deliver(Delivery& delivery) {
  const Envelope& about = delivery.event->about;
  const auto found = connections_.find(Key{about.owner, about.conversation.network});
  if (delivery.receipt) {
    if (delivery.receipt->refused && found != connections_.end())
      found->second->session().on_refused(*delivery.event, *delivery.receipt->refused, runtime_.alarms.now());
    return Accepted{};
  }
  if (found == connections_.end()) return deliver_without_session(delivery.event);
  const std::shared_ptr<Connection> connection = found->second;  // it may end in here
  return connection->session().deliver(delivery.event, runtime_.alarms.now());
}

isthmus::Capabilities IrcAdapter::capabilities(const Name& owner, const Conversation& place) const {
  const auto found = connections_.find(Key{owner, place.network});
  return found == connections_.end() ? isthmus::Capabilities{} : found->second->session().capabilities();
}

Outcome IrcAdapter::deliver_without_session(EventPtr& event) {
  if (is_change(*event, Change::Kind::leave) || is_change(*event, Change::Kind::lost)) return Accepted{};
  // Whoever watches somebody watches again when the link is up: until then nobody is seen. The rest says nothing later.
  if (std::holds_alternative<Watch>(event->what) || std::holds_alternative<Typing>(event->what) ||
      std::holds_alternative<Displayed>(event->what))
    return Accepted{};
  const bool to_person =
      event->about.conversation.kind == PlaceKind::direct && std::holds_alternative<Message>(event->what);
  if (is_change(*event, Change::Kind::join) || to_person) return open(event);
  if (event->about.conversation.kind == PlaceKind::room)
    return rejected(Condition::not_acceptable, Remedy::cancel, "You are not on this channel.");
  if (event->about.conversation.kind == PlaceKind::gateway)
    return rejected(Condition::feature_not_implemented, Remedy::cancel,
                    "Nobody listens here: write to a channel or a nick.");
  if (std::holds_alternative<Presence>(event->what)) return Accepted{};  // nobody there to see it
  return rejected(Condition::recipient_unavailable, Remedy::wait,
                  "You are not connected to this network: join one of its channels first.");
}

Outcome IrcAdapter::open(EventPtr& event) {
  const Name user = event->about.owner;
  const Name name = event->about.conversation.network;
  if (stopping_) return rejected(Condition::remote_server_timeout, Remedy::wait, "The gateway is shutting down.");
  std::shared_ptr<NetworkInUse> network = use(name);
  if (network == nullptr) {
    runtime_.counters.add("irc_connects_refused", "network");
    return rejected(Condition::not_allowed, Remedy::cancel, "The gateway's operator does not allow this network.");
  }
  if (auto why = accounts_.refusal(user, name)) return Rejected{std::move(*why)};
  const auto held = sessions_of_.find(user);
  if (!is_own(user) && (held == sessions_of_.end() ? 0U : held->second) >= runtime_.limits.sessions) {
    runtime_.counters.add("irc_connects_refused", "sessions");
    return rejected(
        Condition::resource_constraint, Remedy::wait,
        "You may be on " + std::to_string(runtime_.limits.sessions) + " networks at once; leave one first.");
  }
  Conversation place;
  place.adapter = id_;
  place.kind = PlaceKind::network;
  place.network = name;
  if (is_own(user)) accounts_.preset(user, name, to_account(network->network.own));
  const auto connection = std::make_shared<Connection>(connection_setting_, std::move(network), user, place);
  connections_.emplace(Key{user, name}, connection);
  ++sessions_of_[user];
  Outcome outcome = connection->session().deliver(event, runtime_.alarms.now());
  if (std::holds_alternative<Pending>(outcome)) {
    tell_link(*connection, LinkState::State::connecting);
  } else {
    over(*connection);
  }
  return outcome;
}

bool IrcAdapter::is_own(const Name& owner) const noexcept {
  return runtime_.links != nullptr && owner == runtime_.links->owner();
}

std::shared_ptr<NetworkInUse> IrcAdapter::use(const Name& name) {
  if (const auto found = networks_.find(name); found != networks_.end()) return found->second;
  if (name.empty()) return nullptr;
  auto network = settings_.network(name.view());
  if (!network) return nullptr;
  if (networks_.size() >= max_networks_in_use)
    boost::unordered::erase_if(networks_, [](const auto& item) { return item.second.use_count() == 1; });
  auto shared = std::make_shared<NetworkInUse>();
  shared->network = std::move(*network);
  networks_.emplace(name, shared);
  return shared;
}

std::unique_ptr<AddressBook> address_book(const config::Section& own, const config::Section& component, AdapterId id,
                                          NameTable& names) {
  const auto settings = read_settings(own, component);
  return std::make_unique<IrcAddressBook>(id, names, settings.fixed_network, names_of(settings));
}

AdapterMaker factory(const config::Section& own, const config::Section& component) {
  return [settings = read_settings(own, component)](Runtime& runtime, AdapterId id) -> std::unique_ptr<Adapter> {
    return std::make_unique<IrcAdapter>(runtime, id, settings);
  };
}

}  // namespace isthmus::irc
