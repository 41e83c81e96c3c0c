#include "adapters/mqtt/adapter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <limits>
#include <utility>

#include "adapters/mqtt/line.hpp"
#include "adapters/mqtt/paho_client.hpp"
#include "gateway/links/links.hpp"

namespace isthmus::mqtt {
namespace {

using namespace std::chrono_literals;

constexpr auto farewell_timeout = 3s;

std::vector<std::string> names_of(const Settings& settings) {
  std::vector<std::string> names;
  for (const auto& [name, broker] : settings.brokers) names.push_back(name);
  return names;
}

/// nullptr: no limit.
std::shared_ptr<TokenBucket> make_bucket(unsigned burst, double rate) {
  return rate == 0 ? nullptr : std::make_shared<TokenBucket>(burst, rate);
}

bool is_old(const std::pair<const std::string, BrokerSettings>& broker) {
  return broker.second.connect.version == Version::v3_1_1;
}

/// Sixteen hexadecimal digits by chance.
std::string make_instance(Runtime& runtime) {
  std::string text;
  for (int i = 0; i < 4; ++i) text += fmt::format("{:04x}", static_cast<unsigned>(runtime.random() * 65'536));
  return text;
}

}  // namespace

MqttAdapter::MqttAdapter(Runtime& runtime, AdapterId id, Settings settings, ClientMaker maker)
    : runtime_{runtime},
      id_{id},
      settings_{std::move(settings)},
      instance_{make_instance(runtime)},
      links_instance_{instance_ + "-links"},
      addresses_{id, runtime.names, names_of(settings_)},
      tasks_{runtime.executor},
      maker_{std::move(maker)},
      logins_{runtime.store, runtime.names},
      kept_{runtime.store},
      until_stopped_{runtime.executor, SteadyTime::max()} {
  if (!maker_) {
    reaper_ = std::make_unique<Reaper>();
    maker_ = make_paho_clients(runtime.executor, *reaper_);
  }
  for (const auto& [name, broker] : settings_.brokers)
    lines_.emplace(runtime_.names.intern(name), make_line(broker, &kept_));
  if (std::ranges::any_of(settings_.brokers, is_old)) carried_ = std::make_unique<Echoes>();
}

std::unique_ptr<MqttAdapter::Line> MqttAdapter::make_line(const BrokerSettings& settings, KeptNames* kept) {
  auto line = std::make_unique<Line>(runtime_, settings, settings_.reconnect_base, maker_, kept);
  // The broker may be gone before its name is found: this function, and with it the token, goes with it.
  line->broker.set_resolve(
      [this, token = std::make_shared<int>()](const std::string& host, std::function<void(Result<std::string>)> found) {
        auto told = [waits = std::weak_ptr{token}, found = std::move(found)](Result<std::string> address) {
          if (!waits.expired()) found(std::move(address));
        };
        tasks_.spawn("look-up", look_up(host, std::move(told)));
      });
  return line;
}

MqttAdapter::~MqttAdapter() = default;

asio::awaitable<void> MqttAdapter::look_up(std::string host, std::function<void(Result<std::string>)> found) {
  const auto addresses = co_await runtime_.resolver.resolve(std::move(host));
  if (!addresses) {
    found(addresses.error());
  } else if (addresses->empty()) {
    found(make_error_code(asio::error::host_not_found));
  } else {
    found(to_text(addresses->front()));
  }
}

asio::awaitable<void> MqttAdapter::run() {
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await until_stopped_.async_wait(asio::as_tuple(asio::use_awaitable));  // until cancelled
  is_stopping_ = true;
  for (const auto& [name, line] : lines_) line->broker.stop();
  for (const auto& [key, line] : own_lines_) line->broker.stop();
  runtime_.router.settle();
  const auto is_closed = [](const auto& item) { return item.second->broker.is_closed(); };
  const auto are_closed = [&] {
    sweep();
    return ending_lines_.empty() && std::ranges::all_of(lines_, is_closed) &&
           std::ranges::all_of(own_lines_, is_closed);
  };
  const auto last = runtime_.alarms.now() + farewell_timeout;
  while (!are_closed() && runtime_.alarms.now() < last) {
    until_stopped_.expires_after(20ms);
    co_await until_stopped_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  tasks_.cancel();
  co_await tasks_.join();
}

isthmus::Capabilities MqttAdapter::capabilities(const Name&, const Conversation& place) const {
  if (place.kind == PlaceKind::gateway) return {Capability::values};
  // What a value has no use for is taken, and passed over.
  return {Capability::edit, Capability::reply, Capability::reaction, Capability::watch, Capability::speaker};
}

Identity MqttAdapter::identity(PlaceKind kind) const {
  switch (kind) {
    case PlaceKind::gateway:
    case PlaceKind::network: return {"gateway", "mqtt"};
    case PlaceKind::room: return {"conference", "text"};
    case PlaceKind::direct: break;
  }
  return {"client", "bot"};
}

Outcome MqttAdapter::deliver(Delivery& delivery) {
  if (delivery.receipt) {
    on_refused(delivery);
    return Accepted{};
  }
  const auto& about = delivery.event->about;
  if (about.conversation.kind == PlaceKind::gateway) return deliver_to_gateway(*delivery.event);
  if (!lines_.contains(about.conversation.network))
    return Rejected{{Condition::item_not_found, Remedy::cancel, "There is no such broker.", {}}};
  auto* session = find_or_open(about.owner, about.conversation.network);
  if (session == nullptr)
    return Rejected{{Condition::remote_server_timeout, Remedy::wait, "The gateway is shutting down.", {}}};
  return session->deliver(delivery.event);
}

Outcome MqttAdapter::deliver_to_gateway(Event& event) const {
  auto* request = std::get_if<Request>(&event.what);
  auto* branch = request == nullptr ? nullptr : std::get_if<ReadBranch>(&request->what);
  if (branch == nullptr)
    return Rejected{{Condition::feature_not_implemented, Remedy::cancel, "Nobody listens here: write to a topic.", {}}};
  for (const auto& [name, broker] : settings_.brokers) branch->found.push_back({.name = name, .has_more = true});
  branch->may_read = true;
  return Accepted{};
}

void MqttAdapter::on_refused(Delivery& delivery) {
  const auto& refused = delivery.receipt->refused;
  auto* line = line_of({delivery.event->about.owner, delivery.event->about.conversation.network});
  // Of QoS 0 nobody was promised that it arrives.
  if (!refused || refused->condition != Condition::resource_constraint || !is_promised(*delivery.event) ||
      line == nullptr)
    return;
  line->held.take_back(std::move(delivery.event));
}

Session* MqttAdapter::find_or_open(const Name& owner, const Name& network) {
  const AccountKey key{owner, network};
  if (const auto found = sessions_.find(key); found != sessions_.end()) return found->second.get();
  auto* line = is_stopping_ ? nullptr : line_of(key);
  if (line == nullptr) return nullptr;
  sweep();
  auto& broker = line->broker;
  const bool is_gateway = runtime_.links != nullptr && owner == runtime_.links->owner();
  Seat seat{runtime_,
            id_,
            broker,
            addresses_,
            line->held,
            line->devices,
            is_gateway ? line->own_rights : broker.settings().rights_of(owner.view()),
            is_gateway ? links_instance_ : instance_,
            owner,
            is_gateway,
            carried_.get(),
            is_gateway ? nullptr : make_bucket(settings_.publish_burst, settings_.publish_rate),
            is_gateway ? nullptr : make_bucket(settings_.room_burst, settings_.room_rate)};
  // The configuration names each room of the gateway itself.
  const auto max_rooms = is_gateway ? std::numeric_limits<std::size_t>::max() : settings_.max_rooms;
  auto session = std::make_unique<Session>(std::move(seat), settings_.max_contacts, max_rooms);
  line->sessions.push_back(session.get());
  return sessions_.emplace(key, std::move(session)).first->second.get();
}

std::unique_ptr<AddressBook> address_book(const config::Section& own, const config::Section& component, AdapterId id,
                                          NameTable& names) {
  const auto settings = read_settings(own, component);
  return std::make_unique<MqttAddressBook>(id, names, names_of(settings));
}

AdapterMaker factory(const config::Section& own, const config::Section& component) {
  return [settings = read_settings(own, component)](Runtime& runtime, AdapterId id) -> std::unique_ptr<Adapter> {
    return std::make_unique<MqttAdapter>(runtime, id, settings);
  };
}

}  // namespace isthmus::mqtt
