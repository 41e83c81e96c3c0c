#include "adapters/mqtt/adapter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "adapters/mqtt/paho_client.hpp"

namespace isthmus::mqtt {
namespace {

using namespace std::chrono_literals;

constexpr auto farewell_timeout = 3s;

std::vector<std::string> names_of(const Settings& settings) {
  std::vector<std::string> names;
  for (const auto& [name, broker] : settings.brokers) names.push_back(name);
  return names;
}

/// Sixteen hexadecimal digits by chance.
std::string make_instance(Runtime& runtime) {
  std::string text;
  for (int i = 0; i < 4; ++i) text += fmt::format("{:04x}", static_cast<unsigned>(runtime.random() * 65'536));
  return text;
}

}  // namespace

struct MqttAdapter::Line final : BrokerListener, DevicesListener {
  Line(Runtime& runtime, const BrokerSettings& settings, std::chrono::milliseconds base, ClientMaker maker)
      : broker{runtime, settings, base, std::move(maker), *this},
        held{runtime, broker},
        devices{runtime, broker, settings.discovery_prefix, *this} {}
  void on_link(const LinkState& state) override {
    for (auto* session : sessions) session->on_link(state);
  }
  void on_new_device(Device& device) override {
    for (auto* session : sessions) session->on_new_device(device);
  }
  Broker broker;
  Held held;
  Devices devices;
  std::vector<Session*> sessions;
};

MqttAdapter::MqttAdapter(Runtime& runtime, AdapterId id, Settings settings, ClientMaker maker)
    : runtime_{runtime},
      id_{id},
      settings_{std::move(settings)},
      instance_{make_instance(runtime)},
      addresses_{id, runtime.names, names_of(settings_)},
      tasks_{runtime.executor},
      until_stopped_{runtime.executor, SteadyTime::max()} {
  if (!maker) {
    reaper_ = std::make_unique<Reaper>();
    maker = make_paho_clients(runtime.executor, *reaper_);
  }
  for (const auto& [name, broker] : settings_.brokers) {
    auto line = std::make_unique<Line>(runtime_, broker, settings_.reconnect_base, maker);
    line->broker.set_resolve([this](const std::string& host, std::function<void(Result<std::string>)> found) {
      tasks_.spawn("look-up", look_up(host, std::move(found)));
    });
    lines_.emplace(runtime_.names.intern(name), std::move(line));
  }
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
  runtime_.router.settle();
  const auto is_closed = [](const auto& item) { return item.second->broker.is_closed(); };
  const auto last = runtime_.alarms.now() + farewell_timeout;
  while (!std::ranges::all_of(lines_, is_closed) && runtime_.alarms.now() < last) {
    until_stopped_.expires_after(20ms);
    co_await until_stopped_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  tasks_.cancel();
  co_await tasks_.join();
}

isthmus::Capabilities MqttAdapter::capabilities(const Name&, const Conversation& place) const {
  if (place.kind == PlaceKind::gateway) return {Capability::values};
  // What a value has no use for is taken, and passed over.
  return {Capability::edit, Capability::reply, Capability::reaction, Capability::watch};
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

std::vector<Command> MqttAdapter::commands(const Conversation& place) {
  if (slug_of(place.native.view()).empty() || place.kind != PlaceKind::direct) return {};
  const auto contact_of = [this](const CommandCall& call) {
    auto* session = find_or_open(call.owner, call.place.network);
    return session == nullptr ? nullptr : session->device(call.place.native.view());
  };
  Command set{.name = "set", .label = "Set switches", .run = {}};
  set.form = [contact_of](const CommandCall& call) {
    auto* contact = contact_of(call);
    return contact == nullptr ? Form{"There is no such device", {}, {}} : contact->form();
  };
  set.run = [contact_of](const CommandCall& call, const Form& filled) -> CommandOutcome {
    auto* contact = contact_of(call);
    if (contact == nullptr) return Refusal{Condition::item_not_found, Remedy::cancel, "There is no such device.", {}};
    return contact->set(filled);
  };
  return {std::move(set)};
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
  const auto line = lines_.find(delivery.event->about.conversation.network);
  // Of QoS 0 nobody was promised that it arrives.
  if (!refused || refused->condition != Condition::resource_constraint || !is_promised(*delivery.event) ||
      line == lines_.end())
    return;
  line->second->held.take_back(std::move(delivery.event));
}

Session* MqttAdapter::find_or_open(const Name& owner, const Name& network) {
  const Key key{owner, network};
  if (const auto found = sessions_.find(key); found != sessions_.end()) return found->second.get();
  const auto line = lines_.find(network);
  if (line == lines_.end() || is_stopping_) return nullptr;
  auto& broker = line->second->broker;
  Seat seat{runtime_,
            id_,
            broker,
            addresses_,
            line->second->held,
            line->second->devices,
            broker.settings().rights_of(owner.view()),
            instance_,
            owner};
  auto session = std::make_unique<Session>(std::move(seat), settings_.max_contacts);
  line->second->sessions.push_back(session.get());
  return sessions_.emplace(key, std::move(session)).first->second.get();
}

AdapterMaker factory(const config::Section& own, const config::Section& component) {
  return [settings = read_settings(own, component)](Runtime& runtime, AdapterId id) -> std::unique_ptr<Adapter> {
    return std::make_unique<MqttAdapter>(runtime, id, settings);
  };
}

}  // namespace isthmus::mqtt
