#pragma once
// One component's handshake, tried and given up again: for `isthmus check --connect`.
#include <boost/asio/awaitable.hpp>
#include <string>

#include "gateway/runtime/resolver.hpp"
#include "xmpp/settings.hpp"

namespace isthmus::xmpp {

struct HandshakeResult {
  enum class Kind {
    accepted,
    in_use,       // `conflict`: the secret is right, and a gateway is connected already
    refused,      // the server answered with the stream error `why`
    unreachable,  // no connection, or no XMPP server there
  };
  Kind kind{};
  std::string why;  // for people; empty when accepted
};

/// Connects, shakes hands (XEP-0114 §3) and closes the stream; at most 15 s for each address and 15 s for the
/// handshake. Throws only when cancelled.
boost::asio::awaitable<HandshakeResult> try_handshake(ServerSettings server, ComponentSettings component,
                                                      Resolver& resolver);

}  // namespace isthmus::xmpp
