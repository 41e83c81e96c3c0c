#pragma once
// `isthmus check --connect`: tries what the configuration names, and says what would make it work.
#include <iosfwd>
#include <string>

#include "app/plan.hpp"

namespace isthmus::app {

/// Tries every component's handshake and every probe of the adapters, one after the other, and writes a line for each
/// to `out`; where a handshake fails, also what Prosody and ejabberd need for it. The exit code: 0 when all works, else
/// 1. Sends no presence and leaves no trace, except that it takes the place of no gateway that runs: a server that says
/// `conflict` has one connected, and that is good.
int check_connections(const Plan& plan, std::ostream& out);

/// What to add to Prosody's and to ejabberd's configuration so that they take the component. Holds no secret.
std::string server_snippets(const std::string& domain, const xmpp::ServerSettings& server);

}  // namespace isthmus::app
