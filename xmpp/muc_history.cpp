// What was said in a room before a client entered it.
#include <algorithm>
#include <memory>
#include <unordered_set>
#include <utility>

#include "gateway/archive.hpp"
#include "xmpp/message_writer.hpp"
#include "xmpp/muc.hpp"
#include "xmpp/muc_writer.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::size_t usual_history = 50;  // messages, for a client that does not say how many it wants
constexpr std::size_t most_history = 500;

/// What counts against a wish for so many characters of history.
std::size_t length_of(const Payload& what) {
  if (const auto* message = std::get_if<Message>(&what)) return message->text.size();
  const auto* edit = std::get_if<Edit>(&what);
  return edit != nullptr ? edit->now.text.size() : 0;
}

/// The newest of `rows` that `wish` allows: from where on.
std::size_t first_wanted(const std::vector<Archived>& rows, const HistoryWish& wish) {
  std::size_t characters = 0;
  std::size_t first = rows.size();
  while (first > 0) {
    characters += length_of(rows[first - 1].what);
    if (wish.max_chars && characters > *wish.max_chars) break;
    --first;
  }
  return first;
}

}  // namespace

void Muc::enter_with_history(EventPtr join, Room& room, Occupant& occupant) {
  const auto& archive = context_.runtime.archive;
  const bool wants_any = !occupant.history ||
                         (occupant.history->max_stanzas.value_or(1) > 0 && occupant.history->max_chars.value_or(1) > 0);
  if (!wants_any || !archive.is_kept(room.place)) return context_.runtime.router.emit(std::move(join));
  if (!occupant.history) occupant.history = std::make_unique<HistoryWish>();
  auto& wish = *occupant.history;
  wish.is_asked = true;
  ArchiveQuery query;
  query.max = std::min(wish.max_stanzas.value_or(usual_history), most_history);
  query.before = "";
  if (wish.since) query.from = std::max(Position{0}, position_at(*wish.since));
  // The answer comes back before the foreign side is asked: what is said in between is kept for the client (backlog).
  const auto held = std::make_shared<EventPtr>(std::move(join));
  context_.runtime.archive.read(room.owner, room.place, std::move(query),
                                [this, held](ArchiveAnswer found) { on_history(std::move(*held), std::move(found)); });
}

void Muc::on_history(EventPtr join, ArchiveAnswer found) {
  auto* room = context_.rooms.find(join->about.owner, join->about.conversation);
  auto* occupant = room != nullptr ? room->find(join->about.audience) : nullptr;
  if (occupant == nullptr || !occupant->history) return;  // it has left again
  occupant->history->is_asked = false;
  if (found) occupant->history->rows = std::move(found->rows);
  context_.runtime.router.emit(std::move(join));
  context_.runtime.router.settle();
}

void Muc::tell_history(Room& room, Occupant& occupant) {
  std::unordered_set<std::string> told;
  if (occupant.history) {
    const auto rows = std::exchange(occupant.history->rows, {});
    for (auto at = first_wanted(rows, *occupant.history); at < rows.size(); ++at) {
      tell_archived(room, occupant, rows[at]);
      told.insert(rows[at].id);
    }
  }
  tell_backlog(room, occupant, told);
}

void Muc::tell_archived(const Room& room, const Occupant& occupant, const Archived& row) {
  const auto speaker = context_.occupant_ids.speaker(room.jid, row.sender, row.account);
  const Content content{row.what, {.room = room.jid, .actor = row.sender, .occupant = speaker.occupant}};
  if (content.is_empty()) return;
  const auto said = to_room_message(row, content, speaker);
  send(*room.domain, context_.runtime.counters,
       [&](StanzaWriter& out) { write_groupchat(out, occupant.head, room.jid, said); });
}

void Muc::tell_backlog(Room& room, const Occupant& occupant, const std::unordered_set<std::string>& told) {
  if (!room.seldom) return;
  const HistoryWish none;
  const HistoryWish& wish = occupant.history ? *occupant.history : none;
  const auto& backlog = room.seldom->backlog;
  std::size_t characters = 0;
  std::size_t first = backlog.size();
  while (first > 0) {  // the newest that the wish allows
    const auto& event = *backlog[first - 1];
    characters += length_of(event.what);
    if (wish.max_stanzas && backlog.size() - first >= *wish.max_stanzas) break;
    if (wish.max_chars && characters > *wish.max_chars) break;
    if (wish.since && event.about.received_at < *wish.since) break;
    --first;
  }
  for (; first < backlog.size(); ++first) {
    const auto& event = *backlog[first];
    if (told.contains(std::string{Ref{event}.view()})) continue;
    tell(event, room, &occupant, event.about.at.value_or(event.about.received_at));
  }
}

}  // namespace isthmus::xmpp
