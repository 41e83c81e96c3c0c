// Session: lines that belong together (https://ircv3.net/specs/extensions/batch, multiline, chathistory).
#include <algorithm>
#include <utility>

#include "adapters/irc/charset.hpp"
#include "adapters/irc/ctcp.hpp"
#include "adapters/irc/formatting.hpp"
#include "adapters/irc/session.hpp"
#include "adapters/irc/timing.hpp"
#include "adapters/irc/translate.hpp"

namespace isthmus::irc {

Batch* Session::batch_around(const Tags& tags, Batch::Kind kind) {
  if (!tags.batch || extensions_ == nullptr || extensions_->batches.empty()) return nullptr;
  return extensions_->batches.around(*tags.batch, kind);
}

void Session::on_batch(const Line& line) {
  const std::string_view reference = line.param(0);
  if (reference.size() < 2) return;
  const std::string_view id = reference.substr(1);
  if (reference.front() == '-') return end_batch(id);
  if (reference.front() != '+') return;
  const Tags tags = read_tags(line.tags);
  std::string buffer;
  Batch* const outer = batch_around(tags, Batch::Kind::labelled);
  std::string label{tags.label ? unescaped_tag(*tags.label, buffer) : std::string_view{}};
  if (label.empty() && outer != nullptr) label = outer->label;
  Batch* const batch = extensions().batches.open(id, line.param(1));
  if (batch == nullptr) {
    host_.count("irc_lines_dropped", "too_many_batches");
    return;
  }
  batch->label = std::move(label);
  if (tags.batch) batch->parent = *tags.batch;
  if (batch->kind == Batch::Kind::history) batch->target = line.param(2);
  if (batch->kind != Batch::Kind::multiline) return;
  batch->message = std::make_unique<Multiline>();
  batch->message->tags = line.tags;
  batch->message->prefix = line.prefix;
  batch->message->target = line.param(2);
}

void Session::end_batch(std::string_view id) {
  if (extensions_ == nullptr) return;
  auto ended = extensions_->batches.close(id);
  if (!ended) return;
  switch (ended->kind) {
    case Batch::Kind::netsplit:
    case Batch::Kind::netjoin: return end_bursts();
    case Batch::Kind::multiline: return end_multiline(*ended);
    case Batch::Kind::labelled:
      // Nothing in it said what became of it: so nothing went wrong.
      if (Labelled* const labelled = extensions_->unanswered.find(ended->label);
          labelled != nullptr && !ended->is_answered)
        answered(*labelled);
      return;
    case Batch::Kind::history: return go_on_with_history(*ended);
    case Batch::Kind::other: return;
  }
}

bool Session::is_collected(const Line& line, const Tags& tags, bool notice) {
  Batch* const batch = extensions_ == nullptr ? nullptr : extensions_->batches.find(*tags.batch);
  if (batch == nullptr || batch->message == nullptr) return false;
  Multiline& message = *batch->message;
  std::string_view text = line.param(1);
  if (message.lines == 0) message.said.style = notice ? Style::notice : Style::normal;
  if (const auto ctcp = parse_ctcp(text); ctcp && is_verb(*ctcp, "ACTION")) {
    message.said.style = Style::action;
    text = ctcp->arguments;
  }
  if (message.lines >= max_multiline_lines || message.said.text.size() + text.size() > max_multiline_bytes) {
    if (!std::exchange(message.is_cut, true)) host_.count("irc_lines_dropped", "multiline_too_long");
    return true;
  }
  if (message.lines > 0 && !tags.concat) message.said.text += '\n';
  append_text(message.said, text, shared_.scratch.text, charset_of(isupport_->channel_of(line.param(0))));
  // We send no digest of blank lines: they are between the pieces.
  if (!text.empty()) message.digest = digest_with(message.digest, text);
  ++message.lines;
  return true;
}

void Session::end_multiline(Batch& batch) {
  Multiline& message = *batch.message;
  std::string head = "@" + message.tags + " :" + message.prefix + " PRIVMSG " + message.target + " :";
  const auto line = parse_line(head);
  if (!line || message.target.empty() || message.said.text.find_first_not_of('\n') == std::string::npos) {
    host_.count("irc_lines_dropped", "malformed");
    return;
  }
  const Tags tags = read_tags(line->tags);
  Labelled* const labelled = batch.label.empty() ? nullptr : extensions_->unanswered.find(batch.label);
  if (labelled != nullptr && is_me(line->nick)) {
    if (Batch* const outer = batch_around(tags, Batch::Kind::labelled); outer != nullptr) outer->is_answered = true;
    return on_echo(*labelled, tags, message.digest, std::move(message.said));
  }
  on_message(*line, tags, std::move(message.said));
}

void Session::note_loss() {
  if (phase_ == Phase::up && capabilities_.has(Cap::chathistory))
    extensions().lost_at = host_.wall_clock() - std::chrono::duration_cast<SystemTime::duration>(now_ - last_heard_);
  lose_watched();
}

void Session::forget_connection() {
  if (extensions_ == nullptr) return;
  extensions_->batches = {};
  extensions_->typing.clear();
  extensions_->backfills.clear();
  extensions_->read_mark.clear();
  extensions_->watches.ask_due = never;
}

void Session::ask_for_history(const Channel& channel) {
  if (!capabilities_.has(Cap::chathistory) || !capabilities_.has(Cap::batch) || !capabilities_.has(Cap::message_tags))
    return;
  const unsigned most = isupport_->chat_history;
  const unsigned wanted = account_->history;
  const SystemTime lost_at = extensions().lost_at;
  const bool is_back = channel.known && lost_at != SystemTime{};
  if (!is_back && wanted == 0) return;
  const unsigned asked = is_back ? std::max(wanted, history_on_join) : wanted;
  const unsigned count = most == 0 ? asked : std::min(most, asked);
  if (!is_back) {
    extensions_->recent.forget(channel.place.native.view());  // whoever comes anew hears all of it
    send(Urgency::later, "CHATHISTORY", {"LATEST", channel.name, "*", std::to_string(count)});
    return;
  }
  // All of the gap, in its order, in as many pieces as the server makes of it.
  extensions_->backfills.push_back({channel.folded, count, most_backfill - std::min(most_backfill, count)});
  send(Urgency::later, "CHATHISTORY",
       {"AFTER", channel.name, "timestamp=" + to_server_time(lost_at - history_overlap), std::to_string(count)});
}

void Session::go_on_with_history(const Batch& batch) {
  auto& all = extensions_->backfills;
  const auto backfill = std::ranges::find(all, folded(batch.target), &Backfill::channel);
  if (backfill == all.end()) return;
  const unsigned count = std::min(backfill->asked, backfill->left);
  const Channel* const channel = find(batch.target);
  if (batch.lines < backfill->asked || count == 0 || batch.last.empty() || channel == nullptr || !channel->is_on()) {
    all.erase(backfill);
    return;
  }
  *backfill = {channel->folded, count, backfill->left - count};
  send(Urgency::later, "CHATHISTORY", {"AFTER", channel->name, batch.last, std::to_string(count)});
}

}  // namespace isthmus::irc
