#pragma once
// The HTTP interface of matterbridge, for its clients: /api/health, /api/messages, /api/stream and /api/message, with
// the flat messages that they know. What one client reads is not taken from another: each token has a place of its own.
#include "adapters/websocket/routes.hpp"

namespace isthmus::websocket {

void add_bridge_api(HttpRoutes& routes, Service& service);

}  // namespace isthmus::websocket
