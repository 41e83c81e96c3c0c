#pragma once
// MQTT as an adapter of the gateway: one connection for each broker of the configuration, which its users share.
#include <boost/asio/steady_timer.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <string>
#include <vector>

#include "adapters/mqtt/address.hpp"
#include "adapters/mqtt/broker.hpp"
#include "adapters/mqtt/logins.hpp"
#include "adapters/mqtt/probe.hpp"
#include "adapters/mqtt/session.hpp"
#include "adapters/mqtt/settings.hpp"
#include "gateway/adapter.hpp"
#include "gateway/runtime/runtime.hpp"
#include "gateway/runtime/task_group.hpp"

namespace isthmus::mqtt {

class MqttAdapter final : public Adapter {
 public:
  /// Clients come from `maker`, or from the library when it is empty.
  MqttAdapter(Runtime& runtime, AdapterId id, Settings settings, ClientMaker maker = {});
  ~MqttAdapter() override;

  asio::awaitable<void> run() override;
  Outcome deliver(Delivery& delivery) override;
  const AddressBook& addresses() const override { return addresses_; }
  isthmus::Capabilities capabilities(const Name& owner, const Conversation& place) const override;
  std::string_view protocol() const override { return "mqtt"; }
  Identity identity(PlaceKind kind) const override;
  /// Of a device: its switches as a form. Of a topic: to ask it. Of a broker: one's own login.
  std::vector<Command> commands(const Conversation& place) override;
  std::vector<SessionInfo> sessions(const Name& owner) const override;
  std::size_t end_sessions(const Name& owner, const Name& network, std::string_view reason) override;
  void forget(const Name& owner) override { logins_.forget(owner); }
  std::vector<LinkReport> links() const override;

 private:
  struct Line;  // a broker and those who are on it

  /// What is asked of all brokers as such.
  Outcome deliver_to_gateway(Event& event) const;
  /// The users' side could not take it now.
  void on_refused(Delivery& delivery);
  Session* find_or_open(const Name& owner, const Name& network);
  std::unique_ptr<Line> make_line(const BrokerSettings& settings, KeptNames* kept);
  /// The line that the user's session is on: of a login of their own, else the broker's. nullptr: there is none.
  Line* line_of(const AccountKey& key);
  /// The session is gone, and the line with it where it was the user's own.
  void end(const AccountKey& key, std::string_view reason);
  /// Forgets lines whose goodbye is said.
  void sweep();
  Command set_command();
  Command ask_command();
  Command login_command();
  /// From now on the user is on the broker with that login.
  CommandOutcome change_login(const AccountKey& key, const Form& filled);
  asio::awaitable<void> look_up(std::string host, std::function<void(Result<std::string>)> found);

  Runtime& runtime_;
  AdapterId id_;
  Settings settings_;
  std::string instance_;
  std::string links_instance_;       // as the origin of what links pass on: what comes back is theirs to stop
  std::unique_ptr<Echoes> carried_;  // by links, while some broker speaks MQTT 3.1.1
  MqttAddressBook addresses_;
  TaskGroup tasks_;
  std::unique_ptr<class Reaper> reaper_;  // waits for the clients, which the lines have
  ClientMaker maker_;
  Logins logins_;
  KeptNames kept_;
  boost::unordered_flat_map<Name, std::unique_ptr<Line>> lines_;
  boost::unordered_flat_map<AccountKey, std::unique_ptr<Line>> own_lines_;
  std::vector<std::unique_ptr<Line>> ending_lines_;
  boost::unordered_flat_map<AccountKey, std::unique_ptr<Session>> sessions_;
  bool is_stopping_ = false;
  asio::steady_timer until_stopped_;
};

/// Reads [mqtt] now; makes the adapter later.
AdapterMaker factory(const config::Section& own, const config::Section& component);

/// Its addresses before there is an adapter, for those who check the configuration.
std::unique_ptr<AddressBook> address_book(const config::Section& own, const config::Section& component, AdapterId id,
                                          NameTable& names);

}  // namespace isthmus::mqtt
