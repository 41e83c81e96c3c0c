// The one HTTP client: it asks our own listener whether it is well.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <chrono>
#include <exception>
#include <span>
#include <string_view>
#include <utility>

#include "gateway/runtime/http.hpp"
#include "gateway/runtime/http_endpoint.hpp"
#include "gateway/runtime/tls_server.hpp"

namespace isthmus {

namespace {

namespace http = boost::beast::http;
using namespace std::chrono_literals;

constexpr std::size_t max_head = 8 * 1024;
constexpr auto status_time = 3s;

asio::awaitable<unsigned> request_status(IpAddress server, ConnectOptions options, std::string request) {
  const std::vector<IpAddress> addresses{server};
  const Connected connected = co_await connect(addresses, std::move(options));
  if (!connected.stream) co_return 0;
  ByteStream& stream = *connected.stream;
  std::string_view rest = request;
  while (!rest.empty()) {
    const Moved moved = stream.write_some(rest);
    if (moved.error) co_return 0;
    rest.remove_prefix(moved.bytes);
    if (!rest.empty()) co_await stream.writable();
  }
  std::string head(max_head, '\0');
  std::size_t size = 0;
  http::response_parser<http::empty_body> response;
  while (size < head.size()) {
    const Moved moved = stream.read_some(std::span{head}.subspan(size));
    if (moved.error) co_return 0;
    size += moved.bytes;
    boost::system::error_code error;
    response.put(asio::const_buffer{head.data(), size}, error);
    if (response.is_header_done()) co_return response.get().result_int();
    if (error && error != http::error::need_more) co_return 0;
    co_await stream.readable();
  }
  co_return 0;
}

}  // namespace

unsigned http_status(const HttpOptions& listener, const std::string& path) {
  const auto endpoint = parse_http_endpoint(listener.address);
  if (!endpoint) return 0;
  ConnectOptions options{.port = endpoint->port, .tls = {}, .timeout = status_time};
  if (listener.tls.is_wanted()) {
    const auto fingerprint = fingerprint_of(listener.tls.certificate_file);
    if (fingerprint.empty()) return 0;
    options.tls = TlsWanted{.server_name = endpoint->host, .ca_file = {}, .alpn = {}, .fingerprint = fingerprint};
  }
  const std::string request =
      "GET " + path + " HTTP/1.1\r\nHost: " + listener.address + "\r\nConnection: close\r\n\r\n";
  asio::io_context loop{1};
  unsigned status = 0;
  asio::co_spawn(loop, request_status(*parse_ip_address(endpoint->host), std::move(options), request),
                 [&](std::exception_ptr failed, unsigned answered) {
                   if (!failed) status = answered;
                 });
  loop.run_for(status_time);
  return status;
}

}  // namespace isthmus
