#pragma once
// IRC as an adapter of the gateway: one connection for each user and network that the user is on.
#include <boost/asio/steady_timer.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "adapters/irc/accounts.hpp"
#include "adapters/irc/address_book.hpp"
#include "adapters/irc/connection.hpp"
#include "adapters/irc/probe.hpp"
#include "adapters/irc/settings.hpp"
#include "gateway/adapter.hpp"
#include "gateway/runtime/runtime.hpp"
#include "gateway/runtime/task_group.hpp"

namespace isthmus::irc {

class IrcAdapter final : public Adapter, private ConnectionOwner {
 public:
  IrcAdapter(Runtime& runtime, AdapterId id, Settings settings);
  ~IrcAdapter() override;

  asio::awaitable<void> run() override;
  Outcome deliver(Delivery& delivery) override;
  const AddressBook& addresses() const override { return addresses_; }
  isthmus::Capabilities capabilities(const Name& owner, const Conversation& place) const override;
  std::string_view protocol() const override { return protocol_name; }
  std::vector<Command> commands(const Conversation& place) override;
  std::vector<SessionInfo> sessions(const Name& owner) const override;
  std::size_t end_sessions(const Name& owner, const Name& network, std::string_view reason) override;
  void forget(const Name& owner) override;
  std::vector<LinkReport> links() const override;

  /// How many connections there are; one whose session is over does not count.
  std::size_t count() const noexcept { return connections_.size(); }

 private:
  struct Key {
    Name owner;
    Name network;
    friend bool operator==(const Key&, const Key&) = default;
    friend std::size_t hash_value(const Key& key) noexcept {
      return hash_value(key.owner) * 31 + hash_value(key.network);
    }
  };

  void over(const Connection& connection) override;
  void opened(Connection& connection) override { open_.insert(&connection); }
  void closed(Connection& connection) override;
  Outcome deliver_without_session(EventPtr& event);
  /// The users' side hears that a session begins to connect, or is over.
  void tell_link(const Connection& connection, LinkState::State state);
  Outcome open(EventPtr& event);
  CommandOutcome save_account(const CommandCall& call, const Form& filled);
  CommandOutcome save_room_wish(const CommandCall& call, const Form& filled);
  CommandOutcome set_identity(const CommandCall& call, const Form& filled);
  /// Keeps it, and lets the connection know if there is one; `text` is what to say of it.
  CommandOutcome use_account(const CommandCall& call, Account account, std::string text);
  RoomWish room_wish(const Name& owner, const Conversation& room) const;
  std::shared_ptr<NetworkInUse> use(const Name& network);
  /// True for the gateway itself, which is no user.
  bool is_own(const Name& owner) const noexcept;

  Runtime& runtime_;
  AdapterId id_;
  Settings settings_;
  IrcAddressBook addresses_;
  Accounts& accounts_;  // all irc components have them in common
  StsPolicies& sts_;    // and these
  Scratch scratch_;
  IsupportTable isupports_;
  Session::Shared shared_;
  TaskGroup tasks_;
  Connection::Setting connection_setting_;
  boost::unordered_flat_map<Name, std::shared_ptr<NetworkInUse>> networks_;
  boost::unordered_flat_map<Key, std::shared_ptr<Connection>> connections_;
  boost::unordered_flat_map<Name, std::uint16_t> sessions_of_;  // how many, by owner
  boost::unordered_flat_set<Connection*> open_;                 // those that have a stream
  bool stopping_ = false;
  asio::steady_timer goodbye_;  // cancelled, while stopping, when the last stream is closed
};

/// Reads [irc] and what `component` sets for itself now; makes the adapter later.
AdapterMaker factory(const config::Section& own, const config::Section& component);

/// Its addresses before there is an adapter, for those who check the configuration.
std::unique_ptr<AddressBook> address_book(const config::Section& own, const config::Section& component, AdapterId id,
                                          NameTable& names);

}  // namespace isthmus::irc
