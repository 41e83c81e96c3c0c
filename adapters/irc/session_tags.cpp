// Session: what message tags say, both ways (https://ircv3.net/specs/extensions/message-tags, client-tags/typing,
// reply, react; extensions/message-redaction, read-marker).
#include <algorithm>
#include <utility>

#include "adapters/irc/charset.hpp"
#include "adapters/irc/nick.hpp"
#include "adapters/irc/session.hpp"
#include "adapters/irc/tag_list.hpp"
#include "adapters/irc/timing.hpp"
#include "adapters/irc/translate.hpp"

namespace isthmus::irc {

namespace {

std::string_view typing_value(Typing::State state) noexcept {
  switch (state) {
    case Typing::State::composing: return "active";
    case Typing::State::paused: return "paused";
    case Typing::State::idle: break;
  }
  return "done";
}

Rejected rejected(Condition condition, Remedy remedy, std::string text) {
  return {{condition, remedy, std::move(text), {}}};
}

Rejected too_much() {
  return rejected(Condition::resource_constraint, Remedy::wait, "Too much is waiting for the network already.");
}

}  // namespace

isthmus::Capabilities Session::capabilities() const {
  isthmus::Capabilities can;
  if (!capabilities_.has(Cap::message_tags)) return can;
  if (isupport_->allows_tag("typing")) can.add(Capability::typing);
  if (capabilities_.has(Cap::read_marker)) can.add(Capability::displayed);
  if (!has_msgids_) return can;  // nothing has a name that one could refer to it by
  const bool replies = isupport_->allows_tag("reply") || isupport_->allows_tag("draft/reply");
  if (replies) can.add(Capability::reply);
  if (replies && isupport_->allows_tag("draft/react")) can.add(Capability::reaction);
  if (capabilities_.has(Cap::message_redaction) && capabilities_.has_echo()) {
    can.add(Capability::retraction);
    can.add(Capability::moderation);
  }
  return can;
}

std::optional<std::string> Session::target_of(const Conversation& place) {
  if (phase_ != Phase::up) return std::nullopt;
  if (place.kind == PlaceKind::direct && is_nick(place.native.view())) return place.native.str();
  if (place.kind != PlaceKind::room) return std::nullopt;
  const Channel* const channel = find_joined(place);
  return channel != nullptr && channel->is_on() ? std::optional{channel->name} : std::nullopt;
}

Rejected Session::no_target(const Conversation& place) {
  if (phase_ != Phase::up)
    return rejected(Condition::remote_server_timeout, Remedy::wait,
                    "The connection to the network is down; it is being restored.");
  if (place.kind == PlaceKind::room)
    return rejected(Condition::not_acceptable, Remedy::cancel, "You are not on this channel.");
  return rejected(Condition::feature_not_implemented, Remedy::cancel, "Nobody listens here.");
}

void Session::send_with_tags(const TagList& tags, Urgency urgency, std::string_view command,
                             std::initializer_list<std::string_view> middle) {
  std::string& line = shared_.scratch.line;
  line.clear();
  if (append_line(line, command, middle, std::nullopt, {.tags = tags.all()})) {
    host_.send(line, urgency);
  } else {
    host_.count("irc_lines_not_sent", "malformed");
  }
}

std::vector<std::string> Session::msgids_of(const MessageRef& ref) const {
  const auto* const own = extensions_ == nullptr ? nullptr : extensions_->own.msgids(ref.id);
  return own != nullptr && !own->empty() ? *own : std::vector<std::string>{ref.id};
}

std::string Session::first_piece(std::string_view msgid) const {
  const auto* const own = extensions_ == nullptr ? nullptr : extensions_->own.msgids(msgid);
  return own != nullptr && !own->empty() ? own->front() : std::string{msgid};
}

MessageRef Session::to_ref(std::string_view msgid, PlaceKind kind) const {
  if (extensions_ == nullptr) return {std::string{msgid}};
  // In a private chat the user's client knows its own id only, in a room everybody knows a message by the server's. One
  // of several lines has that of the first.
  const std::string_view own = kind == PlaceKind::direct ? extensions_->own.client_id(msgid) : std::string_view{};
  return {own.empty() ? first_piece(msgid) : std::string{own}};
}

Outcome Session::deliver_typing(const Event& event) {
  const Typing::State state = std::get<Typing>(event.what).state;
  const Conversation& place = event.about.conversation;
  if (!target_of(place) || !capabilities_.has(Cap::message_tags) || !isupport_->allows_tag("typing")) return Accepted{};
  auto& all = extensions().typing;
  const auto told = std::ranges::find(all, place, &TypingTold::place);
  if (told == all.end() && state == Typing::State::idle) return Accepted{};
  if (told != all.end() && now_ < told->at + typing_pause) {
    if (state != Typing::State::composing) told->again = never;
    return Accepted{};
  }
  if (told != all.end()) all.erase(told);
  if (all.size() >= max_typing_told) all.erase(all.begin());
  TypingTold& now_told = all.emplace_back(TypingTold{.place = place, .state = state, .until = now_ + longest_typing});
  tell_typing(now_told);
  if (state == Typing::State::idle) all.pop_back();
  return Accepted{};
}

void Session::tell_typing(TypingTold& told) {
  told.at = now_;
  told.again = told.state == Typing::State::composing && now_ < told.until ? now_ + typing_again : never;
  want(told.again);
  const auto target = target_of(told.place);
  // It would wait behind others, and be wrong by then. The host's clock has gone on since `now_` was taken.
  if (!target || host_.send({}, Urgency::user) > now_ + typing_pause / 3) return;
  TagList tags;
  tags.add("+typing", typing_value(told.state));
  send_with_tags(tags, Urgency::user, "TAGMSG", {*target});
}

void Session::tick_typing() {
  if (extensions_ == nullptr) return;
  for (TypingTold& told : extensions_->typing)
    if (now_ >= told.again) tell_typing(told);
}

Outcome Session::deliver_reactions(EventPtr& event) {
  const auto& reactions = std::get<Reactions>(event->what);
  const auto target = target_of(event->about.conversation);
  if (!target) return no_target(event->about.conversation);
  if (!capabilities_.has(Cap::message_tags))
    return rejected(Condition::feature_not_implemented, Remedy::cancel, "This network has no reactions.");
  Extensions& more = extensions();
  if (!more.unanswered.has_room()) return too_much();
  const std::string msgid = msgids_of(reactions.target).front();
  const auto difference = more.reactions.replace(msgid, {}, reactions.emoji);
  if (difference.empty()) return Accepted{};
  const auto lines = static_cast<std::uint16_t>(difference.added.size() + difference.removed.size());
  const bool echo = capabilities_.has_echo();
  const std::uint32_t first = echo ? more.unanswered.take_labels(lines) : 0;
  std::uint32_t next = first;
  std::string& out = host_.lines();
  const std::size_t from = out.size();
  bool good = true;
  const auto append = [&](std::string_view key, const std::string& emoji) {
    const std::string label = to_label(next++);
    TagList tags;
    if (echo) tags.add("label", label);
    add_reply(tags, msgid);
    tags.add(key, emoji);
    good = good && append_line(out, "TAGMSG", {*target}, std::nullopt, {.tags = tags.all()}).has_value();
  };
  for (const std::string& emoji : difference.removed) append("+draft/unreact", emoji);
  for (const std::string& emoji : difference.added) append("+draft/react", emoji);
  if (!good) {
    out.resize(from);
    more.reactions.forget(msgid, {});
    return rejected(Condition::item_not_found, Remedy::cancel, "The network knows no such message.");
  }
  if (echo) return await_answers(event, from, first, lines, 0);
  if (!host_.sent(event, from)) return too_much();
  return Pending{};
}

Outcome Session::deliver_retraction(EventPtr& event) {
  const auto& retract = std::get<Retract>(event->what);
  const auto target = target_of(event->about.conversation);
  if (!target) return no_target(event->about.conversation);
  if (!capabilities_.has(Cap::message_redaction) || !capabilities_.has_echo())
    return rejected(Condition::feature_not_implemented, Remedy::cancel, "What was said here cannot be taken back.");
  Unanswered& unanswered = extensions().unanswered;
  if (!unanswered.has_room()) return too_much();
  const std::vector<std::string> msgids = msgids_of(retract.target);  // a long message was said in several lines
  const auto lines = static_cast<std::uint16_t>(msgids.size());
  const std::uint32_t first = unanswered.take_labels(lines);
  const std::string reason = to_one_line(retract.reason, max_reason);
  std::string& out = host_.lines();
  const std::size_t from = out.size();
  for (std::uint32_t i = 0; i < lines; ++i) {
    const std::string label = to_label(first + i);
    TagList tags;
    tags.add("label", label);
    const auto added =
        append_line(out, "REDACT", {*target, msgids[i]},
                    reason.empty() ? std::nullopt : std::optional<std::string_view>{reason}, {.tags = tags.all()});
    if (added) continue;
    out.resize(from);
    return rejected(Condition::item_not_found, Remedy::cancel, "The network knows no such message.");
  }
  return await_answers(event, from, first, lines, 0);
}

Outcome Session::deliver_displayed(const Event& event) {
  const auto& displayed = std::get<Displayed>(event.what);
  const auto target = target_of(event.about.conversation);
  if (!target || !capabilities_.has(Cap::read_marker)) return Accepted{};
  std::optional<SystemTime> at = displayed.at;
  const auto* const known =
      extensions_ == nullptr ? nullptr : extensions_->recent.find(msgids_of(displayed.up_to).front());
  if (known != nullptr) at = known->at;
  if (!at) return Accepted{};  // said too long ago to matter
  const std::string mark = "timestamp=" + to_server_time(*at);
  extensions().read_mark = *target + " " + mark;
  send(Urgency::later, "MARKREAD", {*target, mark});
  return Accepted{};
}

void Session::stamp(const Line& line, const Tags& tags, Envelope& about) {
  Scratch& scratch = shared_.scratch;
  about.actor.name = to_utf8(line.nick, scratch.line);
  if (line.tags.empty()) return;
  if (tags.account) about.actor.account = to_utf8(unescaped_tag(*tags.account, scratch.text), scratch.line);
  if (tags.msgid && tags.msgid->size() <= max_msgid) {
    about.ref = to_utf8(unescaped_tag(*tags.msgid, scratch.text), scratch.line);
    has_msgids_ = has_msgids_ || !about.ref.empty();
  }
  Batch* const history = batch_around(tags, Batch::Kind::history);
  const bool is_history = history != nullptr;
  if (is_history) {
    about.origin = Origin::history;
    ++history->lines;
    if (tags.msgid) {
      history->last = "msgid=" + about.ref;
    } else if (tags.time) {
      history->last.assign("timestamp=").append(*tags.time);
    }
  }
  if (!tags.time) return;
  const auto at = parse_server_time(unescaped_tag(*tags.time, scratch.text));
  if (at && (is_history || std::chrono::abs(about.received_at - *at) > late_after)) about.at = at;
}

bool Session::keeps_recent() const noexcept {
  return capabilities_.has(Cap::chathistory) || capabilities_.has(Cap::message_redaction) ||
         capabilities_.has(Cap::read_marker);
}

bool Session::note_recent(const Conversation& place, std::string_view msgid, std::string_view nick, SystemTime at) {
  return !keeps_recent() || extensions().recent.add(msgid, folded(nick), place.native.view(), at);
}

bool Session::is_news(const Line& line, const Tags& tags, const Envelope& about) {
  if (about.ref.empty() || !keeps_recent()) return true;
  const auto time =
      tags.time ? parse_server_time(unescaped_tag(*tags.time, shared_.scratch.text)) : std::optional<SystemTime>{};
  if (note_recent(about.conversation, about.ref, line.nick, time.value_or(about.received_at))) return true;
  if (about.origin != Origin::history) return true;
  host_.count("irc_lines_dropped", "told_before");
  return false;
}

std::optional<Conversation> Session::place_of(const Line& line, std::string_view target) {
  if (is_from_server(line)) return std::nullopt;
  const std::string_view name = isupport_->channel_of(target);
  if (isupport_->is_channel(name)) {
    const Channel* const channel = find(name);
    return channel != nullptr && channel->is_on() ? std::optional{channel->place} : std::nullopt;
  }
  if (is_me(target)) return shared_.addresses.direct(place_.network, line.nick);
  return is_ours(line) ? std::optional{shared_.addresses.direct(place_.network, target)} : std::nullopt;
}

void Session::emit_in(Channel* channel, EventPtr event) {
  if (channel == nullptr || channel->state == Channel::State::joined) {
    host_.emit(std::move(event));
    return;
  }
  std::vector<EventPtr>& held = channel->seldom.get().held;
  if (held.size() < max_held_messages)
    held.push_back(std::move(event));
  else
    host_.count("irc_lines_dropped", "too_many_held");
}

void Session::on_tagmsg(const Line& line) {
  const Tags tags = read_tags(line.tags);
  const auto place = place_of(line, line.param(0));
  if (!place || on_reaction(line, tags, *place, {}) || !tags.typing) return;
  if (is_ours(line) || batch_around(tags, Batch::Kind::history) != nullptr) return;
  EventPtr event = host_.event(*place);
  stamp(line, tags, event->about);
  const std::string_view value = *tags.typing;
  event->what = Typing{value == "active"   ? Typing::State::composing
                       : value == "paused" ? Typing::State::paused
                                           : Typing::State::idle};
  Channel* const channel = place->kind == PlaceKind::room ? find(place->native.view()) : nullptr;
  if (channel == nullptr || channel->state == Channel::State::joined) host_.emit(std::move(event));
}

bool Session::on_reaction(const Line& line, const Tags& tags, const Conversation& place, std::string_view text) {
  if ((!tags.react && !tags.unreact) || !tags.reply || tags.reply->size() > max_msgid) return false;
  std::string buffer;
  std::string utf8;
  const std::string emoji{to_utf8(unescaped_tag(tags.react ? *tags.react : *tags.unreact, buffer), utf8)};
  const std::string msgid = first_piece(unescaped_tag(*tags.reply, buffer));
  const std::string sender{is_ours(line) ? std::string_view{} : folded(line.nick)};
  const auto* const all = extensions().reactions.change(msgid, sender, emoji, tags.react.has_value());
  if (all == nullptr) {
    host_.count("irc_lines_dropped", "reaction");
  } else {
    EventPtr event = host_.event(place);
    stamp(line, tags, event->about);
    if (!text.empty() && text != emoji) event->about.ref.clear();  // that is the message's
    event->what = Reactions{to_ref(msgid, place.kind), *all};
    emit_in(place.kind == PlaceKind::room ? find(place.native.view()) : nullptr, std::move(event));
  }
  return text.empty() || text == emoji;  // else words came with it
}

bool Session::is_moderated(const Line& line, std::string_view msgid, const Channel& channel) {
  if (const auto* const known = extensions_ == nullptr ? nullptr : extensions_->recent.find(msgid); known != nullptr)
    return !Recent::is_by(*known, folded(line.nick));
  // The server lets authors and moderators do this: whoever has no standing is the author.
  const auto actor = channel.occupants.find(folded(line.nick));
  return actor == channel.occupants.end() || standing(*isupport_, actor->second.ranks, false).role == Role::moderator;
}

void Session::on_redact(const Line& line) {
  const std::string_view msgid = line.param(1);
  const auto place = place_of(line, line.param(0));
  if (!place || msgid.empty() || msgid.size() > max_msgid) {
    host_.count("irc_lines_dropped", "redaction");
    return;
  }
  Channel* const channel = place->kind == PlaceKind::room ? find(place->native.view()) : nullptr;
  EventPtr event = host_.event(*place);
  stamp(line, read_tags(line.tags), event->about);
  event->about.ref.clear();
  Retract retract{to_ref(msgid, place->kind), channel != nullptr && is_moderated(line, msgid, *channel), {}};
  retract.reason = plain_text(line.param(2), shared_.scratch.text);
  event->what = std::move(retract);
  emit_in(channel, std::move(event));
}

void Session::on_markread(const Line& line) {
  constexpr std::string_view key = "timestamp=";
  const std::string_view target = line.param(0);
  const std::string_view mark = line.param(1);
  if (!mark.starts_with(key)) return;  // "*": nothing was read yet
  const auto at = parse_server_time(mark.substr(key.size()));
  if (!at || (extensions_ != nullptr && extensions_->read_mark == std::string{target}.append(" ").append(mark))) return;
  Channel* const channel = find(target);
  const bool is_room = isupport_->is_channel(target);
  if (is_room && (channel == nullptr || !channel->is_on())) return;
  EventPtr event = host_.event(is_room ? channel->place : shared_.addresses.direct(place_.network, target));
  event->about.actor.name = to_utf8(nick_, shared_.scratch.text);
  event->what = Displayed{{}, at};
  emit_in(channel, std::move(event));
}

void Session::on_fail(const Line& line) {
  if (requests_ != nullptr && requests_->on_reply(view(), line)) return;
  const std::string_view command = line.param(0);
  const auto why = refusal(line, Asked::command);
  if (Channel* const channel = command == "JOIN" ? joining_of(line) : nullptr; channel != nullptr)
    return refuse_channel(*channel, *why);
  if (command == "NICK" && fail_wishes(Wish::Kind::rename, {}, *why)) return;
  // Without labels it can only be about what was said last.
  const bool is_about_message =
      command == "PRIVMSG" || command == "NOTICE" || command == "TAGMSG" || command == "BATCH" || command == "REDACT";
  if (is_about_message && !said_.empty() && refuse_said(std::ranges::max_element(said_, {}, &Said::at)->target, why))
    return;
  if (command == "CHATHISTORY" || command == "MARKREAD") {  // nobody asked for it in so many words
    host_.count("irc_lines_dropped", "extension_refused");
    return;
  }
  notice_in(place_, numeric_text(line));
}

}  // namespace isthmus::irc
