#include "adapters/irc/probe.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

#include "adapters/irc/settings.hpp"
#include "gateway/runtime/byte_stream.hpp"

namespace isthmus::irc {
namespace {

using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;

constexpr auto answer_timeout = 15s;

/// Asks for the server's capabilities, which a server answers before registration, and old ones with an error; a line
/// of either kind shows that it speaks IRC. Empty: it came.
asio::awaitable<std::string> first_line(ByteStream& stream) {
  std::string_view question = "CAP LS 302\r\nQUIT\r\n";
  std::array<char, 4096> buffer{};
  for (;;) {
    if (!question.empty()) {
      const Moved written = stream.write_some(question);
      question.remove_prefix(written.bytes);
    }
    co_await stream.readable();
    const Moved moved = stream.read_some(buffer);
    if (moved.error) co_return "the connection was closed without a word: " + moved.error.message();
    const std::string_view text{buffer.data(), moved.bytes};
    if (text.empty()) continue;
    // ":server CAP * LS …", "NOTICE AUTH …", "ERROR :…": a prefix or a command in capitals.
    if (text.front() == ':' || (text.front() >= 'A' && text.front() <= 'Z' && !text.starts_with("HTTP"))) co_return "";
    co_return "what answers there is no IRC server";
  }
}

asio::awaitable<std::string> timed_out() {
  asio::steady_timer timer{co_await asio::this_coro::executor, answer_timeout};
  co_await timer.async_wait(asio::use_awaitable);
  co_return "no answer within 15 s";
}

asio::awaitable<std::optional<std::string>> try_network(Network network, Resolver& resolver) {
  auto addresses = co_await resolver.resolve(network.host);
  if (!addresses) co_return "no address: " + addresses.error().message();
  ConnectOptions options;
  options.port = network.port;
  if (network.tls) options.tls = TlsWanted{network.host, network.ca_file, "irc"};
  const Connected connected = co_await isthmus::connect(std::move(*addresses), std::move(options));
  if (connected.stream == nullptr) co_return connected.why;
  const auto answer = co_await (first_line(*connected.stream) || timed_out());
  std::string why = std::visit([](const std::string& text) { return text; }, answer);
  if (why.empty()) co_return std::nullopt;
  co_return std::move(why);
}

}  // namespace

std::vector<Probe> probes(const config::Section& own, const config::Section& component) {
  std::vector<Probe> all;
  for (const auto& [name, network] : read_settings(own, component).networks) {
    all.push_back({.name = name + " (" + network.host + ":" + std::to_string(network.port) +
                           (network.tls ? ", TLS)" : ", no TLS)"),
                   .place = "irc.networks.\"" + name + "\"",
                   .run = [network](Resolver& resolver) { return try_network(network, resolver); }});
  }
  return all;
}

}  // namespace isthmus::irc
