#pragma once
// The namespaces that we read or write, by their specification.
#include <string_view>

namespace isthmus::xmpp::ns {

inline constexpr std::string_view stanza_errors = "urn:ietf:params:xml:ns:xmpp-stanzas";   // RFC 6120 §8.3.3
inline constexpr std::string_view stream_errors = "urn:ietf:params:xml:ns:xmpp-streams";   // RFC 6120 §4.9.3
inline constexpr std::string_view streams = "http://etherx.jabber.org/streams";            // RFC 6120 §4.8.1
inline constexpr std::string_view disco_info = "http://jabber.org/protocol/disco#info";    // XEP-0030
inline constexpr std::string_view disco_items = "http://jabber.org/protocol/disco#items";  // XEP-0030
inline constexpr std::string_view muc = "http://jabber.org/protocol/muc";                  // XEP-0045
inline constexpr std::string_view muc_user = "http://jabber.org/protocol/muc#user";        // XEP-0045
inline constexpr std::string_view muc_stable_id =
    "http://jabber.org/protocol/muc#stable_id";  // XEP-0045 §18.5: ids are reflected
inline constexpr std::string_view self_ping_optimization =
    "http://jabber.org/protocol/muc#self-ping-optimization";                            // XEP-0410
inline constexpr std::string_view last_activity = "jabber:iq:last";                     // XEP-0012
inline constexpr std::string_view vcard = "vcard-temp";                                 // XEP-0054
inline constexpr std::string_view avatar_hash = "vcard-temp:x:update";                  // XEP-0153
inline constexpr std::string_view time = "urn:xmpp:time";                               // XEP-0202
inline constexpr std::string_view result_sets = "http://jabber.org/protocol/rsm";       // XEP-0059
inline constexpr std::string_view channel_search = "urn:xmpp:channel-search:0:search";  // XEP-0433
inline constexpr std::string_view channel_search_params = "urn:xmpp:channel-search:0:search-params";
inline constexpr std::string_view channel_search_errors = "urn:xmpp:channel-search:0:error";
inline constexpr std::string_view version = "jabber:iq:version";                       // XEP-0092
inline constexpr std::string_view ping = "urn:xmpp:ping";                              // XEP-0199
inline constexpr std::string_view delay = "urn:xmpp:delay";                            // XEP-0203
inline constexpr std::string_view stanza_ids = "urn:xmpp:sid:0";                       // XEP-0359
inline constexpr std::string_view muc_admin = "http://jabber.org/protocol/muc#admin";  // XEP-0045
inline constexpr std::string_view muc_owner = "http://jabber.org/protocol/muc#owner";  // XEP-0045
inline constexpr std::string_view direct_invitation = "jabber:x:conference";           // XEP-0249
inline constexpr std::string_view hats = "urn:xmpp:hats:0";                            // XEP-0317
inline constexpr std::string_view archive = "urn:xmpp:mam:2";                          // XEP-0313
inline constexpr std::string_view archive_extended = "urn:xmpp:mam:2#extended";
inline constexpr std::string_view data_validate = "http://jabber.org/protocol/xdata-validate";  // XEP-0122
inline constexpr std::string_view data_layout = "http://jabber.org/protocol/xdata-layout";      // XEP-0141
inline constexpr std::string_view forward = "urn:xmpp:forward:0";                               // XEP-0297
inline constexpr std::string_view client = "jabber:client";                                     // RFC 6120 §4.8.2
inline constexpr std::string_view data_forms = "jabber:x:data";                                 // XEP-0004
inline constexpr std::string_view registration = "jabber:iq:register";                          // XEP-0077
inline constexpr std::string_view gateway = "jabber:iq:gateway";                                // XEP-0100
inline constexpr std::string_view commands = "http://jabber.org/protocol/commands";             // XEP-0050
inline constexpr std::string_view occupant_id = "urn:xmpp:occupant-id:0";                       // XEP-0421
inline constexpr std::string_view chat_states = "http://jabber.org/protocol/chatstates";        // XEP-0085
inline constexpr std::string_view receipts = "urn:xmpp:receipts";                               // XEP-0184
inline constexpr std::string_view chat_markers = "urn:xmpp:chat-markers:0";                     // XEP-0333
inline constexpr std::string_view encryption = "urn:xmpp:eme:0";                                // XEP-0380
inline constexpr std::string_view omemo_0 = "eu.siacs.conversations.axolotl";                   // XEP-0384 0.3
inline constexpr std::string_view omemo_2 = "urn:xmpp:omemo:2";                                 // XEP-0384
inline constexpr std::string_view openpgp = "urn:xmpp:openpgp:0";                               // XEP-0373
inline constexpr std::string_view legacy_openpgp = "jabber:x:encrypted";                        // XEP-0027
inline constexpr std::string_view json = "urn:xmpp:json:0";                                     // XEP-0335
inline constexpr std::string_view json_message = "urn:xmpp:json-msg:0";                         // XEP-0432
inline constexpr std::string_view correction = "urn:xmpp:message-correct:0";                    // XEP-0308
inline constexpr std::string_view hints = "urn:xmpp:hints";                                     // XEP-0334
inline constexpr std::string_view styling = "urn:xmpp:styling:0";                               // XEP-0393
inline constexpr std::string_view markup = "urn:xmpp:markup:0";                                 // XEP-0394
inline constexpr std::string_view retraction = "urn:xmpp:message-retract:1";                    // XEP-0424
inline constexpr std::string_view moderation = "urn:xmpp:message-moderate:1";                   // XEP-0425
inline constexpr std::string_view fallback = "urn:xmpp:fallback:0";                             // XEP-0428
inline constexpr std::string_view reactions = "urn:xmpp:reactions:0";                           // XEP-0444
inline constexpr std::string_view pubsub = "http://jabber.org/protocol/pubsub";                 // XEP-0060
inline constexpr std::string_view pubsub_errors = "http://jabber.org/protocol/pubsub#errors";
inline constexpr std::string_view pubsub_event = "http://jabber.org/protocol/pubsub#event";
inline constexpr std::string_view pubsub_owner = "http://jabber.org/protocol/pubsub#owner";
inline constexpr std::string_view pubsub_meta_data = "http://jabber.org/protocol/pubsub#meta-data";
inline constexpr std::string_view pubsub_publish_options = "http://jabber.org/protocol/pubsub#publish-options";
inline constexpr std::string_view headers = "http://jabber.org/protocol/shim";  // XEP-0131
inline constexpr std::string_view value = "urn:isthmus:value:0";                // docs/decisions/pubsub.md
inline constexpr std::string_view reply = "urn:xmpp:reply:0";                   // XEP-0461

}  // namespace isthmus::xmpp::ns
