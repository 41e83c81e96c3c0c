#include "xmpp/muc_owner.hpp"

#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "xmpp/namespaces.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::string_view members_only = "muc#roomconfig_membersonly";
constexpr std::string_view moderated = "muc#roomconfig_moderatedroom";
constexpr std::string_view is_public = "muc#roomconfig_publicroom";
constexpr std::string_view change_subject = "muc#roomconfig_changesubject";
constexpr std::string_view has_password = "muc#roomconfig_passwordprotectedroom";
constexpr std::string_view password = "muc#roomconfig_roomsecret";
constexpr std::string_view persistent = "muc#roomconfig_persistentroom";
constexpr std::string_view max_users = "muc#roomconfig_maxusers";

std::string other_field(std::string_view protocol) { return std::string{protocol} + "#modes"; }

std::string own_field(std::string_view name, std::string_view protocol) {
  if (name == "persistent") return std::string{persistent};
  return std::string{protocol}.append("#").append(name);
}

Refusal bad_request(std::string text) { return {Condition::bad_request, Remedy::modify, std::move(text), {}}; }

std::optional<bool> negated(std::optional<bool> flag) { return flag ? std::optional{!*flag} : std::nullopt; }

/// "none" is what XEP-0045 §10.1.3 calls no limit.
Answer<std::uint32_t> parse_limit(std::string_view text) {
  if (text.empty() || text == "none") return std::uint32_t{0};
  std::uint32_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error == std::errc{} && end == text.data() + text.size()) return limit;
  return bad_request("The greatest number of occupants is a number, or none.");
}

/// The wish that both fields make together: nothing where neither is in the form.
Answer<std::optional<std::string>> read_password(const SubmittedForm& form) {
  const auto wanted = form.flag(has_password);
  if (!wanted) return wanted.error();
  auto secret = form.text(password);
  if (!secret || !*wanted) return secret;
  if (!**wanted) return std::optional{std::string{}};
  if (!*secret || (*secret)->empty())
    return bad_request("A room that asks for a password needs one: fill in the field for it.");
  return secret;
}

template <class Value>
void keep_changed(const std::optional<Value>& now, std::optional<Value>& wished, bool& any) {
  if (!now || now == wished) wished.reset();
  any = any || wished.has_value();
}

}  // namespace

void write_settings_form(StanzaWriter& out, const Reply& reply, const ReadSettings& settings, std::string_view protocol,
                         const Form& own) {
  const auto& found = settings.found;
  const auto flag = [&](std::string_view var, std::string_view label, std::optional<bool> value) {
    if (value) write_flag(out, var, label, *value);
  };
  open_result(out, reply);
  out.open("query", ns::muc_owner);
  open_form(out, FormType::form, room_config_form, "Settings of " + settings.name);
  for (const Field& field : own.fields) write_field(out, field, own_field(field.name, protocol));
  flag(members_only, "Only whoever is invited may enter", found.members_only);
  flag(moderated, "Only whoever has voice may speak", found.moderated);
  flag(is_public, "The room is in public lists", negated(found.hidden));
  flag(change_subject, "Everybody may change the subject", negated(found.subject_locked));
  if (found.password) {
    write_flag(out, has_password, "A password is needed to enter", !found.password->empty());
    write_field(out, FieldType::text_private, password, "Password", *found.password);
  }
  if (found.max_members) {
    const auto limit = *found.max_members == 0 ? std::string{"none"} : std::to_string(*found.max_members);
    write_field(out, FieldType::text_single, max_users, "Greatest number of occupants, or none", limit);
  }
  if (found.other) {
    write_field(out, FieldType::text_single, other_field(protocol), "Other settings, in the network's own notation",
                *found.other);
  }
  out.close().close().close();
}

FilledValues own_values(const SubmittedForm& form, const Form& own, std::string_view protocol) {
  FilledValues values;
  for (const Field& field : own.fields) {
    const auto* given = form.values(own_field(field.name, protocol));
    if (given != nullptr) values.emplace_back(field.name, SubmittedForm::joined(*given));
  }
  return values;
}

Answer<RoomSettings> read_settings_form(const SubmittedForm& form, std::string_view protocol) {
  if (!form.form_type().empty() && form.form_type() != room_config_form) {
    return bad_request("This is not the form of the room's settings.");
  }
  RoomSettings wished;
  for (const auto& [var, setting] : {std::pair{members_only, &wished.members_only},
                                     {moderated, &wished.moderated},
                                     {is_public, &wished.hidden},
                                     {change_subject, &wished.subject_locked}}) {
    const auto value = form.flag(var);
    if (!value) return value.error();
    *setting = *value;
  }
  wished.hidden = negated(wished.hidden);
  wished.subject_locked = negated(wished.subject_locked);
  auto secret = read_password(form);
  if (!secret) return secret.error();
  wished.password = std::move(*secret);
  const auto limit = form.text(max_users);
  if (!limit) return limit.error();
  if (*limit) {
    const auto number = parse_limit(**limit);
    if (!number) return number.error();
    wished.max_members = *number;
  }
  auto other = form.text(other_field(protocol));
  if (!other) return other.error();
  wished.other = std::move(*other);
  return wished;
}

std::optional<RoomSettings> changes(const RoomSettings& now, const RoomSettings& wished) {
  RoomSettings changed = wished;
  bool any = false;
  keep_changed(now.members_only, changed.members_only, any);
  keep_changed(now.moderated, changed.moderated, any);
  keep_changed(now.hidden, changed.hidden, any);
  keep_changed(now.subject_locked, changed.subject_locked, any);
  keep_changed(now.password, changed.password, any);
  keep_changed(now.max_members, changed.max_members, any);
  keep_changed(now.other, changed.other, any);
  return any ? std::optional{std::move(changed)} : std::nullopt;
}

}  // namespace isthmus::xmpp
