#include "xmpp/pubsub_browse.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "xmpp/data_form.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/pubsub_item.hpp"
#include "xmpp/pubsub_node.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::array features{"delete-items",
                              "delete-nodes",
                              "item-ids",
                              "last-published",
                              "member-affiliation",
                              "meta-data",
                              "persistent-items",
                              "publish",
                              "publish-only-affiliation",
                              "publish-options",
                              "publisher-affiliation",
                              "purge-nodes",
                              "retract-items",
                              "retrieve-affiliations",
                              "retrieve-items",
                              "retrieve-subscriptions",
                              "subscribe",
                              "subscription-notifications"};

// What the items of one answer may take of its stanza.
constexpr std::size_t max_bytes = StanzaWriter::max_stanza - 16UL * 1024;
constexpr std::size_t markup_bytes = 128;  // of one item, more than it has

const Refusal no_such_node{Condition::item_not_found, Remedy::cancel, "There is no such node.", {}};

bool is_known(const Conversation& place, const ReadBranch& branch) {
  return place.kind == PlaceKind::network || branch.has_value || !branch.found.empty();
}

std::string child_node(const Conversation& place, const std::string& name) {
  if (place.kind == PlaceKind::gateway) return name;
  return node_of(place).append("/").append(name);
}

std::size_t written_bytes(std::string_view text) {
  std::string escaped;
  append_escaped(escaped, text);
  return escaped.size();
}

}  // namespace

void write_pubsub_features(StanzaWriter& out) {
  for (const std::string_view feature : features)
    out.open("feature").attribute("var", std::string{ns::pubsub} + "#" + std::string{feature}).close();
}

void write_node_info(StanzaWriter& out, const Reply& reply, const Conversation& place, const ReadBranch& branch) {
  if (!is_known(place, branch)) return write_error(out, "iq", reply, no_such_node);
  const auto node = node_of(place);
  open_result(out, reply);
  out.open("query", ns::disco_info).attribute("node", node);
  const auto identity = [&](std::string_view type) {
    out.open("identity").attribute("category", "pubsub").attribute("type", type).attribute("name", node).close();
  };
  if (branch.has_value) identity("leaf");
  if (!branch.has_value || !branch.found.empty()) identity("collection");
  for (const auto feature : {ns::pubsub, ns::disco_info, ns::disco_items})
    out.open("feature").attribute("var", feature).close();
  open_form(out, FormType::result, ns::pubsub_meta_data);
  write_field(out, FieldType::text_single, "pubsub#title", "What it is", place.native.view());
  write_field(out, FieldType::text_single, "pubsub#max_items", "Items that it keeps", "1");
  write_flag(out, "isthmus#may_read", "You may read it", branch.may_read);
  write_flag(out, "isthmus#may_publish", "You may publish to it", branch.may_publish);
  out.close().close().close();
}

void write_node_items(StanzaWriter& out, const Reply& reply, const Domain& domain, const Conversation& place,
                      const ReadBranch& branch, const PageWish& wish, std::string_view node) {
  if (place.kind == PlaceKind::direct && !is_known(place, branch)) return write_error(out, "iq", reply, no_such_node);
  const auto& found = branch.found;
  auto page = page_of(wish, found.size(), [&](std::string_view id) -> std::optional<Standing> {
    const auto same =
        std::ranges::equal_range(found, id, std::less<>{}, [](const auto& one) { return std::string_view{one.name}; });
    return Standing{static_cast<std::size_t>(same.begin() - found.begin()),
                    static_cast<std::size_t>(same.end() - found.begin())};
  });
  if (!page) return write_error(out, "iq", reply, page.error());
  std::size_t bytes = 0;
  std::size_t size = 0;
  for (; size < page->size; ++size) {
    const auto& name = found[wish.before ? page->first + page->size - 1 - size : page->first + size].name;
    bytes += markup_bytes + written_bytes(child_node(place, name)) + written_bytes(name);
    if (bytes > max_bytes && size > 0) break;
  }
  if (wish.before) page->first += page->size - size;
  page->size = size;

  open_result(out, reply);
  out.open("query", ns::disco_items);
  if (!node.empty()) out.attribute("node", node);
  for (std::size_t i = page->first; i < page->first + page->size; ++i) {
    const auto& name = found[i].name;
    out.open("item").attribute("jid", domain.name).attribute("node", child_node(place, name));
    out.attribute("name", name).close();
    if (place.kind != PlaceKind::gateway) continue;
    if (const auto network = domain.addresses->parse(name))
      out.open("item").attribute("jid", bare_jid(domain, *network)).attribute("name", name).close();
  }
  if (found.empty() && branch.has_value)
    out.open("item").attribute("jid", domain.name).attribute("name", item_id).close();
  const bool is_empty = page->size == 0;
  write_set(out, *page, is_empty ? "" : found[page->first].name,
            is_empty ? "" : found[page->first + page->size - 1].name);
  out.close().close();
}

}  // namespace isthmus::xmpp
