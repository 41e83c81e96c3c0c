#include "xmpp/commands.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "xmpp/data_form.hpp"
#include "xmpp/jid.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

const Command* find(const std::vector<Command>& commands, std::string_view name) {
  const auto found = std::ranges::find(commands, name, &Command::name);
  return found == commands.end() ? nullptr : &*found;
}

/// Opens the <command/> of an answer.
void open_command(StanzaWriter& out, std::string_view node, std::string_view session, std::string_view status) {
  out.open("command", ns::commands).attribute("node", node).attribute("status", status);
  if (!session.empty()) out.attribute("sessionid", session);
}

}  // namespace

void Commands::refuse(const Incoming& in, const Refusal& why, std::string_view detail) {
  context_.runtime.counters.add("refused", to_text(why.condition));
  send(in.domain, context_.runtime.counters, [&](StanzaWriter& out) {
    open_error(out, "iq", {in.to.str(), in.from.str(), in.id}, why);
    if (!detail.empty()) out.open(detail, ns::commands).close();
    out.close().close();
  });
}

bool Commands::on_request(const Incoming& in, const Name& owner, const Conversation& place) {
  if (place.kind == PlaceKind::room && in.to.is_full()) return false;  // an occupant, not the room
  if (place.kind == PlaceKind::direct && in.domain.foreign->commands(place).empty()) return false;
  if (in.type == "set") {
    const auto element = child(in.element, ns::commands, "command");
    if (element) on_command(in, owner, place, element);
    return static_cast<bool>(element);
  }
  if (const auto items = child(in.element, ns::disco_items, "query");
      items && attribute(items, "node") == ns::commands) {
    answer_list(in, owner, place);
    return true;
  }
  const auto info = child(in.element, ns::disco_info, "query");
  return info && answer_info(in, owner, place, attribute(info, "node"));
}

void Commands::on_command(const Incoming& in, const Name& owner, const Conversation& place, pugi::xml_node element) {
  const CommandCall call{owner, place};
  if (!attribute(element, "sessionid").empty()) return go_on(in, call, element);
  const auto action = attribute(element, "action");
  if (!action.empty() && action != "execute") {
    return refuse(in, {Condition::bad_request, Remedy::modify, "This command was not begun.", {}}, "bad-sessionid");
  }
  const auto commands = offered_.at(in.domain, owner, place);
  const auto node = attribute(element, "node");
  const auto* command = find(commands, node);
  if (command == nullptr) return refuse(in, offered_.why_not(in.domain, place, node));
  begin(in, call, *command);
}

void Commands::begin(const Incoming& in, const CommandCall& call, const Command& command) {
  if (!command.form) return run(in, call, command, {}, {});
  answer_form(in, command.name, open_session(in, call, command.name), command.form(call), {});
}

void Commands::go_on(const Incoming& in, const CommandCall& call, pugi::xml_node element) {
  const std::string id{attribute(element, "sessionid")};
  const auto found = sessions_.find(id);
  const bool is_own = found != sessions_.end() && found->second.owner == call.owner &&
                      found->second.client == in.from.str() && found->second.place == call.place &&
                      found->second.node == attribute(element, "node");
  if (!is_own) {
    return refuse(in, {Condition::bad_request, Remedy::modify, "There is no such session; begin again.", {}},
                  "bad-sessionid");
  }
  if (context_.runtime.alarms.now() - found->second.started > lifetime) {
    close(found);
    return refuse(in, {Condition::not_allowed, Remedy::cancel, "This has taken too long; begin again.", {}},
                  "session-expired");
  }
  const auto action = attribute(element, "action");
  const auto form = child(element, ns::data_forms, "x");
  auto submitted = form ? SubmittedForm::read(form) : Answer<SubmittedForm>{SubmittedForm{}};
  if (action == "cancel" || (submitted && submitted->is_cancelled())) {
    const std::string node = found->second.node;
    close(found);
    return answer_end(in, node, id, "canceled", {});
  }
  if (!action.empty() && action != "execute" && action != "complete" && action != "next") {
    return refuse(in, {Condition::bad_request, Remedy::modify, "There is no such action here.", {}}, "bad-action");
  }
  if (!submitted) return refuse(in, submitted.error(), "bad-payload");
  const auto commands = offered_.at(in.domain, call.owner, call.place);
  const auto* command = find(commands, found->second.node);
  if (command == nullptr) return refuse(in, offered_.why_not(in.domain, call.place, found->second.node));
  run(in, call, *command, id, submitted->filled());
}

void Commands::run(const Incoming& in, const CommandCall& call, const Command& command, std::string_view session,
                   const FilledValues& values) {
  const std::string id{session};
  auto filled = command.form ? fill(command.form(call), values) : std::variant<Form, FormProblem>{Form{}};
  CommandOutcome outcome = std::holds_alternative<FormProblem>(filled) ? CommandOutcome{std::get<FormProblem>(filled)}
                                                                       : command.run(call, std::get<Form>(filled));
  if (const auto* problem = std::get_if<FormProblem>(&outcome)) {
    Form again = command.form(call);
    for (auto& field : again.fields) {  // what was entered stays, right or wrong; secrets do not come back
      const auto given = std::ranges::find(values, field.name, &FilledValues::value_type::first);
      if (given != values.end() && field.kind != Field::Kind::secret) field.value = given->second;
    }
    return answer_form(in, command.name, id, again, problem->field + ": " + problem->text);
  }
  if (const auto open = sessions_.find(id); open != sessions_.end()) close(open);
  if (const auto* refusal = std::get_if<Refusal>(&outcome)) return refuse(in, *refusal);
  answer_end(in, command.name, id, "completed", std::get<CommandDone>(outcome).text);
}

void Commands::answer_list(const Incoming& in, const Name& owner, const Conversation& place) {
  send(in.domain, context_.runtime.counters, [&](StanzaWriter& out) {
    open_result(out, {in.to.str(), in.from.str(), in.id});
    out.open("query", ns::disco_items).attribute("node", ns::commands);
    for (const auto& command : offered_.at(in.domain, owner, place)) {
      out.open("item").attribute("jid", in.to.str()).attribute("node", command.name);
      out.attribute("name", command.label).close();
    }
    out.close().close();
  });
}

bool Commands::answer_info(const Incoming& in, const Name& owner, const Conversation& place, std::string_view node) {
  const auto commands = offered_.at(in.domain, owner, place);
  const auto* command = find(commands, node);
  if (command == nullptr && node != ns::commands) return false;
  send(in.domain, context_.runtime.counters, [&](StanzaWriter& out) {
    open_result(out, {in.to.str(), in.from.str(), in.id});
    out.open("query", ns::disco_info).attribute("node", node);
    out.open("identity").attribute("category", "automation");
    out.attribute("type", command != nullptr ? "command-node" : "command-list");
    out.attribute("name", command != nullptr ? command->label : std::string_view{"Commands"}).close();
    for (const auto feature : {ns::commands, ns::data_forms, ns::data_validate, ns::data_layout})
      out.open("feature").attribute("var", feature).close();
    out.close().close();
  });
  return true;
}

void Commands::answer_form(const Incoming& in, std::string_view node, std::string_view session, const Form& form,
                           std::string_view problem) {
  send(in.domain, context_.runtime.counters, [&](StanzaWriter& out) {
    open_result(out, {in.to.str(), in.from.str(), in.id});
    open_command(out, node, session, "executing");
    out.open("actions").attribute("execute", "complete").open("complete").close().close();
    if (!problem.empty()) out.open("note").attribute("type", "error").text(problem).close();
    write_form(out, form);
    out.close().close();
  });
}

void Commands::answer_end(const Incoming& in, std::string_view node, std::string_view session, std::string_view status,
                          std::string_view text) {
  send(in.domain, context_.runtime.counters, [&](StanzaWriter& out) {
    open_result(out, {in.to.str(), in.from.str(), in.id});
    open_command(out, node, session, status);
    if (!text.empty()) out.open("note").attribute("type", "info").text(text).close();
    out.close().close();
  });
}

std::string Commands::open_session(const Incoming& in, const CommandCall& call, std::string_view node) {
  make_room(call.owner);
  const auto hex = to_hex(context_.runtime.ids.next(context_.now()));
  std::string id{hex.data(), hex.size()};
  ++open_of_[call.owner];
  sessions_.emplace(id,
                    Session{call.owner, in.from.str(), std::string{node}, call.place, context_.runtime.alarms.now()});
  return id;
}

void Commands::make_room(const Name& owner) {
  if (const auto open = open_of_.find(owner); open != open_of_.end() && open->second >= max_open)
    close(std::ranges::find_if(sessions_, [&](const auto& item) { return item.second.owner == owner; }));
  if (sessions_.size() >= max_open_of_all) close(sessions_.begin());
}

void Commands::close(Sessions::iterator session) {
  const auto open = open_of_.find(session->second.owner);
  if (--open->second == 0) open_of_.erase(open);
  sessions_.erase(session);
}

}  // namespace isthmus::xmpp
