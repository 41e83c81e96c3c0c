#include "xmpp/channel_search.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "xmpp/namespaces.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::string_view order_by_address = "{urn:xmpp:channel-search:0:order}address";
constexpr std::string_view order_by_members = "{urn:xmpp:channel-search:0:order}nusers";
constexpr std::string_view room_type = "xep-0045";

SearchRefusal refused(Condition condition, std::string text, std::string_view what,
                      std::vector<std::string_view> fields = {}) {
  return {{condition, Remedy::modify, std::move(text), {}}, what, std::move(fields)};
}

SearchRefusal malformed(const Refusal& why) { return {why, {}, {}}; }

/// Reads the order into `wish`.
std::optional<SearchRefusal> read_order(const SubmittedForm& form, DirectoryWish& wish) {
  const auto key = form.text("key");
  if (!key) return malformed(key.error());
  wish.order = DirectoryWish::Order::members;
  if (!*key || **key == order_by_members) return std::nullopt;
  if (**key != order_by_address)
    return refused(Condition::feature_not_implemented, "There is no such order.", "invalid-sort-key");
  wish.order = DirectoryWish::Order::name;
  return std::nullopt;
}

/// Reads where to look into `wish`.
std::optional<SearchRefusal> read_scope(const SubmittedForm& form, DirectoryWish& wish) {
  bool in_name = true;
  bool in_address = true;
  // The specification spells the address's field in two ways.
  const std::pair<std::string_view, bool*> scopes[] = {{"sinname", &in_name},
                                                       {"sinaddr", &in_address},
                                                       {"sinaddress", &in_address},
                                                       {"sindescription", &wish.in_subject}};
  for (const auto& [field, value] : scopes) {
    const auto flag = form.flag(field);
    if (!flag) return malformed(flag.error());
    if (*flag) *value = **flag;
  }
  wish.in_name = in_name || in_address;  // a room's address is its name
  const auto least = form.text("min_users");
  if (!least) return malformed(least.error());
  if (*least && !(*least)->empty()) {
    const auto* end = (*least)->data() + (*least)->size();
    const auto [rest, error] = std::from_chars((*least)->data(), end, wish.least_members);
    if (error != std::errc{} || rest != end)
      return refused(Condition::bad_request, "The number of users must be a number.", {});
  }
  return std::nullopt;
}

/// Reads what is searched for into `wish`.
std::optional<SearchRefusal> read_words(const SubmittedForm& form, DirectoryWish& wish) {
  const auto words = form.text("q");
  if (!words) return malformed(words.error());
  const auto all = form.flag("all");
  if (!all) return malformed(all.error());
  const bool wants_all = all->value_or(false);
  if (*words) wish.words = search_words(**words);
  if (wants_all && !wish.words.empty()) {
    return refused(Condition::bad_request, "One cannot ask for all rooms and search for words at once.",
                   "conflicting-fields", {"all", "q"});
  }
  if (wants_all || !wish.words.empty()) return std::nullopt;
  if (*words) return refused(Condition::bad_request, "There is no word to search for.", "invalid-search-terms");
  return refused(Condition::bad_request, "Say what to search for.", "no-search-conditions");
}

void write_option(StanzaWriter& out, std::string_view label, std::string_view value) {
  out.open("option").attribute("label", label).leaf("value", value).close();
}

}  // namespace

SearchAnswer read_search(const SubmittedForm& form) {
  if (form.is_cancelled() || form.form_type() != ns::channel_search_params)
    return refused(Condition::bad_request, "This is not the form of the search.", {});
  Search search;
  for (const auto read : {read_order, read_scope, read_words}) {
    if (auto refusal = read(form, search.wish)) return *std::move(refusal);
  }
  const auto* types = form.values("types");
  search.wants_rooms = types == nullptr || types->empty() || std::ranges::find(*types, room_type) != types->end();
  return search;
}

void write_search_form(StanzaWriter& out, const Reply& reply) {
  open_result(out, reply);
  out.open("search", ns::channel_search);
  open_form(out, FormType::form, ns::channel_search_params);
  write_field(out, FieldType::text_single, "q", "Search for", {});
  write_flag(out, "all", "Return all rooms (ignore the words)", false);
  write_flag(out, "sinname", "Search in names", true);
  write_flag(out, "sindescription", "Search in subjects", true);
  write_flag(out, "sinaddr", "Search in addresses", true);
  write_field(out, FieldType::text_single, "min_users", "Least number of users", "0");
  out.open("field").attribute("type", "list-multi").attribute("var", "types").attribute("label", "Service types");
  out.leaf("value", room_type);
  write_option(out, "Rooms (XEP-0045)", room_type);
  out.close();
  out.open("field").attribute("type", "list-single").attribute("var", "key").attribute("label", "Order");
  out.leaf("value", order_by_members);
  write_option(out, "Number of users", order_by_members);
  write_option(out, "Address", order_by_address);
  out.close();
  out.close().close().close();
}

void write_search_error(StanzaWriter& out, const Reply& reply, const SearchRefusal& refusal) {
  open_error(out, "iq", reply, refusal.why);
  if (!refusal.condition.empty()) {
    out.open(refusal.condition, ns::channel_search_errors);
    for (const auto field : refusal.fields) out.leaf("var", field);
    out.close();
  }
  out.close().close();
}

void write_search_item(StanzaWriter& out, std::string_view address, const Directory::Entry& room) {
  out.open("item").attribute("address", address).leaf("name", room.name);
  if (!room.subject.empty()) out.leaf("description", room.subject);
  out.leaf("nusers", std::to_string(room.members)).leaf("service-type", room_type).close();
}

}  // namespace isthmus::xmpp
