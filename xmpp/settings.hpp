#pragma once
// The sections [xmpp] and [[component]] of the configuration, as far as the XMPP side reads them.
#include <cstddef>
#include <cstdint>
#include <string>

#include "config/config.hpp"

namespace isthmus::xmpp {

struct ServerSettings {
  std::string host;
  std::uint16_t port = 5347;
  std::string secret;
  std::size_t max_stanza = 0;  // bytes
  std::string occupant_key{};  // of XEP-0421; empty: a random one for each run
};
ServerSettings read_server_settings(const config::Section& xmpp);

struct ComponentSettings {
  std::string domain;  // prepared
  std::string secret;
};
/// Notes a problem when the domain is none, or when neither the component nor [xmpp] has a secret.
ComponentSettings read_component_settings(const config::Section& component, const ServerSettings& server);

}  // namespace isthmus::xmpp
