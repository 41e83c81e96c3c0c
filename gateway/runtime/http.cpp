#include "gateway/runtime/http.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/system/system_error.hpp>
#include <charconv>
#include <chrono>
#include <memory>
#include <string_view>
#include <utility>

#include "gateway/result.hpp"
#include "gateway/runtime/task_group.hpp"

namespace isthmus {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr std::uint32_t max_head = 8 * 1024;
constexpr auto request_time = 10s;
constexpr auto status_time = 3s;
/// How long what a client still sends is read and thrown away, so that the answer reaches it before the connection's
/// reset.
constexpr auto closing_time = 1s;

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);

/// "127.0.0.1:8480" or "[::1]:8480".
Result<tcp::endpoint> parse_endpoint(std::string_view text) {
  const auto invalid = asio::error::make_error_code(asio::error::invalid_argument);
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return invalid;
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size()) return invalid;
  const bool has_brackets = host.starts_with('[') && host.ends_with(']');
  if (has_brackets) host = host.substr(1, host.size() - 2);
  error_code failed;
  const auto address = asio::ip::make_address(host, failed);
  if (failed || address.is_v6() != has_brackets) return invalid;
  return tcp::endpoint{address, port};
}

tcp::acceptor listen(const asio::any_io_executor& executor, std::string_view address) {
  const tcp::endpoint endpoint = parse_endpoint(address).value();
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

/// True when the client sent something, but no request that could be read; false when it left or was too slow.
bool is_bad_request(const error_code& error) {
  if (error == http::error::end_of_stream || error == http::error::partial_message) return false;
  return error.category() == http::make_error_code(http::error::bad_version).category();
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
  request.is_secure = is_proxied && request.header("x-forwarded-proto") == "https";
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

http::response<http::string_body> to_response(HttpAnswer answer, bool is_head) {
  http::response<http::string_body> response{static_cast<http::status>(answer.status), 11};
  response.set(http::field::content_type, answer.content_type);
  response.set(http::field::cache_control, "no-store");
  for (const auto& [name, value] : answer.headers) response.set(name, value);
  response.keep_alive(false);
  response.content_length(answer.body.size());
  if (!is_head) response.body() = std::move(answer.body);
  return response;
}

/// What the listener and its clients share.
struct Shared {
  HttpOptions options;
  const HttpRoutes& routes;
  Log log;
  std::map<std::string, std::size_t> busy{};  // requests under way, by address
};

class Connection final : public HttpConnection {
 public:
  Connection(beast::tcp_stream& stream, beast::flat_buffer& buffer) : stream_{stream}, buffer_{buffer} {}
  std::unique_ptr<ByteStream> take() override {
    const auto executor = stream_.get_executor();
    return make_stream(executor, stream_.release_socket().release());
  }
  std::string take_rest() override {
    std::string rest{static_cast<const char*>(buffer_.data().data()), buffer_.size()};
    buffer_.clear();
    return rest;
  }

 private:
  beast::tcp_stream& stream_;
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

/// Reads the request of a client; the answer to it, or none when there is nobody to answer.
asio::awaitable<std::optional<HttpAnswer>> handle(beast::tcp_stream& stream, beast::flat_buffer& buffer, Parser& parser,
                                                  std::shared_ptr<Shared> shared, std::string peer) {
  const auto [head_error, head] = co_await http::async_read_header(stream, buffer, parser, as_tuple);
  if (head_error && !is_bad_request(head_error)) co_return std::nullopt;
  if (head_error) co_return answer_to_bad_request(head_error);

  const auto target = parser.get().target();
  const std::string_view whole{target.data(), target.size()};
  const auto found = shared->routes.find(whole.substr(0, whole.find('?')));
  const HttpRoute* route = found == shared->routes.end() ? nullptr : &found->second;
  const std::size_t max_body = route == nullptr ? 0 : route->max_body;
  if (parser.content_length().value_or(0) > max_body) co_return plain(http::status::payload_too_large);
  parser.body_limit(max_body);
  if (!parser.is_done() && (max_body > 0 || parser.chunked())) {
    const auto [body_error, body] = co_await http::async_read(stream, buffer, parser, as_tuple);
    if (body_error && !is_bad_request(body_error)) co_return std::nullopt;
    if (body_error) co_return answer_to_bad_request(body_error);
  }
  if (route == nullptr) co_return plain(http::status::not_found);
  const HttpRequest request = to_request(parser.get(), peer, shared->options);
  if (!allows(*route, request.method)) co_return method_not_allowed(*route);
  Connection connection{stream, buffer};
  co_return answer_to(*route, request, connection, shared->log);
}

asio::awaitable<void> serve_request(tcp::socket socket, std::shared_ptr<Shared> shared, std::string peer) {
  beast::tcp_stream stream{std::move(socket)};
  stream.expires_after(request_time);
  beast::flat_buffer buffer{max_head};
  Parser parser;
  parser.header_limit(max_head);
  auto answer = co_await handle(stream, buffer, parser, std::move(shared), std::move(peer));
  if (!answer) co_return;
  const bool is_head = parser.get().method() == http::verb::head;
  auto response = to_response(*std::move(answer), is_head);
  const auto [write_error, sent] = co_await http::async_write(stream, response, as_tuple);
  if (write_error) co_return;

  error_code ignored;
  stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
  stream.expires_after(closing_time);
  bool is_open = true;
  while (is_open) {
    buffer.clear();
    const auto [read_error, rest] = co_await stream.async_read_some(buffer.prepare(max_head), as_tuple);
    is_open = !read_error;
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

asio::awaitable<void> serve_client(tcp::socket socket, std::shared_ptr<Shared> shared, std::string peer) {
  const Busy busy{shared, peer};
  co_await serve_request(std::move(socket), shared, peer);
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
    if (has_room(*shared, clients.size(), peer))
      clients.spawn("http client", serve_client(std::move(socket), shared, std::move(peer)));
  }
}

asio::awaitable<unsigned> request_status(tcp::endpoint server, std::string host, std::string path) {
  beast::tcp_stream stream{co_await asio::this_coro::executor};
  stream.expires_after(status_time);
  co_await stream.async_connect(server, asio::use_awaitable);
  http::request<http::empty_body> request{http::verb::get, path, 11};
  request.set(http::field::host, host);
  request.keep_alive(false);
  co_await http::async_write(stream, request, asio::use_awaitable);
  beast::flat_buffer buffer{max_head};
  http::response_parser<http::empty_body> response;
  co_await http::async_read_header(stream, buffer, response, asio::use_awaitable);
  co_return response.get().result_int();
}

}  // namespace

asio::awaitable<void> serve_http(HttpOptions options, const HttpRoutes& routes, Log log,
                                 std::function<void(std::uint16_t)> listening) {
  const auto executor = co_await asio::this_coro::executor;
  tcp::acceptor acceptor = listen(executor, options.address);
  if (listening) listening(acceptor.local_endpoint().port());
  const auto shared = std::make_shared<Shared>(std::move(options), routes, std::move(log));
  const auto body = [&](TaskGroup& clients) { return accept_clients(acceptor, clients, shared); };
  co_await with_tasks(body);
}

unsigned http_status(const std::string& address, const std::string& path) {
  const auto server = parse_endpoint(address);
  if (!server) return 0;
  asio::io_context loop{1};
  unsigned status = 0;
  asio::co_spawn(loop, request_status(*server, address, path), [&](std::exception_ptr failed, unsigned answered) {
    if (!failed) status = answered;
  });
  loop.run();
  return status;
}

}  // namespace isthmus
