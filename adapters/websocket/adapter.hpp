#pragma once
// WebSocket and HTTP clients as an adapter of the gateway: each channel is a room and a contact for users, and a stream
// of records for clients. It connects to nothing: clients come in through the HTTP listener.
#include <boost/asio/steady_timer.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>

#include "adapters/websocket/address_book.hpp"
#include "adapters/websocket/channel.hpp"
#include "adapters/websocket/endpoint.hpp"
#include "adapters/websocket/endpoint_probe.hpp"
#include "adapters/websocket/event_stream.hpp"
#include "adapters/websocket/hub.hpp"
#include "adapters/websocket/kept_history.hpp"
#include "adapters/websocket/routes.hpp"
#include "adapters/websocket/settings.hpp"
#include "adapters/websocket/socket.hpp"
#include "adapters/websocket/translate.hpp"
#include "gateway/adapter.hpp"
#include "gateway/links/links.hpp"
#include "gateway/runtime/runtime.hpp"
#include "gateway/runtime/task_group.hpp"

namespace isthmus::websocket {

class WebSocketAdapter final : public Adapter, public Gate, public Service, private Listener, private EndpointListener {
 public:
  WebSocketAdapter(Runtime& runtime, AdapterId id, Settings settings);
  ~WebSocketAdapter() override;

  asio::awaitable<void> run() override;
  Outcome deliver(Delivery& delivery) override;
  const AddressBook& addresses() const override { return addresses_; }
  Capabilities capabilities(const Name& owner, const Conversation& place) const override;
  std::string_view protocol() const override { return "websocket"; }
  /// Tokens that are made, listed and revoked while it runs.
  std::vector<Command> admin_commands() override;

 private:
  // From the users' side.
  Outcome deliver_room(Event& event, Channel& channel);
  Outcome deliver_membership(const Event& event, Channel& channel, const Membership& membership);
  Outcome deliver_request(Event& event, Channel& channel);
  Outcome deliver_contact(Event& event, Channel& channel);
  Outcome deliver_person(Event& event, Channel& channel);
  void welcome(const Event& join, const Channel& channel);
  /// Said in the channel by a user: clients and the other users hear it.
  Outcome say(const Event& event, Channel& channel, const std::string& nick);

  // From other networks (adapter_elsewhere.cpp).
  bool is_own(const Name& owner) const noexcept {
    return runtime_.links != nullptr && owner == runtime_.links->owner();
  }
  /// What a link passes on to the channel, or how the link to its place stands.
  Outcome relay(Event& event, Channel& channel);
  void on_said(const Event& event, bool is_past) override;
  void on_link(std::string_view address, const LinkState& state) override;
  /// Listens to the places that the token's scopes name; those stay open, so that nothing is missed while nobody is
  /// connected.
  void open_feeds(const Token& token);
  /// Stops listening where no token reads any more.
  void close_feeds();
  // Endpoints of others (adapter_endpoints.cpp).
  void make_endpoints();
  const Endpoint* endpoint_of(std::string_view channel) const;
  /// Of the channel as a contact: how the link to its endpoint stands, if it has one.
  Presence presence_in(const Channel& channel) const;
  void on_frame(Endpoint& endpoint, std::string_view frame) override;
  void on_state(Endpoint& endpoint, const LinkState& state) override;
  /// Passes it on to the channel's endpoint, if it has one; or why that cannot be.
  std::optional<Refusal> tell_endpoint(const Channel& channel, const std::string& nick, EventId id,
                                       const Payload& what);

  // Tokens that the configuration does not hold (adapter_tokens.cpp).
  void read_tokens();
  std::string list_tokens() const;
  CommandOutcome add_token(const CommandCall& call, const Form& filled);
  CommandOutcome revoke_token(const CommandCall& call, const Form& filled);
  /// To a place of another network; `done` hears what became of it.
  boost::system::result<std::string, Problem> say_elsewhere(const Token& token, const std::string& nick,
                                                            const Say& what, Links::Done done);

  // Gate: what clients ask for.
  boost::system::result<TokenPtr, Problem> authenticate(std::string_view secret, std::string_view peer) override;
  boost::system::result<std::string, Problem> say(Session& who, const Say& what) override;
  void on_subscribed(Session& who) override;
  std::uint64_t read_by(const Session& who) const override;
  void set_read_by(const Session& who, std::uint64_t seq) override;

  // Service: what requests ask for.
  const Settings& settings() const override { return settings_; }
  Hub& hub() override { return hub_; }
  TokenPtr use_ticket(std::string_view ticket, std::string_view origin) override;
  std::string make_ticket(TokenPtr token, std::string_view origin) override;
  boost::system::result<std::string, Problem> say(const TokenPtr& token, const Say& what) override;
  bool has_room() const override;
  std::uint64_t read_by(const std::string& reader) const override;
  void set_read_by(const std::string& reader, std::uint64_t seq) override;
  void connect(SessionSettings settings, TokenPtr token, HttpRequest request, std::unique_ptr<ByteStream> stream,
               std::string rest, std::string protocol) override;
  void stream(StreamWanted wanted, TokenPtr token, std::unique_ptr<ByteStream> stream) override;
  const Channel* channel(std::string_view name) const override;

  boost::system::result<std::string, Problem> say_in(Channel& channel, const std::string& nick, const Say& what);
  boost::system::result<std::string, Problem> say_privately(Channel& channel, const std::string& nick, const Say& what);
  /// Each user of the channel but `except` hears `what` from `nick`.
  void tell_users(const Channel& channel, const std::string& nick, EventId id, const Payload& what, const Name& except);
  void tell_change(const Channel& channel, const Change& change, const Name& except);
  void tell_state(std::string_view state, const Channel& channel, const std::string& nick);
  void publish(const Channel& channel, const std::string& nick, const std::string& id, const Payload& what,
               const std::optional<NamedValue>& stated);
  /// The values that `said` states.
  void publish_values(const Saying& said, const std::vector<NamedValue>& values);
  EventPtr make_event(const Conversation& place, const Name& owner, const std::string& nick, EventId id, Payload what);
  void leave(Session& who, Channel& channel);
  /// Closes the connections of tokens that are no longer good.
  void sweep();
  asio::awaitable<void> serve(std::shared_ptr<Socket> socket, HttpRequest request);
  SocketSetting socket_setting();

  Runtime& runtime_;
  AdapterId id_;
  Settings settings_;
  WebSocketAddressBook addresses_;
  Hub hub_;
  KeptHistory kept_;
  Tokens tokens_;
  Tickets tickets_;
  Attempts attempts_;
  std::map<std::string, Channel, std::less<>> channels_;
  std::set<std::string, std::less<>> feeds_;  // addresses of places that we listen to
  boost::unordered_flat_set<Name> linked_;    // users who know that we are there
  std::string scratch_;
  TaskGroup tasks_;
  TaskGroup calling_;                                                        // those that connect to endpoints
  std::map<std::string, std::shared_ptr<Endpoint>, std::less<>> endpoints_;  // by their channels
  std::unordered_set<std::shared_ptr<Socket>> sockets_;
  std::unordered_set<std::shared_ptr<EventStream>> streams_;
  asio::steady_timer stop_;
  Alarm sweep_;
  bool is_stopping_ = false;
  std::uint64_t sessions_ = 0;
};

/// Reads [websocket] and what `component` says now; makes the adapter later.
AdapterMaker factory(const config::Section& own, const config::Section& component);

/// Its addresses before there is an adapter, for those who check the configuration.
std::unique_ptr<AddressBook> address_book(const config::Section& own, const config::Section& component, AdapterId id,
                                          NameTable& names);

}  // namespace isthmus::websocket
