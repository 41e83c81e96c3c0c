#include "adapters/websocket/dashboard.hpp"

#include <string>
#include <string_view>

#include "adapters/websocket/assets.hpp"
#include "adapters/websocket/tokens.hpp"

namespace isthmus::websocket {

namespace {

// Nothing but our own files may be loaded or run, and no page may frame this one; texts from outside could do no harm
// even if one of them were taken for markup.
constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

std::string_view content_type(std::string_view name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  return "text/javascript; charset=utf-8";
}

HttpAnswer answer(const Asset& asset, const std::string& tag, const HttpRequest& request) {
  HttpAnswer found{.content_type = std::string{content_type(asset.name)},
                   .body = {},
                   .headers = {{"ETag", tag},
                               {"Cache-Control", "no-cache"},
                               {"Content-Security-Policy", std::string{policy}},
                               {"X-Content-Type-Options", "nosniff"},
                               {"Referrer-Policy", "no-referrer"}}};
  if (request.header("if-none-match") == tag) {
    found.status = 304;
  } else {
    found.body = asset.bytes;
  }
  return found;
}

}  // namespace

void add_dashboard(HttpRoutes& routes) {
  for (const auto& asset : assets()) {
    if (asset.name.ends_with(".json")) continue;  // no part of the page
    const auto digest = sha256(asset.bytes);
    const std::string tag = "\"" + to_base64url({reinterpret_cast<const char*>(digest.data()), digest.size()}) + "\"";
    const bool is_page = asset.name == "index.html";
    const std::string path = is_page ? "/" : "/dashboard/" + std::string{asset.name};
    routes[path] = HttpRoute{{"GET"}, [asset, tag](const HttpRequest& request) { return answer(asset, tag, request); }};
  }
}

}  // namespace isthmus::websocket
