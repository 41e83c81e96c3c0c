#pragma once
// Refusals as stanza errors (RFC 6120 §8.3).
#include <string_view>

#include "gateway/model/refusal.hpp"
#include "xmpp/stanza_writer.hpp"

namespace isthmus::xmpp {

/// Where an answer goes: the addresses of the stanza that it answers, turned round.
struct Reply {
  std::string_view from;
  std::string_view to;
  std::string_view id;  // may be empty
};

/// A whole stanza `kind` ("message", "presence", "iq") of type error. `alternate` is an XMPP URI for gone and redirect;
/// may be empty.
void write_error(StanzaWriter& out, std::string_view kind, const Reply& reply, const Refusal& why,
                 std::string_view alternate = {});

/// The same, but the stanza and its <error/> are left open for a condition of the application's own (RFC 6120 §8.3.4);
/// the caller closes both.
void open_error(StanzaWriter& out, std::string_view kind, const Reply& reply, const Refusal& why,
                std::string_view alternate = {});

/// Opens <iq type='result'>; the caller closes it.
void open_result(StanzaWriter& out, const Reply& reply);

}  // namespace isthmus::xmpp
