#pragma once
// What may be done at an address of the gateway: what the foreign side offers there, and what is the same everywhere,
// sessions and what is known of a user. A user sees and touches nobody else's; an administrator everybody's.
#include <functional>
#include <string_view>
#include <vector>

#include "gateway/access.hpp"
#include "gateway/command.hpp"
#include "xmpp/context.hpp"
#include "xmpp/domain.hpp"
#include "xmpp/room_commands.hpp"

namespace isthmus::xmpp {

class GatewayCommands {
 public:
  /// Forgets everything of that user.
  using Forget = std::function<void(const Name& owner)>;

  GatewayCommands(const Context& context, const Access& access, const RoomCommands& rooms, Forget forget)
      : context_{context}, access_{access}, rooms_{rooms}, forget_{std::move(forget)} {}

  /// Those that `owner` may use at `place`: of a person, what the foreign side offers alone.
  std::vector<Command> at(const Domain& domain, const Name& owner, const Conversation& place) const;
  /// Why at() has no command of that name for `owner`: it is for administrators (forbidden), or there is none
  /// (item-not-found).
  Refusal why_not(const Domain& domain, const Conversation& place, std::string_view name) const;
  /// One more for administrators, at the gateway's address.
  void offer_to_administrators(Command command) { offered_.push_back(std::move(command)); }

 private:
  /// What those may do at `place` whom the configuration calls administrators; nothing but at the gateway's address.
  std::vector<Command> administration(const Domain& domain, const Conversation& place) const;
  Command sessions(const Domain& domain) const;
  Command disconnect(const Domain& domain, const Conversation& place) const;
  Command forget() const;
  Command everybodys_sessions(const Domain& domain) const;
  Command disconnect_user(const Domain& domain) const;
  Command counters() const;

  const Context& context_;
  const Access& access_;
  const RoomCommands& rooms_;
  Forget forget_;
  std::vector<Command> offered_;  // to administrators
};

}  // namespace isthmus::xmpp
