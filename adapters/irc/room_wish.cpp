#include "adapters/irc/room_wish.hpp"

#include "adapters/irc/bytes.hpp"

namespace isthmus::irc {
namespace {

constexpr std::string_view record_key = "record";
constexpr std::string_view charset_key = "charset";

}  // namespace

Form to_room_form(const RoomWish& wish, std::string_view channel, bool may_record) {
  Form form{.title = "How " + std::string{channel} + " is for you"};
  if (may_record) {
    form.fields.push_back({.name = std::string{record_key},
                           .label = "Keep what is said while you are there",
                           .kind = Field::Kind::yes_no,
                           .value = wish.record ? "true" : "false",
                           .help = "What was kept before stays as long as the gateway keeps anything."});
  }
  form.fields.push_back({.name = std::string{charset_key},
                         .label = "Charset",
                         .value = wish.charset,
                         .help = "Of texts that are no UTF-8, such as KOI8-R. Empty: the network's."});
  return form;
}

std::variant<RoomWish, FormProblem> to_room_wish(const Form& filled, const RoomWish& before) {
  RoomWish wish = before;
  if (filled.find(record_key) != nullptr) wish.record = filled.value(record_key) == "true";
  wish.charset = filled.value(charset_key);
  if (FormProblem problem = check_charset(wish.charset); !problem.text.empty()) return problem;
  return wish;
}

FormProblem check_charset(const std::string& charset) {
  if (charset.empty() || equals_ignoring_case(charset, "UTF-8") || LegacyCharset::find(charset) != nullptr) return {};
  return {std::string{charset_key}, "This is no charset that IRC can use; one is, for example, ISO-8859-15 or KOI8-R."};
}

Network::Charset named_charset(const std::string& charset) {
  return equals_ignoring_case(charset, "UTF-8") ? nullptr : LegacyCharset::find(charset);
}

void add_charsets(std::vector<std::pair<std::string, Network::Charset>>& charsets, const RoomWishes& wishes) {
  std::vector<std::pair<std::string, Network::Charset>> all;
  for (const auto& [channel, wish] : wishes)
    if (!wish.charset.empty()) all.emplace_back(channel, named_charset(wish.charset));
  charsets.insert(charsets.begin(), all.begin(), all.end());
}

std::vector<std::pair<std::string_view, std::string>> to_stored(const RoomWish& wish) {
  return {{record_key, wish.record ? "" : "false"}, {charset_key, wish.charset}};
}

void take_stored(RoomWish& wish, std::string_view key, std::string_view value) {
  if (key == record_key) wish.record = value != "false";
  if (key == charset_key) wish.charset = value;
}

}  // namespace isthmus::irc
