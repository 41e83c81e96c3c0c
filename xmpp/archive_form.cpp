#include "xmpp/archive_form.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "xmpp/data_form.hpp"
#include "xmpp/muc_writer.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/result_set.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::array<std::string_view, 6> fields{"with", "start", "end", "before-id", "after-id", "ids"};

Refusal malformed(std::string text) { return {Condition::bad_request, Remedy::modify, std::move(text), {}}; }

Refusal unknown(std::string text) { return {Condition::feature_not_implemented, Remedy::cancel, std::move(text), {}}; }

bool is_id(std::string_view text) { return !text.empty() && text.size() <= ArchiveWish::longest_id; }

Answer<std::optional<SystemTime>> read_time(const SubmittedForm& form, std::string_view field) {
  const auto text = form.text(field);
  if (!text) return text.error();
  if (!*text || (*text)->empty()) return std::optional<SystemTime>{};
  const auto time = parse_timestamp(**text);
  if (!time) return malformed("The field " + std::string{field} + " must be a date and time (XEP-0082).");
  return time;
}

Answer<std::optional<std::string>> read_id(const SubmittedForm& form, std::string_view field) {
  auto text = form.text(field);
  if (!text || !*text) return text;
  if (!is_id(**text)) return malformed("The field " + std::string{field} + " must be the id of a message.");
  return text;
}

/// Whom the messages that are asked for are from: an occupant, a person, or the user.
std::optional<Refusal> read_with(const SubmittedForm& form, const Incoming& in, std::string_view owner,
                                 const Conversation& place, ArchiveWish& wish) {
  const auto text = form.text("with");
  if (!text) return text.error();
  if (!*text || (*text)->empty()) return std::nullopt;
  const auto with = parse_jid(**text);
  if (!with) return malformed("The field with must be an address.");
  const bool is_here = with->bare() == in.to.bare();
  if (place.kind != PlaceKind::room) {  // all of it is with that person
    wish.gives_nothing = !is_here;
    return std::nullopt;
  }
  if (with->bare() == owner) {
    wish.query.by_reader = true;
  } else if (is_here) {
    if (with->is_full()) wish.query.sender = from_resource(with->resource());
  } else {
    const auto person =
        with->domain() == in.domain.name ? place_of(in.domain, with->local()) : Answer<Conversation>{Refusal{}};
    const bool is_near = person && person->kind == PlaceKind::direct && person->network == place.network;
    wish.gives_nothing = !is_near;
    if (is_near) wish.query.sender = person->native.str();
  }
  return std::nullopt;
}

std::optional<Refusal> read_filters(const SubmittedForm& form, ArchiveWish& wish) {
  auto& query = wish.query;
  const auto start = read_time(form, "start");
  if (!start) return start.error();
  const auto end = read_time(form, "end");
  if (!end) return end.error();
  if (*start) query.from = std::max(Position{0}, position_at(**start));
  if (*end) query.to = position_at(**end) + (Position{1} << position_bits) - 1;  // that millisecond too
  auto after = read_id(form, "after-id");
  if (!after) return after.error();
  auto before = read_id(form, "before-id");
  if (!before) return before.error();
  query.after_id = std::move(*after);
  query.before_id = std::move(*before);
  if (const auto* ids = form.values("ids")) query.ids = *ids;
  if (query.ids.size() > ArchiveWish::most_ids || !std::ranges::all_of(query.ids, is_id))
    return malformed("The field ids holds at most 64 ids of messages.");
  return std::nullopt;
}

std::optional<Refusal> read_page(pugi::xml_node element, ArchiveQuery& query) {
  auto page = read_page_wish(element);
  if (!page) return page.error();
  if (page->index) return unknown("Pages of an archive are asked for by id, not by index.");
  for (const auto* edge : {&page->after, &page->before}) {
    if (*edge && (*edge)->size() > ArchiveWish::longest_id) return malformed("This is not the id of a message.");
  }
  query.max = page->max;
  if (page->after && !page->after->empty()) query.after = std::move(page->after);
  query.before = std::move(page->before);
  return std::nullopt;
}

void write_id_list(StanzaWriter& out) {
  out.open("field").attribute("type", "list-multi").attribute("var", "ids").attribute("label", "Ids of messages");
  out.open("validate", ns::data_validate).attribute("datatype", "xs:string").open("open").close().close().close();
}

}  // namespace

Answer<ArchiveWish> read_archive_wish(const Incoming& in, std::string_view owner, const Conversation& place,
                                      pugi::xml_node query) {
  ArchiveWish wish;
  wish.query_id = attribute(query, "queryid");
  if (wish.query_id.size() > ArchiveWish::longest_id) return malformed("The query's id is too long.");
  wish.is_flipped = static_cast<bool>(child(query, ns::archive, "flip-page"));
  if (auto why = read_page(query, wish.query)) return *std::move(why);
  const auto x = child(query, ns::data_forms, "x");
  if (!x) return wish;
  const auto form = SubmittedForm::read(x);
  if (!form) return form.error();
  if (form->form_type() != ns::archive || form->is_cancelled())
    return malformed("This is not the form of a query to an archive.");
  for (const auto& field : form->names()) {
    if (field != "FORM_TYPE" && std::ranges::find(fields, field) == fields.end())
      return unknown("There is no field " + std::string{field} + " in the query of this archive.");
  }
  if (auto why = read_filters(*form, wish)) return *std::move(why);
  if (auto why = read_with(*form, in, owner, place, wish)) return *std::move(why);
  return wish;
}

void write_archive_form(StanzaWriter& out, const Reply& reply) {
  open_result(out, reply);
  out.open("query", ns::archive);
  open_form(out, FormType::form, ns::archive);
  const auto field = [&](std::string_view type, std::string_view name, std::string_view label) {
    out.open("field").attribute("type", type).attribute("var", name).attribute("label", label).close();
  };
  field("jid-single", "with", "Said by");
  field("text-single", "start", "From this time on");
  field("text-single", "end", "Until this time");
  field("text-single", "after-id", "After this message");
  field("text-single", "before-id", "Before this message");
  write_id_list(out);
  out.close().close().close();
}

}  // namespace isthmus::xmpp
