#include "xmpp/network_queries.hpp"

#include <utility>

#include "xmpp/channel_search.hpp"
#include "xmpp/directory_view.hpp"
#include "xmpp/errors.hpp"
#include "xmpp/jid.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/result_set.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

// What items may take of a stanza, the rest being for what stands around them.
constexpr std::size_t max_items_bytes = StanzaWriter::max_stanza - 16UL * 1024;
constexpr std::size_t markup_bytes = 160;  // of one item, more than either form of one has

/// Where a network's rooms are found.
struct Network {
  const Domain* domain;
  NameTable* names;
  Conversation place;
};

/// The room's address; empty when no address can hold its name.
std::string address_of(const Network& network, const Directory::Entry& room) {
  const auto jid = bare_jid(*network.domain, {network.place.adapter, PlaceKind::room, network.place.network,
                                              network.names->intern(room.name)});
  return parse_jid(jid) ? jid : std::string{};
}

std::size_t written_bytes(std::string_view text) {
  std::string escaped;
  append_escaped(escaped, text);
  return escaped.size();
}

/// `page` without the items at its far end that would make the stanza too long.
Page fitted(const Page& page, const PageWish& wish, const Network& network, const DirectoryView& rooms) {
  std::size_t bytes = 0;
  std::size_t size = 0;
  for (; size < page.size; ++size) {
    const auto& room = rooms[wish.before ? page.first + page.size - 1 - size : page.first + size];
    bytes += markup_bytes + written_bytes(address_of(network, room)) + written_bytes(room.name) +
             written_bytes(room.subject);
    if (bytes > max_items_bytes && size > 0) break;
  }
  return {wish.before ? page.first + page.size - size : page.first, size, page.total};
}

/// Writes one page of `rooms`, each by `write`, within an element `name` of the namespace `ns`.
template <class Write>
void write_page(StanzaWriter& out, const Reply& reply, const Network& network, const DirectoryView& rooms,
                const PageWish& wish, std::string_view name, std::string_view ns, const Write& write) {
  auto page = page_of(wish, rooms.size(), [&](std::string_view id) { return rooms.find(id); });
  if (!page) return write_error(out, "iq", reply, page.error());
  *page = fitted(*page, wish, network, rooms);
  open_result(out, reply);
  out.open(name, ns);
  for (std::size_t i = page->first; i < page->first + page->size; ++i) {
    if (const auto address = address_of(network, rooms[i]); !address.empty()) write(out, address, rooms[i]);
  }
  const bool is_empty = page->size == 0;
  write_set(out, *page, is_empty ? "" : rooms.id(page->first), is_empty ? "" : rooms.id(page->first + page->size - 1));
  out.close().close();
}

void write_item(StanzaWriter& out, std::string_view address, const Directory::Entry& room) {
  out.open("item").attribute("jid", address).attribute("name", room_title(room)).close();
}

std::shared_ptr<const Directory> found(const Request::Question& answered) {
  static const auto nothing = std::make_shared<const Directory>();
  const auto& directory = std::get<ReadDirectory>(answered).found;
  return directory ? directory : nothing;
}

}  // namespace

bool NetworkQueries::on_request(const Incoming& in, const Name& owner, const Conversation& place) {
  if (const auto query = child(in.element, ns::channel_search, "search")) {
    search(in, owner, place, query);
    return true;
  }
  const auto items = child(in.element, ns::disco_items, "query");
  if (!items || !attribute(items, "node").empty() || !links_.is_up(owner, place)) return false;
  list(in, owner, place, items);
  return true;
}

void NetworkQueries::list(const Incoming& in, const Name& owner, const Conversation& place, pugi::xml_node query) {
  auto wish = read_page_wish(query);
  if (!wish) return refuse(in, wish.error());
  requests_.ask(in, owner, place, ReadDirectory{},
                [wish = *std::move(wish), network = Network{&in.domain, &context_.runtime.names, place}](
                    StanzaWriter& out, const Reply& reply, const Request::Question& answered) {
                  const DirectoryView rooms{found(answered), {}};
                  write_page(out, reply, network, rooms, wish, "query", ns::disco_items, write_item);
                });
}

void NetworkQueries::search(const Incoming& in, const Name& owner, const Conversation& place, pugi::xml_node query) {
  const Reply reply{in.to.str(), in.from.str(), in.id};
  const auto x = child(query, ns::data_forms, "x");
  if (!x) {
    return send(in.domain, context_.runtime.counters, [&](StanzaWriter& out) { write_search_form(out, reply); });
  }
  const auto form = SubmittedForm::read(x);
  if (!form) return refuse(in, form.error());
  auto wish = read_page_wish(query);
  if (!wish) return refuse(in, wish.error());
  auto search = read_search(*form);
  if (!search) {
    context_.runtime.counters.add("refused", to_text(search.error().why.condition));
    return send(in.domain, context_.runtime.counters,
                [&](StanzaWriter& out) { write_search_error(out, reply, search.error()); });
  }
  if (!links_.is_up(owner, place)) {
    return refuse(in, {Condition::recipient_unavailable,
                       Remedy::wait,
                       "You are not connected to this network; join one of its rooms first.",
                       {}});
  }
  requests_.ask(in, owner, place, ReadDirectory{},
                [wish = *std::move(wish), search = *std::move(search),
                 network = Network{&in.domain, &context_.runtime.names, place}](StanzaWriter& out, const Reply& to,
                                                                                const Request::Question& answered) {
                  const auto directory = search.wants_rooms ? found(answered) : std::make_shared<const Directory>();
                  const DirectoryView rooms{directory, search.wish};
                  write_page(out, to, network, rooms, wish, "result", ns::channel_search, write_search_item);
                });
}

void NetworkQueries::refuse(const Incoming& in, const Refusal& why) {
  context_.runtime.counters.add("refused", to_text(why.condition));
  send(in.domain, context_.runtime.counters,
       [&](StanzaWriter& out) { write_error(out, "iq", {in.to.str(), in.from.str(), in.id}, why); });
}

}  // namespace isthmus::xmpp
