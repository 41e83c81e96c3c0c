#pragma once
// The dashboard's page: files that are part of the program.
#include "gateway/runtime/http.hpp"

namespace isthmus::websocket {

/// Adds "/" and what it loads. Nothing there needs a token: the page asks for one, and connects with it.
void add_dashboard(HttpRoutes& routes);

}  // namespace isthmus::websocket
