#include "gateway/runtime/http.hpp"

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

constexpr std::size_t max_connections = 64;
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

using Request = http::request_parser<http::empty_body>;

HttpAnswer plain(http::status status) {
  return {static_cast<unsigned>(status), "text/plain; charset=utf-8",
          std::string{http::obsolete_reason(status)} + "\n"};
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

HttpAnswer answer_to(const Request::value_type& request, const HttpRoutes& routes, const Log& log) {
  const std::string_view target{request.target().data(), request.target().size()};
  const std::string_view path = target.substr(0, target.find('?'));
  const auto route = routes.find(path);
  if (route == routes.end()) return plain(http::status::not_found);
  if (request.method() != http::verb::get && request.method() != http::verb::head)
    return plain(http::status::method_not_allowed);
  try {
    return route->second();
  } catch (const std::exception& error) {
    log.error("http: {}: {}", path, error.what());
    return plain(http::status::internal_server_error);
  }
}

http::response<http::string_body> to_response(HttpAnswer answer, bool is_head) {
  http::response<http::string_body> response{static_cast<http::status>(answer.status), 11};
  response.set(http::field::content_type, answer.content_type);
  response.set(http::field::cache_control, "no-store");
  if (response.result() == http::status::method_not_allowed) response.set(http::field::allow, "GET, HEAD");
  response.keep_alive(false);
  response.content_length(answer.body.size());
  if (!is_head) response.body() = std::move(answer.body);
  return response;
}

asio::awaitable<void> serve_client(tcp::socket socket, std::shared_ptr<const HttpRoutes> routes, Log log) {
  beast::tcp_stream stream{std::move(socket)};
  stream.expires_after(request_time);
  beast::flat_buffer buffer{max_head};
  Request request;
  request.header_limit(max_head);
  const auto [error, received] = co_await http::async_read(stream, buffer, request, as_tuple);
  if (error && !is_bad_request(error)) co_return;

  const bool is_head = request.get().method() == http::verb::head;
  auto response = to_response(error ? answer_to_bad_request(error) : answer_to(request.get(), *routes, log), is_head);
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

asio::awaitable<void> accept_clients(tcp::acceptor& acceptor, TaskGroup& clients,
                                     std::shared_ptr<const HttpRoutes> routes, Log log) {
  asio::steady_timer pause{acceptor.get_executor()};
  for (;;) {
    auto [error, socket] = co_await acceptor.async_accept(as_tuple);
    if (error == asio::error::operation_aborted) co_return;
    if (error) {
      // Out of file descriptors, mostly: the connection stays in the queue, and trying at once would fail again.
      log.warn("http: accepting failed: {}", error.message());
      pause.expires_after(1s);
      co_await pause.async_wait(asio::use_awaitable);
    } else if (clients.size() < max_connections) {
      clients.spawn("http client", serve_client(std::move(socket), routes, log));
    }
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

asio::awaitable<void> serve_http(std::string address, HttpRoutes routes, Log log,
                                 std::function<void(std::uint16_t)> listening) {
  const auto executor = co_await asio::this_coro::executor;
  tcp::acceptor acceptor = listen(executor, address);
  if (listening) listening(acceptor.local_endpoint().port());
  const auto shared_routes = std::make_shared<const HttpRoutes>(std::move(routes));
  const auto body = [&](TaskGroup& clients) { return accept_clients(acceptor, clients, shared_routes, log); };
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
