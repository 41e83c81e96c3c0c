// IrcAdapter: what users may have done at a network, and at a channel.
#include <utility>

#include "adapters/irc/adapter.hpp"
#include "adapters/irc/identity.hpp"
#include "gateway/archive.hpp"

namespace isthmus::irc {

namespace {

constexpr std::string_view show = "show";
constexpr std::string_view make = "new";
constexpr std::string_view drop = "remove";

Form certificate_form(const CommandCall&) {
  Form form{.title = "Your key pair for this network",
            .instructions = "With it you log in without a password, once the network knows its fingerprint."};
  form.fields.push_back({.name = "action",
                         .label = "Action",
                         .kind = Field::Kind::choice,
                         .value = std::string{show},
                         .options = {{std::string{show}, "show the fingerprint; make one if there is none"},
                                     {std::string{make}, "make a new one in its place"},
                                     {std::string{drop}, "remove it"}}});
  return form;
}

std::string how_to_use(const std::string& identity) {
  const Fingerprints its = fingerprints(identity);
  return "The fingerprint of your certificate is\nSHA-256: " + its.sha256 + "\nSHA-512: " + its.sha512 +
         "\nIt is shown to the network from your next connection on. Tell the network's services of it (mostly: "
         "“CERT ADD” and the fingerprint, to NickServ), and set SASL to EXTERNAL in your settings.";
}

}  // namespace

std::vector<Command> IrcAdapter::commands(const Conversation& place) {
  std::vector<Command> all;
  if (place.kind == PlaceKind::room) {
    all.push_back(
        {.name = "settings",
         .label = "How this channel is for you",
         .form =
             [this](const CommandCall& call) {
               return to_room_form(room_wish(call.owner, call.place), call.place.native.view(), settings_.archive);
             },
         .run = [this](const CommandCall& call, const Form& filled) { return save_room_wish(call, filled); }});
  }
  if (place.kind != PlaceKind::network) return all;
  all.push_back({.name = "settings",
                 .label = "How you are on this network",
                 .form =
                     [this](const CommandCall& call) {
                       const Name& network = call.place.network;
                       return to_form(*accounts_.of(call.owner, network), network.view(), settings_.allows_any_host());
                     },
                 .run = [this](const CommandCall& call, const Form& filled) { return save_account(call, filled); }});
  all.push_back({.name = "certificate",
                 .label = "Your key pair for this network",
                 .form = &certificate_form,
                 .run = [this](const CommandCall& call, const Form& filled) { return set_identity(call, filled); }});
  return all;
}

std::vector<SessionInfo> IrcAdapter::sessions(const Name& owner) const {
  std::vector<SessionInfo> all;
  for (const auto& [key, connection] : connections_)
    if (owner.empty() || key.owner == owner)
      all.push_back({key.owner, key.network, connection->session().description(runtime_.alarms.now())});
  return all;
}

std::size_t IrcAdapter::end_sessions(const Name& owner, const Name& network, std::string_view reason) {
  std::vector<std::shared_ptr<Connection>> ending;  // a session that ends takes its connection out of the table
  for (const auto& [key, connection] : connections_)
    if (key.owner == owner && (network.empty() || key.network == network)) ending.push_back(connection);
  for (const auto& connection : ending) connection->session().leave_network(reason, runtime_.alarms.now());
  return ending.size();
}

void IrcAdapter::forget(const Name& owner) { accounts_.forget(owner); }

CommandOutcome IrcAdapter::save_account(const CommandCall& call, const Form& filled) {
  auto account = to_account(filled, *accounts_.of(call.owner, call.place.network));
  if (auto* problem = std::get_if<FormProblem>(&account)) return std::move(*problem);
  return use_account(call, std::get<Account>(std::move(account)), "Saved.");
}

RoomWish IrcAdapter::room_wish(const Name& owner, const Conversation& room) const {
  const auto account = accounts_.of(owner, room.network);
  const auto found = account->rooms.find(room.native.view());
  return found == account->rooms.end() ? RoomWish{} : found->second;
}

CommandOutcome IrcAdapter::save_room_wish(const CommandCall& call, const Form& filled) {
  const auto& [owner, room] = call;
  const RoomWish before = room_wish(owner, room);
  auto wish = to_room_wish(filled, before);
  if (auto* problem = std::get_if<FormProblem>(&wish)) return std::move(*problem);
  const auto& now = std::get<RoomWish>(wish);
  if (now == before) return CommandDone{"Saved."};
  Account account = *accounts_.of(owner, room.network);
  if (now == RoomWish{}) {
    account.rooms.erase(room.native.str());
  } else if (account.rooms.size() >= max_room_wishes && !account.rooms.contains(room.native.view())) {
    return Refusal{Condition::resource_constraint,
                   Remedy::cancel,
                   "You have set something for " + std::to_string(max_room_wishes) + " channels already.",
                   {}};
  } else {
    account.rooms.insert_or_assign(room.native.str(), now);
  }
  accounts_.set(owner, room.network, std::move(account));
  const auto found = connections_.find(Key{owner, room.network});
  if (found != connections_.end()) found->second->use_account();
  if (now.record != before.record)
    runtime_.archive.switched(owner, room, found != connections_.end() && found->second->session().is_on(room));
  return CommandDone{"Saved."};
}

CommandOutcome IrcAdapter::set_identity(const CommandCall& call, const Form& filled) {
  Account account = *accounts_.of(call.owner, call.place.network);
  const auto action = filled.value("action");
  if (action == drop) {
    account.identity.clear();
    return use_account(call, std::move(account), "Removed.");
  }
  if (account.identity.empty() || action == make) {
    auto identity = make_identity();
    if (!identity) return Refusal{Condition::internal_server_error, Remedy::wait, "No key could be made.", {}};
    account.identity = std::move(*identity);
  }
  std::string text = how_to_use(account.identity);
  return use_account(call, std::move(account), std::move(text));
}

CommandOutcome IrcAdapter::use_account(const CommandCall& call, Account account, std::string text) {
  const Name& network = call.place.network;
  if (account == *accounts_.of(call.owner, network)) return CommandDone{std::move(text)};
  accounts_.set(call.owner, network, std::move(account));
  if (const auto found = connections_.find(Key{call.owner, network}); found != connections_.end()) {
    found->second->use_account();
    text += "\nYou are connected: it counts from your next connection on.";
  }
  return CommandDone{std::move(text)};
}

}  // namespace isthmus::irc
