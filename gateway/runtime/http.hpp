#pragma once
// One HTTP listener with a table of routes.
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "gateway/runtime/log.hpp"

namespace isthmus {

namespace asio = boost::asio;

struct HttpAnswer {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};
/// Exact paths, without the query; GET and HEAD only. A path that is not there is 404, another method 405. A function
/// that throws is 500, and the log says why.
using HttpRoutes = std::map<std::string, std::function<HttpAnswer()>, std::less<>>;

/// Listens on `address` ("127.0.0.1:8480", "[::1]:0") until cancelled. One request a connection. Limits: 64 connections
/// (one more is closed at once), 8 KiB of request head (431), no body (413), 10 s for a request (closed); what is no
/// HTTP/1 is 400. Throws boost::system::system_error when it cannot listen. `listening` is told the port.
asio::awaitable<void> serve_http(std::string address, HttpRoutes routes, Log log,
                                 std::function<void(std::uint16_t)> listening = {});

/// GET `http://address/path`, blocking, at most 3 s; for `isthmus healthcheck`. The status, or 0 when nobody answered.
unsigned http_status(const std::string& address, const std::string& path);

}  // namespace isthmus
