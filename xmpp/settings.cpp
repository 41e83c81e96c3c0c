#include "xmpp/settings.hpp"

#include "xmpp/jid.hpp"

namespace isthmus::xmpp {

ServerSettings read_server_settings(const config::Section& xmpp) {
  ServerSettings settings;
  settings.host = xmpp.text("host", "127.0.0.1");
  settings.port = static_cast<std::uint16_t>(xmpp.integer("port", 5347, 1, 65535));
  settings.secret = xmpp.secret("secret");
  settings.max_stanza = xmpp.size("max_stanza", 1024 * 1024, 64 * 1024, 64 * 1024 * 1024);
  settings.occupant_key = xmpp.secret("occupant_key");
  return settings;
}

ComponentSettings read_component_settings(const config::Section& component, const ServerSettings& server) {
  ComponentSettings settings;
  const auto domain = component.required_text("domain");
  if (auto prepared = prepared_domain(domain)) {
    settings.domain = std::move(*prepared);
  } else if (!domain.empty()) {
    component.problem("domain", "\"" + domain + "\" is no domain name");
  }
  settings.secret = component.secret("secret");
  if (settings.secret.empty()) settings.secret = server.secret;
  if (settings.secret.empty()) {
    component.problem(
        "secret", "no secret: set xmpp.secret (or secret_file), the one that the XMPP server has for this component");
  }
  return settings;
}

}  // namespace isthmus::xmpp
