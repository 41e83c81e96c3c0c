// Session: what the users' side asks for.
#include <algorithm>
#include <utility>

#include "adapters/irc/charset.hpp"
#include "adapters/irc/ctcp.hpp"
#include "adapters/irc/deeds.hpp"
#include "adapters/irc/nick.hpp"
#include "adapters/irc/outgoing_text.hpp"
#include "adapters/irc/session.hpp"
#include "adapters/irc/timing.hpp"
#include "adapters/irc/translate.hpp"

namespace isthmus::irc {

namespace {

Rejected rejected(Condition condition, Remedy remedy, std::string text) {
  return {{condition, remedy, std::move(text), {}}};
}

Rejected not_joined() { return rejected(Condition::not_acceptable, Remedy::cancel, "You are not on this channel."); }

Rejected link_down() {
  return rejected(Condition::remote_server_timeout, Remedy::wait,
                  "The connection to the network is down; it is being restored.");
}

Rejected too_much() {
  return rejected(Condition::resource_constraint, Remedy::wait, "Too much is waiting for the network already.");
}

}  // namespace

Outcome Session::deliver(EventPtr& event, SteadyTime now) {
  now_ = now;
  if (std::holds_alternative<Message>(event->what)) return deliver_message(event);
  if (std::holds_alternative<Membership>(event->what)) return deliver_change(event);
  if (const auto* info = std::get_if<RoomInfo>(&event->what)) return set_subject(event, *info);
  if (std::holds_alternative<Request>(event->what) || std::holds_alternative<Invitation>(event->what))
    return deliver_request(event);
  if (std::holds_alternative<Watch>(event->what)) return deliver_watch(event);
  if (std::holds_alternative<Typing>(event->what)) return deliver_typing(*event);
  if (std::holds_alternative<Reactions>(event->what)) return deliver_reactions(event);
  if (std::holds_alternative<Retract>(event->what)) return deliver_retraction(event);
  if (std::holds_alternative<Displayed>(event->what)) return deliver_displayed(*event);
  const auto* presence = std::get_if<Presence>(&event->what);
  if (presence != nullptr && event->about.conversation.kind == PlaceKind::network) return set_away(*presence);
  return rejected(Condition::feature_not_implemented, Remedy::cancel, "IRC has no such thing.");
}

void Session::on_refused(const Event& event, const Refusal& why, SteadyTime now) {
  now_ = now;
  const auto* message = std::get_if<Message>(&event.what);
  const auto& about = event.about;
  // A NOTICE is never answered (RFC 2812 §3.3.2), and what was said in a room was heard there.
  const bool is_answerable = message != nullptr && message->style != Style::notice &&
                             about.conversation.kind == PlaceKind::direct && is_nick(about.actor.name);
  if (!is_answerable || phase_ != Phase::up) return;
  send(Urgency::later, "NOTICE", {about.actor.name},
       to_one_line("Your message was not delivered. " + why.text, max_reason));
}

Outcome Session::deliver_change(EventPtr& event) {
  const auto& changes = std::get<Membership>(event->what).changes;
  if (changes.size() == 1 && event->about.conversation.kind == PlaceKind::room) {
    const Change& change = changes.front();
    switch (change.kind) {
      case Change::Kind::join: return join(event, change);
      case Change::Kind::leave: return leave(*event, change);
      case Change::Kind::lost: return lost(*event);
      case Change::Kind::rename: return rename(event, change);
      case Change::Kind::quit:
      case Change::Kind::kick:
      case Change::Kind::standing: break;
    }
  }
  return rejected(Condition::feature_not_implemented, Remedy::cancel, "This change cannot be made on IRC.");
}

Outcome Session::join(EventPtr& event, const Change& change) {
  const Conversation& place = event->about.conversation;
  const std::string_view name = place.native.view();
  if (!is_channel_name(name))
    return rejected(Condition::jid_malformed, Remedy::modify, "This cannot be a channel's name.");
  if (!change.key.empty() && !is_key(change.key))
    return rejected(Condition::not_authorized, Remedy::auth,
                    "A channel's password has no spaces, commas or control characters.");
  if (phase_ == Phase::idle && now_ < paused_until_)
    return rejected(Condition::remote_server_timeout, Remedy::wait,
                    "The network asked us to wait before we connect again.");
  if (wanted_nick_.empty()) wanted_nick_ = change.who.name;

  Channel* channel = find(name);
  if (channel != nullptr && channel->place != place) {
    Rejected other = rejected(Condition::redirect, Remedy::modify,
                              "On this network that is another spelling of a channel you are on.");
    other.why.alternate = channel->place.native.str();
    return other;
  }
  if (channel != nullptr && channel->state == Channel::State::joined) {
    channel->lost_until = never;
    welcome(*channel, event->about.audience);
    return Accepted{};
  }
  if (!has_room_for_wish() || (channel == nullptr && channels_.size() >= Channels::max_channels)) return too_much();
  if (channel == nullptr) channel = &channels_.add(folded(name), place);
  channel->lost_until = never;
  if (!change.key.empty()) channel->set_key(change.key);
  add_wish(Wish::Kind::join, event, channel->folded, never);
  if (channel->state == Channel::State::wanted) {
    if (phase_ == Phase::up) {
      send_join(*channel);
    } else {
      open();
    }
  }
  return Pending{};
}

void Session::send_join(Channel& channel) {
  if (take_offer(channel.name)) {
    // We are there already.
    channel.reset();
    channel.state = Channel::State::syncing;
    send(Urgency::user, "TOPIC", {channel.name});
    channel.due = send(Urgency::user, "NAMES", {channel.name}) + answer_timeout;
    want(channel.due);
    return;
  }
  const SteadyTime sent = channel.key().empty() ? send(Urgency::user, "JOIN", {channel.name})
                                                : send(Urgency::user, "JOIN", {channel.name, channel.key()});
  channel.state = Channel::State::joining;
  channel.due = sent + answer_timeout;
  want(channel.due);
}

Outcome Session::leave(const Event& event, const Change& change) {
  Channel* channel = find(event.about.conversation.native.view());
  if (channel == nullptr || channel->place != event.about.conversation) return Accepted{};
  fail_wishes(Wish::Kind::join, channel->folded,
              {Condition::not_acceptable, Remedy::cancel, "You left before you were on the channel.", {}});
  part(*channel, change.reason);
  close_if_unused(change.reason);
  return Accepted{};
}

void Session::part(Channel& channel, std::string_view reason) {
  const bool asked = channel.state == Channel::State::joining || channel.is_on();
  if (phase_ != Phase::up || channel.state == Channel::State::wanted) {
    channels_.erase(channel);
    return;
  }
  if (!asked) return;  // leaving already
  if (requests_ != nullptr)
    requests_->on_left(view(), channel, {Condition::not_acceptable, Remedy::cancel, "You have left the channel.", {}});
  const std::string text = to_one_line(reason, max_reason);
  const SteadyTime sent =
      text.empty() ? send(Urgency::user, "PART", {channel.name}) : send(Urgency::user, "PART", {channel.name}, text);
  channel.reset();
  channel.known = false;
  channel.lost_until = never;
  channel.state = Channel::State::leaving;
  channel.due = sent + answer_timeout;
  want(channel.due);
}

Outcome Session::lost(const Event& event) {
  Channel* channel = find(event.about.conversation.native.view());
  if (channel != nullptr && channel->place == event.about.conversation) {
    channel->lost_until = now_ + shared_.settings.linger;
    want(channel->lost_until);
  }
  return Accepted{};
}

Outcome Session::rename(EventPtr& event, const Change& change) {
  if (find_joined(event->about.conversation) == nullptr) return not_joined();
  if (phase_ != Phase::up) return link_down();
  const std::string nick =
      irc_nick(change.new_name, std::max<std::size_t>(isupport_->nick_length, 1), NickCharset::utf8);
  if (nick == nick_) return Accepted{};
  if (!has_room_for_wish()) return too_much();
  if (has_wish(Wish::Kind::rename, {})) {
    // One at a time, so that an answer can be told; several rooms of one client may well ask for the same.
    if (!has_wish(Wish::Kind::rename, nick))
      return rejected(Condition::resource_constraint, Remedy::wait, "Another change of nick is on its way.");
    add_wish(Wish::Kind::rename, event, nick, now_ + answer_timeout);
    return Pending{};
  }
  regaining_ = false;
  const SteadyTime sent = send(Urgency::user, "NICK", {nick});
  add_wish(Wish::Kind::rename, event, nick, sent + answer_timeout);
  return Pending{};
}

Outcome Session::set_subject(EventPtr& event, const RoomInfo& wish) {
  if (!wish.subject)
    return rejected(Condition::feature_not_implemented, Remedy::cancel, "IRC channels have a subject only.");
  Channel* channel = find_joined(event->about.conversation);
  if (channel == nullptr) return not_joined();
  if (phase_ != Phase::up || !channel->is_on()) return link_down();
  std::size_t most = text_budget(own_prefix(), "TOPIC", channel->name, 0, isupport_->line_length);
  if (isupport_->topic_length > 0) most = std::min<std::size_t>(most, isupport_->topic_length);
  const std::string text = to_one_line(wish.subject->text, most);
  if (text == channel->subject_text()) {  // servers do not always tell what changes nothing
    emit_subject(*channel, event->about.audience);
    return Accepted{};
  }
  if (requests_ == nullptr) requests_ = std::make_unique<Requests>();
  return requests_->set_subject(view(), event, *channel, text);
}

Outcome Session::deliver_message(EventPtr& event) {
  switch (event->about.conversation.kind) {
    case PlaceKind::room: return say_in_room(event);
    case PlaceKind::direct: return say_to_person(event);
    case PlaceKind::network: return tell_network(event);
    case PlaceKind::gateway: break;
  }
  return rejected(Condition::feature_not_implemented, Remedy::cancel,
                  "Nobody listens here: write to a channel or a nick.");
}

Channel* Session::find_joined(const Conversation& place) {
  Channel* channel = channels_.find(place);
  if (channel == nullptr || channel->state == Channel::State::leaving) return nullptr;
  return channel->is_on() || channel->known ? channel : nullptr;
}

bool Session::is_on(const Conversation& room) {
  const Channel* channel = find_joined(room);
  return channel != nullptr && channel->is_on();
}

Outcome Session::say_in_room(EventPtr& event) {
  const Channel* channel = find_joined(event->about.conversation);
  if (channel == nullptr) return not_joined();
  if (phase_ != Phase::up || !channel->is_on()) return link_down();
  const auto& message = std::get<Message>(event->what);
  const auto modes = message.style == Style::normal ? mode_command(message.text) : std::nullopt;
  if (modes) return tell_modes(event, *channel, *modes);
  return say(event, channel->name);
}

Outcome Session::say(EventPtr& event, std::string_view target) {
  const Message& message = std::get<Message>(event->what);
  const bool action = message.style == Style::action;
  const std::string_view command = message.style == Style::notice ? "NOTICE" : "PRIVMSG";
  const std::size_t budget =
      text_budget(own_prefix(), command, target, action ? action_overhead : 0, isupport_->line_length);
  auto& pieces = shared_.scratch.pieces;
  const TextForm form{charset_of(target), network_->formatting};
  const std::size_t most = shared_.settings.max_lines;
  if (!to_pieces(message, form, budget, most, shared_.scratch.said, pieces))
    return rejected(Condition::policy_violation, Remedy::modify,
                    "The message would be more than " + std::to_string(most) + " lines on IRC; send less at once.");
  if (pieces.empty()) return rejected(Condition::not_acceptable, Remedy::modify, "The message has no text.");
  if (capabilities_.has(Cap::message_tags)) return say_with_tags(event, target, command);
  std::string& out = host_.lines();
  const std::size_t from = out.size();
  for (std::string_view piece : pieces) {
    if (action) {
      shared_.scratch.text.clear();
      append_ctcp(shared_.scratch.text, "ACTION", piece);
      piece = shared_.scratch.text;
    }
    const auto added = append_line(out, command, {target}, piece, {.tags = {}, .max_bytes = isupport_->line_length});
    if (!added) {
      out.resize(from);
      return rejected(Condition::bad_request, Remedy::modify, "The message cannot be written as a line of IRC.");
    }
  }
  remember_said(event->about, target);
  if (PrivateOutbox::wants_proof(*event)) return await_pong(event, from, target, pieces.size());
  if (!host_.sent(event, from)) return too_much();
  return Pending{};
}

void Session::remember_said(const Envelope& about, std::string_view target) {
  const std::string_view key = folded(target);
  auto place = std::ranges::find(said_, key, &Said::target);
  if (place == said_.end() && said_.size() < max_said) {
    place = said_.emplace(said_.end());
  } else if (place == said_.end()) {
    place = std::ranges::min_element(said_, {}, &Said::at);
  }
  // Assigned member by member: strings keep their storage from one message to the next.
  place->target = key;
  place->about = about;
  place->at = now_;
  place->is_refused = false;
}

bool Session::refuse_said(std::string_view target, const std::optional<Refusal>& why) {
  if (why && refuse_private(target, *why)) return true;
  const auto found = std::ranges::find(said_, folded(target), &Said::target);
  if (!why || found == said_.end() || now_ - found->at > answer_timeout) return false;
  // A message of several lines is refused line by line; one answer is enough.
  if (std::exchange(found->is_refused, true)) return true;
  EventPtr event = std::make_unique<Event>();
  event->about = found->about;
  host_.failed(std::move(event), *why);
  return true;
}

void Session::add_wish(Wish::Kind kind, EventPtr& event, std::string_view key, SteadyTime due) {
  wishes_.push_back({kind, std::move(event), std::string{key}, due});
  want(due);
}

void Session::drop_ended_wishes() {
  std::erase_if(wishes_, [](const Wish& wish) { return wish.event == nullptr; });
  if (wishes_.empty()) std::vector<Wish>{}.swap(wishes_);  // most sessions wish for nothing, most of the time
}

bool Session::has_wish(Wish::Kind kind, std::string_view key) const {
  return std::ranges::any_of(wishes_,
                             [&](const Wish& wish) { return wish.kind == kind && (key.empty() || wish.key == key); });
}

void Session::confirm_wishes(Wish::Kind kind, std::string_view key) {
  for (Wish& wish : wishes_)
    if (wish.kind == kind && wish.key == key) host_.confirmed(std::move(wish.event));
  drop_ended_wishes();
}

bool Session::fail_wishes(Wish::Kind kind, std::string_view key, const Refusal& why) {
  bool any = false;
  for (Wish& wish : wishes_) {
    if (wish.kind != kind || (!key.empty() && wish.key != key)) continue;
    any = true;
    host_.failed(std::move(wish.event), why);
  }
  drop_ended_wishes();
  return any;
}

void Session::fail_all_wishes(const Refusal& why) {
  fail_requests(why);
  for (Wish& wish : wishes_) host_.failed(std::move(wish.event), why);
  drop_ended_wishes();
  fail_unanswered(why);
}

}  // namespace isthmus::irc
