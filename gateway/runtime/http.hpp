#pragma once
// One HTTP listener with a table of routes. A route answers a request, or takes the whole connection over.
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/runtime/byte_stream.hpp"
#include "gateway/runtime/http_request.hpp"
#include "gateway/runtime/log.hpp"

namespace isthmus {

namespace asio = boost::asio;

struct HttpAnswer {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  HttpFields headers{};  // further ones; Cache-Control is "no-store" unless it stands here
};

/// The connection of a request, for a route that goes on with it in a protocol of its own.
class HttpConnection {
 public:
  virtual ~HttpConnection() = default;
  /// Once only, after which nothing is answered here: the stream belongs to the caller.
  virtual std::unique_ptr<ByteStream> take() = 0;
  /// What the client sent after the request; to be taken as well.
  virtual std::string take_rest() = 0;
};

struct HttpRoute {
  using Answer = std::function<HttpAnswer(const HttpRequest&)>;
  using Take = std::function<std::optional<HttpAnswer>(const HttpRequest&, HttpConnection&)>;

  HttpRoute() = default;
  explicit(false) HttpRoute(std::function<HttpAnswer()> page)
      : answer{[page = std::move(page)](const HttpRequest&) { return page(); }} {}
  HttpRoute(std::vector<std::string> allowed, Answer with, std::size_t most = 0)
      : methods{std::move(allowed)}, max_body{most}, answer{std::move(with)} {}
  /// For GET. No answer means that `with` has taken the connection.
  explicit HttpRoute(Take with) : take{std::move(with)} {}

  std::vector<std::string> methods{"GET"};  // with GET also HEAD
  std::size_t max_body = 0;                 // bytes; a longer one is 413
  Answer answer;                            // called on the loop; this or take
  Take take;
};

/// Exact paths, without the query. A path that is not there is 404, another method 405. A function that throws is 500,
/// and the log says why.
using HttpRoutes = std::map<std::string, HttpRoute, std::less<>>;

/// Files of the listener's own certificate, PEM; empty: HTTP without TLS.
struct TlsFiles {
  std::string certificate_file{};  // the certificate, then those of its issuers
  std::string key_file{};          // not encrypted

  bool is_wanted() const noexcept { return !certificate_file.empty(); }
};

struct HttpOptions {
  std::string address;                       // "127.0.0.1:8480", "[::1]:0"
  TlsFiles tls{};                            // with files: TLS 1.2 or later, nothing else
  std::vector<std::string> trusted_proxies;  // addresses whose X-Forwarded-… header fields are believed
  std::size_t max_connections = 512;         // with a request under way; one more is closed at once
  std::size_t max_of_one_address = 128;      // of these; trusted proxies may have all
};

/// Listens until cancelled. One request a connection. Further limits: 8 KiB of request head (431), 10 s for a request,
/// TLS handshake included (closed); what is no HTTP/1 is 400. Throws boost::system::system_error when it cannot listen.
/// `listening` is told the port. `routes` must outlive it.
asio::awaitable<void> serve_http(HttpOptions options, const HttpRoutes& routes, Log log,
                                 std::function<void(std::uint16_t)> listening = {});

/// GET `path` of the listener that has these options, blocking, at most 3 s; for `isthmus healthcheck`. The status, or
/// 0 when nobody answered, with TLS also when it was not with the certificate of the file.
unsigned http_status(const HttpOptions& listener, const std::string& path);

}  // namespace isthmus
