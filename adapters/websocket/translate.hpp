#pragma once
// The gateway's model as records for clients, and what clients say as the model. Pure.
#include <optional>
#include <string>
#include <string_view>

#include "adapters/websocket/frames.hpp"
#include "adapters/websocket/record.hpp"
#include "adapters/websocket/value_rules.hpp"
#include "gateway/model/event.hpp"

namespace isthmus::websocket {

/// Who says something where, and when.
struct Saying {
  std::string id;    // 32 hexadecimal digits
  std::string from;  // "ws:plant"
  std::string nick;
  SystemTime time;
};

/// What somebody said or did, for clients; nullopt for what has no form there (questions, states of links). References
/// are ids of ours already.
std::optional<Record> to_record(const Payload& what, const Saying& saying);
/// A value that was stated in the channel `saying.from`; `of` is the id of the message that said so.
Record to_record(const NamedValue& value, const Saying& saying, std::string_view of);
/// A value of another network, that `message` shows as text; `is_past`: it was kept there, and is no news.
Record value_record(const Message& message, const Saying& saying, bool is_past);
/// How the link to the place `saying.from` stands. The last one is kept, as values are.
Record link_record(const LinkState& state, const Saying& saying);
/// What a client says, as another network's value, which does not know yet where it is answered; nullopt for what is
/// none.
std::optional<Message> to_value(const Say& say);
/// Somebody has come ("online") or gone ("offline").
Record presence_record(std::string_view state, const Saying& saying);

/// What a client says, as the users' side hears it. `name` is what follows the channel in the address, e.g. "temp".
Payload to_payload(const Say& say, std::string_view name);
/// The value that a client states outright, if it does.
std::optional<NamedValue> stated_value(const Say& say, std::string_view name);

}  // namespace isthmus::websocket
