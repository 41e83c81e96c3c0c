#include "gateway/runtime/http.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <memory>
#include <span>
#include <sstream>
#include <string_view>
#include <utility>

#include "gateway/result.hpp"
#include "gateway/runtime/http_endpoint.hpp"
#include "gateway/runtime/task_group.hpp"
#include "gateway/runtime/tls_server.hpp"

namespace isthmus {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr std::uint32_t max_head = 8 * 1024;
constexpr auto request_time = 10s;
/// How long what a client still sends is read and thrown away, so that the answer reaches it before the connection's
/// reset.
constexpr auto closing_time = 1s;

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);

tcp::acceptor listen(const asio::any_io_executor& executor, std::string_view address) {
  const HttpEndpoint wanted = parse_http_endpoint(address).value();
  const tcp::endpoint endpoint{asio::ip::make_address(wanted.host), wanted.port};
  tcp::acceptor acceptor{executor, endpoint.protocol()};
  acceptor.set_option(tcp::acceptor::reuse_address{true});
  acceptor.bind(endpoint);
  acceptor.listen();
  return acceptor;
}

using Parser = http::request_parser<http::string_body>;

HttpAnswer plain(http::status status) {
  return {.status = static_cast<unsigned>(status), .body = std::string{http::obsolete_reason(status)} + "\n"};
}

HttpAnswer answer_to_bad_request(const error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return plain(http::status::request_header_fields_too_large);
  }
  if (error == http::error::unexpected_body || error == http::error::body_limit)
    return plain(http::status::payload_too_large);
  return plain(http::status::bad_request);
}

std::string lower(std::string_view text) {
  std::string lowered{text};
  for (char& c : lowered) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return lowered;
}

/// A client's connection, until a route takes it over.
struct Client {
  std::unique_ptr<ByteStream> stream;
  int socket = -1;  // the stream's own, whose one direction ends before the other
  std::string peer;
};

HttpRequest to_request(Parser::value_type& parsed, const std::string& peer, const HttpOptions& options) {
  HttpRequest request;
  const auto target = parsed.target();
  const std::string_view whole{target.data(), target.size()};
  const auto mark = whole.find('?');
  request.method = parsed.method_string();
  request.path = whole.substr(0, mark);
  if (mark != std::string_view::npos) request.query = whole.substr(mark + 1);
  for (const auto& field : parsed) {
    request.headers.emplace_back(lower(field.name_string()), std::string{field.value()});
  }
  request.body = std::move(parsed.body());
  const bool is_proxied = std::ranges::find(options.trusted_proxies, peer) != options.trusted_proxies.end();
  const auto forwarded_host = is_proxied ? request.header("x-forwarded-host") : std::string_view{};
  request.peer = client_address(peer, request.header("x-forwarded-for"), options.trusted_proxies);
  request.host = forwarded_host.empty() ? request.header("host") : forwarded_host;
  request.is_secure = is_proxied && !request.header("x-forwarded-proto").empty()
                          ? request.header("x-forwarded-proto") == "https"
                          : options.tls.is_wanted();
  return request;
}

bool allows(const HttpRoute& route, std::string_view method) {
  return std::ranges::find(route.methods, method == "HEAD" ? "GET" : method) != route.methods.end();
}

HttpAnswer method_not_allowed(const HttpRoute& route) {
  HttpAnswer answer = plain(http::status::method_not_allowed);
  std::string methods;
  for (const auto& method : route.methods)
    methods += (methods.empty() ? "" : ", ") + (method == "GET" ? std::string{"GET, HEAD"} : method);
  answer.headers.emplace_back("Allow", std::move(methods));
  return answer;
}

std::string to_response(HttpAnswer answer, bool is_head) {
  http::response<http::string_body> response{static_cast<http::status>(answer.status), 11};
  response.set(http::field::content_type, answer.content_type);
  response.set(http::field::cache_control, "no-store");
  for (const auto& [name, value] : answer.headers) response.set(name, value);
  response.keep_alive(false);
  response.content_length(answer.body.size());
  if (!is_head) response.body() = std::move(answer.body);
  std::ostringstream text;
  text << response;
  return std::move(text).str();
}

/// What the listener and its clients share.
struct Shared {
  HttpOptions options;
  const HttpRoutes& routes;
  Log log;
  TlsServer tls;
  std::map<std::string, std::size_t> busy{};  // requests under way, by address
};

class Connection final : public HttpConnection {
 public:
  Connection(Client& client, beast::flat_buffer& buffer) : client_{client}, buffer_{buffer} {}
  std::unique_ptr<ByteStream> take() override { return std::move(client_.stream); }
  std::string take_rest() override {
    std::string rest{static_cast<const char*>(buffer_.data().data()), buffer_.size()};
    buffer_.clear();
    return rest;
  }

 private:
  Client& client_;
  beast::flat_buffer& buffer_;
};

std::optional<HttpAnswer> answer_to(const HttpRoute& route, const HttpRequest& request, HttpConnection& connection,
                                    const Log& log) {
  try {
    if (route.take) return route.take(request, connection);
    return route.answer(request);
  } catch (const std::exception& error) {
    log.error("http: {}: {}", request.path, error.what());
    return plain(http::status::internal_server_error);
  }
}

/// Closes a client's connection when its time is up, unless a route has it by then.
class Deadline {
 public:
  Deadline(const asio::any_io_executor& executor, const std::shared_ptr<Client>& client)
      : timer_{executor}, client_{client} {}
  void set(std::chrono::seconds time) {
    timer_.expires_after(time);
    timer_.async_wait([client = client_](error_code error) {
      const auto late = client.lock();
      if (!error && late && late->stream) late->stream->close();
    });
  }

 private:
  asio::steady_timer timer_;
  std::weak_ptr<Client> client_;
};

/// Waits for bytes and appends them; false when the client has left. Throws when the stream is closed meanwhile.
asio::awaitable<bool> receive(ByteStream& stream, beast::flat_buffer& buffer) {
  for (;;) {
    const auto room = buffer.prepare(buffer.max_size() - buffer.size());
    const Moved moved = stream.read_some({static_cast<char*>(room.data()), room.size()});
    buffer.commit(moved.bytes);
    if (moved.bytes > 0) co_return true;
    if (moved.error) co_return false;
    co_await stream.readable();
  }
}

/// Reads until the head (`is_whole`: all) of a request is there, or what is wrong with it; nullopt: the client left.
asio::awaitable<std::optional<error_code>> read(ByteStream& stream, beast::flat_buffer& buffer, Parser& parser,
                                                bool is_whole) {
  for (;;) {
    error_code error;
    if (buffer.size() > 0) buffer.consume(parser.put(buffer.data(), error));
    if (error && error != http::error::need_more) co_return error;
    const bool is_there = is_whole ? parser.is_done() : parser.is_header_done();
    if (is_there) co_return error_code{};
    if (buffer.size() == buffer.max_size()) co_return http::error::buffer_overflow;
    const bool has_more = co_await receive(stream, buffer);
    if (!has_more) co_return std::nullopt;
  }
}

/// Reads the request of a client; the answer to it, or none when there is nobody to answer.
asio::awaitable<std::optional<HttpAnswer>> handle(Client& client, beast::flat_buffer& buffer, Parser& parser,
                                                  std::shared_ptr<Shared> shared) {
  const auto head = co_await read(*client.stream, buffer, parser, false);
  if (!head) co_return std::nullopt;
  if (*head) co_return answer_to_bad_request(*head);

  const auto target = parser.get().target();
  const std::string_view whole{target.data(), target.size()};
  const auto found = shared->routes.find(whole.substr(0, whole.find('?')));
  const HttpRoute* route = found == shared->routes.end() ? nullptr : &found->second;
  const std::size_t max_body = route == nullptr ? 0 : route->max_body;
  if (parser.content_length().value_or(0) > max_body) co_return plain(http::status::payload_too_large);
  parser.body_limit(max_body);
  if (!parser.is_done() && (max_body > 0 || parser.chunked())) {
    parser.eager(true);
    const auto body = co_await read(*client.stream, buffer, parser, true);
    if (!body) co_return std::nullopt;
    if (*body) co_return answer_to_bad_request(*body);
  }
  if (route == nullptr) co_return plain(http::status::not_found);
  const HttpRequest request = to_request(parser.get(), client.peer, shared->options);
  if (!allows(*route, request.method)) co_return method_not_allowed(*route);
  Connection connection{client, buffer};
  co_return answer_to(*route, request, connection, shared->log);
}

/// False when the client takes no more.
asio::awaitable<bool> send(ByteStream& stream, std::string bytes) {
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const Moved moved = stream.write_some(rest);
    if (moved.error) co_return false;
    rest.remove_prefix(moved.bytes);
    if (!rest.empty()) co_await stream.writable();
  }
  co_return true;
}

asio::awaitable<void> serve_request(std::shared_ptr<Client> client, std::shared_ptr<Shared> shared) {
  Deadline deadline{co_await asio::this_coro::executor, client};
  deadline.set(request_time);
  beast::flat_buffer buffer{max_head};
  Parser parser;
  parser.header_limit(max_head);
  auto answer = co_await handle(*client, buffer, parser, std::move(shared));
  if (!answer) co_return;
  const bool is_head = parser.get().method() == http::verb::head;
  const bool is_sent = co_await send(*client->stream, to_response(*std::move(answer), is_head));
  if (!is_sent) co_return;

  ::shutdown(client->socket, SHUT_WR);
  deadline.set(closing_time);
  bool is_open = true;
  while (is_open) {
    buffer.clear();
    is_open = co_await receive(*client->stream, buffer);
  }
}

/// Counts a request under way for as long as it lives.
class Busy {
 public:
  Busy(std::shared_ptr<Shared> shared, std::string peer) : shared_{std::move(shared)}, peer_{std::move(peer)} {
    ++shared_->busy[peer_];
  }
  ~Busy() {
    const auto mine = shared_->busy.find(peer_);
    if (--mine->second == 0) shared_->busy.erase(mine);
  }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  std::shared_ptr<Shared> shared_;
  std::string peer_;
};

asio::awaitable<void> serve_client(std::shared_ptr<Client> client, std::shared_ptr<Shared> shared) {
  const Busy busy{shared, client->peer};
  try {
    co_await serve_request(client, shared);
  } catch (const boost::system::system_error&) {  // NOLINT(bugprone-empty-catch): it is gone, or its time is up
  }
}

/// Whether one more client from `peer` fits in.
bool has_room(const Shared& shared, std::size_t under_way, const std::string& peer) {
  if (under_way >= shared.options.max_connections) return false;
  const auto& trusted = shared.options.trusted_proxies;
  if (std::ranges::find(trusted, peer) != trusted.end()) return true;
  const auto busy = shared.busy.find(peer);
  return busy == shared.busy.end() || busy->second < shared.options.max_of_one_address;
}

asio::awaitable<void> accept_clients(tcp::acceptor& acceptor, TaskGroup& clients, std::shared_ptr<Shared> shared) {
  asio::steady_timer pause{acceptor.get_executor()};
  for (;;) {
    auto [error, socket] = co_await acceptor.async_accept(as_tuple);
    if (error == asio::error::operation_aborted) co_return;
    if (error) {
      // Out of file descriptors, mostly: the connection stays in the queue, and trying at once would fail again.
      shared->log.warn("http: accepting failed: {}", error.message());
      pause.expires_after(1s);
      co_await pause.async_wait(asio::use_awaitable);
      continue;
    }
    error_code gone;
    const auto endpoint = socket.remote_endpoint(gone);
    if (gone) continue;
    auto peer = endpoint.address().to_string();
    if (!has_room(*shared, clients.size(), peer)) continue;
    const int number = socket.native_handle();
    auto stream = shared->tls.is_wanted() ? shared->tls.accept(std::move(socket), shared->log)
                                          : make_stream(acceptor.get_executor(), socket.release());
    auto client = std::make_shared<Client>(std::move(stream), number, std::move(peer));
    if (client->stream) clients.spawn("http client", serve_client(std::move(client), shared));
  }
}

}  // namespace

asio::awaitable<void> serve_http(HttpOptions options, const HttpRoutes& routes, Log log,
                                 std::function<void(std::uint16_t)> listening) {
  const auto executor = co_await asio::this_coro::executor;
  tcp::acceptor acceptor = listen(executor, options.address);
  if (listening) listening(acceptor.local_endpoint().port());
  TlsServer tls{options.tls};
  const auto shared = std::make_shared<Shared>(std::move(options), routes, std::move(log), std::move(tls));
  const auto body = [&](TaskGroup& clients) { return accept_clients(acceptor, clients, shared); };
  co_await with_tasks(body);
}

}  // namespace isthmus
