#pragma once
// Ad-hoc commands (XEP-0050): what is offered at an address (gateway_commands.hpp), as data forms. A command takes one
// form at most, so a session is no more than the right to give it back.
#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <cstddef>
#include <map>
#include <string>

#include "gateway/adapter.hpp"
#include "gateway/command.hpp"
#include "xmpp/context.hpp"
#include "xmpp/errors.hpp"
#include "xmpp/gateway_commands.hpp"
#include "xmpp/incoming.hpp"

namespace isthmus::xmpp {

class Commands {
 public:
  /// Forms that one user, and all users, have open; the oldest go when there are more.
  static constexpr std::size_t max_open = 5;
  static constexpr std::size_t max_open_of_all = 10'000;
  static constexpr std::chrono::minutes lifetime{30};

  Commands(const Context& context, const GatewayCommands& offered) : context_{context}, offered_{offered} {}

  /// True when `in` is about commands: it is answered then.
  bool on_request(const Incoming& in, const Name& owner, const Conversation& place);

 private:
  struct Session {
    Name owner;
    std::string client;
    std::string node;
    Conversation place;
    SteadyTime started;
  };

  void on_command(const Incoming& in, const Name& owner, const Conversation& place, pugi::xml_node element);
  void begin(const Incoming& in, const CommandCall& call, const Command& command);
  void go_on(const Incoming& in, const CommandCall& call, pugi::xml_node element);
  void run(const Incoming& in, const CommandCall& call, const Command& command, std::string_view session,
           const FilledValues& values);
  void answer_list(const Incoming& in, const Name& owner, const Conversation& place);
  bool answer_info(const Incoming& in, const Name& owner, const Conversation& place, std::string_view node);
  void answer_form(const Incoming& in, std::string_view node, std::string_view session, const Form& form,
                   std::string_view problem);
  void answer_end(const Incoming& in, std::string_view node, std::string_view session, std::string_view status,
                  std::string_view text);
  void refuse(const Incoming& in, const Refusal& why, std::string_view detail = {});
  std::string open_session(const Incoming& in, const CommandCall& call, std::string_view node);
  void make_room(const Name& owner);
  using Sessions = std::map<std::string, Session, std::less<>>;
  void close(Sessions::iterator session);

  const Context& context_;
  const GatewayCommands& offered_;
  Sessions sessions_;                                     // by their ids, which grow: the oldest first
  boost::unordered_flat_map<Name, std::size_t> open_of_;  // how many, by owner
};

}  // namespace isthmus::xmpp
