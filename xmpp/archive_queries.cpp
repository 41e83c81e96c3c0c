#include "xmpp/archive_queries.hpp"

#include <algorithm>
#include <utility>

#include "gateway/archive.hpp"
#include "xmpp/message_writer.hpp"
#include "xmpp/muc_writer.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/result_set.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

bool is_request(const Incoming& in, const char* name, pugi::xml_node& found) {
  found = child(in.element, ns::archive, name);
  return static_cast<bool>(found);
}

/// True when there is nothing beyond the page, in the direction in which it was asked for.
bool is_complete(const ArchiveQuery& query, const ArchivePage& page) {
  if (page.total == 0) return true;
  if (query.max == 0) return false;
  if (page.rows.empty()) return true;
  return query.before ? page.first == 0 : page.first + page.rows.size() >= page.total;
}

}  // namespace

void ArchiveQueries::refuse(const Asked& asked, const Refusal& why) {
  context_.runtime.counters.add("refused", to_text(why.condition));
  send(*asked.domain, context_.runtime.counters,
       [&](StanzaWriter& out) { write_error(out, "iq", asked.reply(), why); });
}

bool ArchiveQueries::on_request(const Incoming& in, const Name& owner, const Conversation& place) {
  const bool has_archive = place.kind == PlaceKind::room || place.kind == PlaceKind::direct;
  if (!has_archive || in.to.is_full()) return false;
  pugi::xml_node element;
  const bool is_query = is_request(in, "query", element);
  pugi::xml_node metadata;
  const bool is_metadata = is_request(in, "metadata", metadata) && in.type == "get";
  if (!is_query && !is_metadata) return false;
  if (!context_.runtime.archive.is_kept(place)) return false;
  Asked asked{&in.domain, owner, place, in.from.str(), in.to.str(), std::string{in.id}};
  if (is_metadata) {
    on_metadata(std::move(asked));
  } else if (in.type == "set") {
    on_query(std::move(asked), in, element);
  } else {
    send(in.domain, context_.runtime.counters, [&](StanzaWriter& out) { write_archive_form(out, asked.reply()); });
  }
  return true;
}

void ArchiveQueries::ask(const Asked& asked, const ArchiveQuery& query,
                         std::function<void(const ArchivePage&)> answer) {
  auto& open = open_[asked.owner];
  if (open >= max_open) {
    return refuse(asked, {Condition::resource_constraint,
                          Remedy::wait,
                          "Too many queries of yours wait for the archive; ask again later.",
                          {}});
  }
  ++open;
  context_.runtime.archive.read(asked.owner, asked.place, query,
                                [this, asked, answer = std::move(answer)](const ArchiveAnswer& found) {
                                  if (--open_[asked.owner] == 0) open_.erase(asked.owner);
                                  if (!found) return refuse(asked, found.error());
                                  answer(*found);
                                });
}

void ArchiveQueries::on_query(Asked asked, const Incoming& in, pugi::xml_node query) {
  auto wish = read_archive_wish(in, asked.owner.view(), asked.place, query);
  if (!wish) return refuse(asked, wish.error());
  if (wish->gives_nothing) return answer_page(asked, *wish, {});
  const ArchiveQuery wanted = wish->query;
  ask(asked, wanted,
      [this, asked, wish = std::move(*wish)](const ArchivePage& page) { answer_page(asked, wish, page); });
}

void ArchiveQueries::answer_page(const Asked& asked, const ArchiveWish& wish, const ArchivePage& page) {
  const auto write = [&](const Archived& row) { write_row(asked, wish.query_id, row); };
  if (wish.is_flipped) {
    std::for_each(page.rows.rbegin(), page.rows.rend(), write);
  } else {
    std::ranges::for_each(page.rows, write);
  }
  send(*asked.domain, context_.runtime.counters, [&](StanzaWriter& out) {
    open_result(out, asked.reply());
    out.open("fin", ns::archive);
    if (is_complete(wish.query, page)) out.attribute("complete", "true");
    const auto first = page.rows.empty() ? std::string_view{} : std::string_view{page.rows.front().id};
    const auto last = page.rows.empty() ? std::string_view{} : std::string_view{page.rows.back().id};
    write_set(out, {page.first, page.rows.size(), page.total}, first, last);
    out.close().close();
  });
}

void ArchiveQueries::write_row(const Asked& asked, std::string_view query_id, const Archived& row) {
  const bool is_room = asked.place.kind == PlaceKind::room;
  const auto room = is_room ? std::string_view{asked.address} : std::string_view{};
  const auto marks =
      is_room ? context_.occupant_ids.speaker(asked.address, row.sender, row.account) : OccupantIds::Marks{};
  const Content content{row.what, {.room = room, .actor = row.sender, .occupant = marks.occupant}};
  if (content.is_empty()) return;
  send(*asked.domain, context_.runtime.counters, [&](StanzaWriter& out) {
    out.open("message").attribute("from", asked.address).attribute("to", asked.client);
    out.open("result", ns::archive);
    if (!query_id.empty()) out.attribute("queryid", query_id);
    out.attribute("id", row.id).open("forwarded", ns::forward);
    out.open("delay", ns::delay).attribute("stamp", to_timestamp(time_of(row.position))).close();
    out.open("message", ns::client);
    if (is_room) {
      write_archived_in_room(out, asked.address, row, content, marks);
    } else {
      out.attribute("type", "chat").attribute("id", row.author_id.empty() ? row.id : row.author_id);
      out.attribute("from", row.by_reader ? asked.owner.view() : asked.address);
      out.attribute("to", row.by_reader ? std::string_view{asked.address} : asked.owner.view());
      content.write(out);
    }
    if (is_room && !content.is_by_room()) {
      out.open("x", ns::muc_user).open("item");
      out.attribute("jid", PersonJids{*asked.domain, asked.place}.of(row.sender)).close().close();
    }
    out.close().close().close().close();
  });
}

void ArchiveQueries::on_metadata(Asked asked) {
  ArchiveQuery first;
  first.max = 1;
  ask(asked, first, [this, asked](const ArchivePage& oldest) {
    ArchiveQuery last;
    last.max = 1;
    last.before = "";
    ask(asked, last, [this, asked, oldest](const ArchivePage& newest) { answer_metadata(asked, oldest, newest); });
  });
}

void ArchiveQueries::answer_metadata(const Asked& asked, const ArchivePage& oldest, const ArchivePage& newest) {
  send(*asked.domain, context_.runtime.counters, [&](StanzaWriter& out) {
    open_result(out, asked.reply());
    out.open("metadata", ns::archive);
    const auto bound = [&](std::string_view name, const ArchivePage& page) {
      if (page.rows.empty()) return;
      const auto& row = page.rows.front();
      out.open(name).attribute("id", row.id).attribute("timestamp", to_timestamp(time_of(row.position))).close();
    };
    bound("start", oldest);
    bound("end", newest);
    out.close().close();
  });
}

}  // namespace isthmus::xmpp
