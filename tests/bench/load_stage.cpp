#include "tests/bench/load_stage.hpp"

#include "tests/bench/load_names.hpp"

namespace isthmus::bench {

Stage::Stage(std::size_t users, bool one_channel, std::size_t crowd)
    : one_channel_(one_channel),
      users_(users),
      xmpp(loop, [this](const Stanza& stanza) { on_stanza(stanza); }),
      irc(loop, crowd,
          [this](std::size_t user, std::string_view target, std::string_view text) { on_line(user, target, text); }),
      to_irc(users),
      reflections(users),
      to_xmpp(users) {
  for (std::size_t i = 0; i < users; ++i) {
    const std::string room = room_jid(channel_of(i));
    users_[i].message_head = "<message from='" + jid_of(i) + "' to='" + room + "' type='groupchat' id='m";
    users_[i].reflected_from = room + "/" + nick_of(i);
    users_[i].foreign_from = room + "/" + std::string{foreign_nick};
    channel_names_.push_back(channel_name(i));
  }
}

void Stage::join(std::size_t user) {
  users_[user].asked_to_join = now();
  xmpp.send("<presence from='" + jid_of(user) + "' to='" + users_[user].reflected_from +
            "'><x xmlns='http://jabber.org/protocol/muc'/></presence>");
}

void Stage::speak(std::size_t user) {
  const std::size_t number = to_irc.next_number(user);
  scratch_ = users_[user].message_head;
  scratch_.append(std::to_string(number)).append("'><body>");
  append_body(scratch_, channel_of(user), number);
  scratch_ += "</body></message>";
  xmpp.send(scratch_);
  const Nanoseconds at = now();
  to_irc.add_sent(user, at);
  reflections.add_sent(user, at);
}

void Stage::answer(std::size_t channel) {
  const std::size_t begin = channel;
  const std::size_t end = one_channel_ ? users_.size() : channel + 1;
  scratch_ = ":friend!friend@client.example PRIVMSG ";
  scratch_.append(channel_names_[channel]).append(" :");
  append_body(scratch_, channel, to_xmpp.next_number(begin));
  scratch_ += "\r\n";
  const Nanoseconds at = now();
  for (std::size_t user = begin; user < end; ++user) {
    irc.send(user, scratch_);
    to_xmpp.add_sent(user, at);
  }
}

void Stage::on_stanza(const Stanza& stanza) {
  if (stanza.type == "error") {
    if (errors_++ == 0) first_error_ = stanza.text;
    return;
  }
  const auto user = user_of(stanza.to);
  if (!user || *user >= users_.size()) return;
  if (stanza.name == "presence") return on_presence(*user, stanza);
  if (stanza.type != "groupchat") return;
  const std::string_view body = stanza.body();
  if (body.empty()) return;  // the subject
  const User& receiver = users_[*user];
  if (stanza.from == receiver.foreign_from) {
    to_xmpp.add_arrived(*user, channel_of(*user), body, loop.turn_began());
  } else if (stanza.from == receiver.reflected_from) {
    reflections.add_arrived(*user, channel_of(*user), body, loop.turn_began());
  } else if (stanza.from.find('/') != std::string_view::npos) {
    to_xmpp.add_corrupted();  // an occupant who never spoke; what the room itself says is the gateway's affair
  }
}

void Stage::on_presence(std::size_t index, const Stanza& presence) {
  if (!presence.type.empty()) return;
  ++occupants_seen_;
  User& user = users_[index];
  if (user.joined || presence.from != user.reflected_from) return;
  if (!presence.has("code='110'") && !presence.has("code=\"110\"")) return;
  user.joined = true;
  join_latencies_.push_back(loop.turn_began() - user.asked_to_join);
}

void Stage::on_line(std::size_t user, std::string_view target, std::string_view text) {
  if (user >= users_.size() || target != channel_names_[channel_of(user)]) return to_irc.add_corrupted();
  to_irc.add_arrived(user, channel_of(user), text, loop.turn_began());
}

}  // namespace isthmus::bench
