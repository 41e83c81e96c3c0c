#pragma once
// The users' side: an XMPP server's component, one stream for each domain.
#include <memory>
#include <string>
#include <vector>

#include "gateway/access.hpp"
#include "gateway/adapter.hpp"
#include "gateway/runtime/runtime.hpp"
#include "xmpp/connection.hpp"
#include "xmpp/dispatcher.hpp"
#include "xmpp/settings.hpp"

namespace isthmus::xmpp {

class Adapter final : public isthmus::Adapter, public StanzaHandler {
 public:
  Adapter(Runtime& runtime, AdapterId id, ServerSettings server, Access access);
  ~Adapter() override;

  /// Shows `foreign` at the component's domain. Before run().
  void add(ComponentSettings component, AdapterId id, isthmus::Adapter& foreign);

  /// Throws HandshakeRefused.
  asio::awaitable<void> run() override;
  Outcome deliver(Delivery& delivery) override { return dispatcher_.deliver(delivery); }
  void on_waiting(Event& event) override { dispatcher_.on_waiting(event); }
  /// The users' side has no foreign places of its own.
  const AddressBook& addresses() const override;
  Capabilities capabilities(const Name&, const Conversation&) const override;
  std::string_view protocol() const override { return "xmpp"; }

  std::vector<LinkReport> links() const override;
  /// From the next stanza on.
  void set_access(Access access) { dispatcher_.set_access(std::move(access)); }

  /// One more command of the gateway's address, for administrators alone. Before run().
  void offer_to_administrators(Command command) { dispatcher_.offer_to_administrators(std::move(command)); }

  /// True when every component stream is up.
  bool is_ready() const;
  /// The domains whose stream is down.
  std::vector<std::string> down() const;

 private:
  void on_stanza(Connection& from, pugi::xml_node stanza) override;
  void on_skipped(Connection& from, pugi::xml_node head, std::string_view why) override;
  void on_up(Connection& connection) override;
  void on_down(Connection& connection) override;

  Runtime& runtime_;
  ServerSettings server_;
  Dispatcher dispatcher_;
  std::vector<std::unique_ptr<Connection>> connections_;
};

}  // namespace isthmus::xmpp
