// Session: what was sent under labels, and what became of it (https://ircv3.net/specs/extensions/labeled-response,
// echo-message, draft/multiline).
#include <algorithm>
#include <utility>

#include "adapters/irc/charset.hpp"
#include "adapters/irc/ctcp.hpp"
#include "adapters/irc/formatting.hpp"
#include "adapters/irc/session.hpp"
#include "adapters/irc/tag_list.hpp"
#include "adapters/irc/timing.hpp"
#include "adapters/irc/translate.hpp"

namespace isthmus::irc {

namespace {

constexpr std::string_view batch_reference = "m";  // one batch of ours is open at a time

/// The line breaks between two pieces of one text.
std::size_t breaks_between(std::string_view before, std::string_view after) noexcept {
  const std::string_view gap{before.data() + before.size(), after.data()};
  return static_cast<std::size_t>(std::ranges::count(gap, '\n'));
}

/// Should whoever said it say it again: it may have arrived.
EventPtr maybe_repeated(EventPtr event) {
  event->about.origin = Origin::replay;
  return event;
}

}  // namespace

Outcome Session::say_with_tags(EventPtr& event, std::string_view target, std::string_view command) {
  const Message& message = std::get<Message>(event->what);
  const auto& pieces = shared_.scratch.pieces;
  const bool echo = capabilities_.has_echo();
  if (echo && !extensions().unanswered.has_room())
    return Rejected{{Condition::resource_constraint, Remedy::wait, "Too much waits for the network's answer.", {}}};
  const bool batch = fits_in_batch(message);
  const auto lines = static_cast<std::uint16_t>(batch ? 1 : pieces.size());
  const std::uint32_t label = echo ? extensions().unanswered.take_labels(lines) : 0;
  const std::size_t from = host_.lines().size();
  if (batch ? !append_batch(*event, target, command, label) : !append_lines(*event, target, command, label)) {
    host_.lines().resize(from);
    return Rejected{{Condition::bad_request, Remedy::modify, "The message cannot be written as a line of IRC.", {}}};
  }
  if (extensions_ != nullptr)
    std::erase_if(extensions_->typing, [&](const TypingTold& told) { return told.place == event->about.conversation; });
  if (echo) {
    std::uint64_t digest = 0;
    for (const std::string_view piece : pieces) digest = digest_with(digest, piece);
    return await_answers(event, from, label, lines, digest);
  }
  remember_said(event->about, target);
  if (PrivateOutbox::wants_proof(*event)) return await_pong(event, from, target, pieces.size());
  if (!host_.sent(event, from))
    return Rejected{{Condition::resource_constraint, Remedy::wait, "Too much is waiting for the network already.", {}}};
  return Pending{};
}

bool Session::append_lines(const Event& event, std::string_view target, std::string_view command, std::uint32_t label) {
  const Message& message = std::get<Message>(event.what);
  const std::string reply = message.reply ? msgids_of(message.reply->to).front() : std::string{};
  std::string labelled;
  for (std::string_view piece : shared_.scratch.pieces) {
    TagList tags;
    if (label != 0) tags.add("label", labelled = to_label(label++));
    // What is answered is answered by the whole message: its first line says so.
    const bool is_first = piece.data() == shared_.scratch.pieces.front().data();
    if (!reply.empty() && is_first) add_reply(tags, reply);
    if (is_first) add_repeated(tags, event);
    if (message.style == Style::action) {
      shared_.scratch.text.clear();
      append_ctcp(shared_.scratch.text, "ACTION", piece);
      piece = shared_.scratch.text;
    }
    const auto added =
        append_line(host_.lines(), command, {target}, piece, {.tags = tags.all(), .max_bytes = isupport_->line_length});
    if (!added) return false;
  }
  return true;
}

void Session::add_reply(TagList& tags, std::string_view msgid) const {
  // The tag was a draft for long: clients of both times are about.
  if (isupport_->allows_tag("reply")) tags.add("+reply", msgid);
  if (isupport_->allows_tag("draft/reply")) tags.add("+draft/reply", msgid);
}

void Session::add_repeated(TagList& tags, const Event& event) const {
  if (event.about.origin != Origin::replay || !isupport_->allows_tag("isthmus/repeated")) return;
  const auto id = to_hex(event.about.id);
  std::string& text = shared_.scratch.line;  // the tags only look at it
  text.assign(id.data(), id.size());
  tags.add("+isthmus/repeated", text);
}

bool Session::fits_in_batch(const Message& message) const {
  const MultilineLimits limits = capabilities_.multiline();
  const auto& pieces = shared_.scratch.pieces;
  if (pieces.size() < 2 || limits.max_bytes == 0 || message.style == Style::action) return false;
  std::size_t bytes = pieces.front().size();
  std::size_t lines = 1;
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    const std::size_t breaks = breaks_between(pieces[i - 1], pieces[i]);
    lines += std::max<std::size_t>(breaks, 1);
    bytes += breaks + pieces[i].size();
  }
  return lines <= limits.max_lines && bytes <= limits.max_bytes;
}

bool Session::append_batch(const Event& event, std::string_view target, std::string_view command, std::uint32_t label) {
  const Message& message = std::get<Message>(event.what);
  const std::string reply = message.reply ? msgids_of(message.reply->to).front() : std::string{};
  const std::string labelled = to_label(label);
  std::string& out = host_.lines();
  TagList opening;
  if (label != 0) opening.add("label", labelled);
  if (!reply.empty()) add_reply(opening, reply);
  add_repeated(opening, event);
  bool good = append_line(out, "BATCH", {std::string{"+"}.append(batch_reference), "draft/multiline", target},
                          std::nullopt, {.tags = opening.all()})
                  .has_value();
  const std::string_view* before = nullptr;
  const auto append = [&](std::string_view text, bool is_continued) {
    TagList tags;
    tags.add("batch", batch_reference);
    if (is_continued) tags.add("draft/multiline-concat");
    const auto added =
        append_line(out, command, {target}, text, {.tags = tags.all(), .max_bytes = isupport_->line_length});
    good = good && added.has_value();
  };
  for (const std::string_view& piece : shared_.scratch.pieces) {
    const std::size_t breaks = before == nullptr ? 1 : breaks_between(*before, piece);
    for (std::size_t blank = 1; blank < breaks; ++blank) append({}, false);
    append(piece, breaks == 0);
    before = &piece;
  }
  return good && append_line(out, "BATCH", {std::string{"-"}.append(batch_reference)}).has_value();
}

Outcome Session::await_answers(EventPtr& event, std::size_t from, std::uint32_t first, std::uint16_t lines,
                               std::uint64_t digest) {
  EventPtr nobody;  // the answers confirm it, not the write
  if (!host_.sent(nobody, from))
    return Rejected{{Condition::resource_constraint, Remedy::wait, "Too much is waiting for the network already.", {}}};
  const SteadyTime leaves = host_.send({}, Urgency::user);
  const SteadyTime due = leaves + answer_timeout;
  extensions().unanswered.add(
      {.event = std::move(event), .first = first, .lines = lines, .due = due, .digest = digest});
  want(due);
  return Pending{};
}

bool Session::on_labelled(const Line& line) {
  Unanswered& unanswered = extensions_->unanswered;
  if (unanswered.empty()) return false;
  const Tags tags = read_tags(line.tags);
  std::string buffer;
  std::string_view label = tags.label ? unescaped_tag(*tags.label, buffer) : std::string_view{};
  Batch* const batch = label.empty() ? batch_around(tags, Batch::Kind::labelled) : nullptr;
  if (batch != nullptr && !batch->is_answered) label = batch->label;
  Labelled* const labelled = label.empty() ? nullptr : unanswered.find(label);
  if (labelled == nullptr || line.command == "BATCH") return false;

  const bool is_said = line.command == "PRIVMSG" || line.command == "NOTICE" || line.command == "TAGMSG";
  const bool is_direct = labelled->event != nullptr && labelled->event->about.conversation.kind == PlaceKind::direct;
  if (const auto why = refusal(line, is_direct ? Asked::direct : Asked::message)) {
    if (batch != nullptr) batch->is_answered = true;
    refused(*labelled, *why);
    return true;
  }
  if (line.command == "ACK") {
    answered(*labelled);
    return true;
  }
  if (!(is_said || line.command == "REDACT") || !is_me(line.nick)) return false;
  if (is_said && batch_around(tags, Batch::Kind::multiline) != nullptr) return false;  // its end is the answer
  if (batch != nullptr) batch->is_answered = true;
  Message relayed;
  std::string_view text = is_said ? line.param(1) : std::string_view{};
  if (const auto ctcp = parse_ctcp(text); ctcp && is_verb(*ctcp, "ACTION")) {
    relayed.style = Style::action;
    text = ctcp->arguments;
  }
  append_text(relayed, text, shared_.scratch.text, charset_of(isupport_->channel_of(line.param(0))));
  on_echo(*labelled, tags, digest_with(labelled->echoed, text), std::move(relayed));
  return true;
}

void Session::on_echo(Labelled& labelled, const Tags& tags, std::uint64_t digest, Message relayed) {
  labelled.echoed = digest;
  if (labelled.answered > 0) put_before(relayed, labelled.relayed);
  labelled.relayed = std::move(relayed);
  if (labelled.event != nullptr) {
    std::string buffer;
    if (tags.msgid) labelled.msgids.emplace_back(unescaped_tag(*tags.msgid, buffer));
    const auto time = tags.time ? parse_server_time(unescaped_tag(*tags.time, buffer)) : std::nullopt;
    const SystemTime seen = host_.wall_clock();
    if (time && labelled.answered == 0 && std::chrono::abs(seen - *time) > late_after) labelled.at = time;
    if (tags.msgid) note_recent(labelled.event->about.conversation, labelled.msgids.back(), nick_, time.value_or(seen));
  }
  answered(labelled);
}

void Session::remember_ids(const Envelope& about, const std::vector<std::string>& msgids) {
  // What was said in a room in one line is known there by the id that the server gave it, to everybody.
  const bool is_room = about.conversation.kind == PlaceKind::room;
  if (is_room && msgids.size() == 1) return;
  host_.remember(ids_of(about, msgids));
}

void Session::on_recalled(std::vector<StoredIds> all) {
  if (all.empty()) return;
  OwnMessages& own = extensions().own;
  for (StoredIds& ids : all)
    if (!ids.pieces.empty() && own.msgids(ids.pieces.front()) == nullptr) own.add(std::move(ids));
}

void Session::answered(Labelled& labelled) {
  if (++labelled.answered < labelled.lines) return;
  Labelled done = extensions_->unanswered.take(labelled);
  if (done.event == nullptr) return;
  if (auto* message = std::get_if<Message>(&done.event->what)) {
    Envelope& about = done.event->about;
    if (!done.msgids.empty()) {
      has_msgids_ = true;
      about.ref = done.msgids.front();
      remember_ids(about, done.msgids);
      extensions_->own.add(about, std::move(done.msgids));
    }
    if (done.at) about.at = done.at;
    if (!done.relayed.text.empty() && done.echoed != done.digest) {
      message->text = std::move(done.relayed.text);
      message->spans = std::move(done.relayed.spans);
    }
  }
  host_.confirmed(std::move(done.event));
}

void Session::refused(Labelled& labelled, const Refusal& why) {
  EventPtr event = std::move(labelled.event);  // the rest of its lines may still be answered
  if (++labelled.answered >= labelled.lines) extensions_->unanswered.take(labelled);
  if (event == nullptr) return;
  if (const auto* reactions = std::get_if<Reactions>(&event->what))
    for (const std::string& msgid : msgids_of(reactions->target)) extensions_->reactions.forget(msgid, {});
  host_.failed(std::move(event), why);
}

void Session::fail_unanswered(const Refusal& why) {
  if (extensions_ == nullptr) return;
  Refusal unknown{Condition::remote_server_timeout, Remedy::wait, why.text + " It may not have arrived.", {}};
  for (Labelled& labelled : extensions_->unanswered.take_all())
    if (labelled.event != nullptr) host_.failed(maybe_repeated(std::move(labelled.event)), unknown);
}

void Session::confirm_unanswered() {
  if (extensions_ == nullptr) return;
  for (Labelled& labelled : extensions_->unanswered.take_all())
    if (labelled.event != nullptr) host_.confirmed(std::move(labelled.event));
}

void Session::tick_unanswered() {
  if (extensions_ == nullptr) return;
  while (auto labelled = extensions_->unanswered.take_due(now_)) {
    if (labelled->event == nullptr) continue;
    host_.count("irc_wishes_failed", "timeout");
    host_.failed(maybe_repeated(std::move(labelled->event)),
                 {Condition::remote_server_timeout,
                  Remedy::wait,
                  "The network did not say what became of it; it may not have arrived.",
                  {}});
  }
}

}  // namespace isthmus::irc
