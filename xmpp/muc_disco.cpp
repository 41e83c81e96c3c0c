#include "xmpp/muc_disco.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "xmpp/avatar.hpp"
#include "xmpp/data_form.hpp"
#include "xmpp/namespaces.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::string_view room_info_form = "http://jabber.org/protocol/muc#roominfo";

void write_feature(StanzaWriter& out, std::string_view name) { out.open("feature").attribute("var", name).close(); }

void write_settings(StanzaWriter& out, const RoomSettings& settings) {
  const auto either = [&](std::optional<bool> value, std::string_view if_true, std::string_view if_false) {
    if (value) write_feature(out, *value ? if_true : if_false);
  };
  either(settings.members_only, "muc_membersonly", "muc_open");
  either(settings.moderated, "muc_moderated", "muc_unmoderated");
  either(settings.hidden, "muc_hidden", "muc_public");
  if (settings.password) either(!settings.password->empty(), "muc_passwordprotected", "muc_unsecured");
}

void write_info_form(StanzaWriter& out, const ReadSettings& room) {
  open_form(out, FormType::result, room_info_form);
  const auto& avatar = avatar_of(PlaceKind::room, {});
  write_field(out, FieldType::text_single, "muc#roominfo_avatarhash", "Avatar hash", avatar.hash);  // XEP-0486
  if (room.subject) {
    write_field(out, FieldType::text_single, "muc#roominfo_subject", "Subject", room.subject->text);
  }
  if (room.members) {
    write_field(out, FieldType::text_single, "muc#roominfo_occupants", "Number of occupants",
                std::to_string(*room.members));
  }
  if (room.found.subject_locked) {
    write_flag(out, "muc#roominfo_subjectmod", "Everybody may change the subject", !*room.found.subject_locked);
  }
  out.close();
}

void write_identity(StanzaWriter& out, Identity identity, std::string_view name) {
  out.open("identity").attribute("category", identity.category).attribute("type", identity.type);
  out.attribute("name", name).close();
}

}  // namespace

void write_room_info(StanzaWriter& out, const Reply& reply, Identity identity, std::string_view name,
                     const Capabilities& capabilities, bool is_archived, const ReadSettings* settings) {
  static constexpr std::array always{ns::commands,
                                     ns::disco_info,
                                     ns::disco_items,
                                     ns::muc,
                                     ns::muc_stable_id,
                                     ns::ping,
                                     ns::self_ping_optimization,
                                     ns::stanza_ids,
                                     ns::occupant_id,
                                     ns::hats,
                                     ns::vcard,
                                     std::string_view{"muc_nonanonymous"}};
  static constexpr std::array sometimes{
      std::pair{Capability::reply, ns::reply},           std::pair{Capability::reaction, ns::reactions},
      std::pair{Capability::edit, ns::correction},       std::pair{Capability::retraction, ns::retraction},
      std::pair{Capability::moderation, ns::moderation}, std::pair{Capability::typing, ns::chat_states}};
  const bool is_named = settings != nullptr && !settings->name.empty();
  open_result(out, reply);
  out.open("query", ns::disco_info);
  const auto shown = is_named ? std::string_view{settings->name} : name;
  // Some clients take the name from the identity that the specification has for rooms (XEP-0045 §6.4), and no other.
  static constexpr Identity usual{"conference", "text"};
  if (identity.type != usual.type) write_identity(out, usual, shown);
  write_identity(out, identity, shown);
  for (const auto feature : always) write_feature(out, feature);
  for (const auto& [capability, feature] : sometimes) {
    if (capabilities.has(capability)) write_feature(out, feature);
  }
  if (is_archived) {
    for (const auto feature : {ns::archive, ns::archive_extended, ns::result_sets}) write_feature(out, feature);
  }
  if (settings != nullptr) {
    write_settings(out, settings->found);
    write_info_form(out, *settings);
  }
  out.close().close();
}

}  // namespace isthmus::xmpp
