#include "xmpp/adapter.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

class NoAddresses final : public AddressBook {
 public:
  Answer<Conversation> parse(std::string_view) const override {
    return Refusal{Condition::item_not_found, Remedy::cancel, {}, {}};
  }
  std::string text(const Conversation&) const override { return {}; }
  Answer<Conversation> person(const Conversation&, std::string_view) const override {
    return Refusal{Condition::item_not_found, Remedy::cancel, {}, {}};
  }
};

}  // namespace

Adapter::Adapter(Runtime& runtime, AdapterId id, ServerSettings server, Access access)
    : runtime_{runtime},
      server_{std::move(server)},
      dispatcher_{runtime, id, std::move(access), [&runtime] { return runtime.alarms.wall_clock(); },
                  server_.occupant_key} {}

Adapter::~Adapter() = default;

void Adapter::add(ComponentSettings component, AdapterId id, isthmus::Adapter& foreign) {
  connections_.push_back(std::make_unique<Connection>(runtime_, server_, component, *this, id));
  dispatcher_.add({component.domain, id, &foreign, &foreign.addresses(), connections_.back().get()});
}

const AddressBook& Adapter::addresses() const {
  static const NoAddresses none;
  return none;
}

Capabilities Adapter::capabilities(const Name&, const Conversation&) const {
  return {Capability::edit,       Capability::reply,  Capability::reaction, Capability::retraction,
          Capability::moderation, Capability::typing, Capability::displayed};
}

bool Adapter::is_ready() const {
  return std::ranges::all_of(connections_, [](const auto& connection) { return connection->is_up(); });
}

std::vector<LinkReport> Adapter::links() const {
  std::vector<LinkReport> reports;
  for (const auto& connection : connections_) {
    const std::size_t up = connection->is_up() ? 1 : 0;
    reports.push_back({.name = connection->domain(), .sessions = 1, .up = up, .queued = connection->unsent()});
  }
  return reports;
}

std::vector<std::string> Adapter::down() const {
  std::vector<std::string> domains;
  for (const auto& connection : connections_) {
    if (!connection->is_up()) domains.push_back(connection->domain());
  }
  return domains;
}

asio::awaitable<void> Adapter::run() {
  std::exception_ptr failed;
  asio::steady_timer stop{runtime_.executor, SteadyTime::max()};  // cancelled: with us, or when a stream fails for good
  const auto on_failed = [&](std::string_view, const std::exception_ptr& why) {
    failed = why;
    stop.cancel();
  };
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await with_tasks(
      [&](TaskGroup& tasks) -> asio::awaitable<void> {
        for (const auto& connection : connections_) tasks.spawn("component stream", connection->run());
        boost::system::error_code stopped;
        co_await stop.async_wait(asio::redirect_error(asio::use_awaitable, stopped));
      },
      on_failed);
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  dispatcher_.say_goodbye();
  for (const auto& connection : connections_) co_await connection->finish();
  if (failed) std::rethrow_exception(failed);
}

void Adapter::on_up(Connection& connection) {
  dispatcher_.on_up(*dispatcher_.find(connection.domain()));
  runtime_.router.settle();
}

void Adapter::on_down(Connection& connection) { dispatcher_.on_down(*dispatcher_.find(connection.domain())); }

void Adapter::on_stanza(Connection& from, pugi::xml_node stanza) {
  // A ping to ourselves has come back: that it came is all it says.
  const auto id = attribute(stanza, "id");
  const bool is_own_ping = attribute(stanza, "from") == from.domain() &&
                           (from.is_own_ping(id) || dispatcher_.on_own_ping(*dispatcher_.find(from.domain()), id));
  if (!is_own_ping) dispatcher_.dispatch(stanza);
  runtime_.router.settle();
}

void Adapter::on_skipped(Connection&, pugi::xml_node head, std::string_view why) { dispatcher_.on_skipped(head, why); }

}  // namespace isthmus::xmpp
