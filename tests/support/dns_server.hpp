#pragma once
// A name server on 127.0.0.1 that answers what the test tells it to, and stays silent where it is told to. By UDP, and
// by TCP what is too long for that (RFC 1035 §4.2).
#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/runtime/resolver.hpp"

namespace isthmus::support {

namespace asio = boost::asio;

/// Runs on the test's loop. Names it was not told of do not exist.
class DnsServer {
 public:
  explicit DnsServer(asio::any_io_executor executor);

  /// `addresses` in text. A record type without addresses is answered with none.
  void answer(std::string name, std::vector<std::string_view> addresses);
  /// Never answers for `name`.
  void ignore(std::string name);
  /// Never answers for the IPv6 addresses of `name`.
  void ignore_v6(std::string name);

  /// "127.0.0.1:port"
  std::string address() const;
  std::size_t questions() const noexcept { return questions_; }
  std::size_t connections() const noexcept { return connections_; }

 private:
  using Packet = std::vector<std::uint8_t>;
  struct Zone {
    std::vector<IpAddress> addresses;
    bool is_silent = false;
    bool is_silent_for_v6 = false;
  };
  struct Client;
  void receive();
  void accept();
  void serve(std::shared_ptr<Client> client);
  Packet reply(std::span<const std::uint8_t> question);

  asio::ip::tcp::acceptor listener_;
  asio::ip::udp::socket socket_;
  asio::ip::udp::endpoint from_;
  std::array<std::uint8_t, 1500> packet_{};
  std::map<std::string, Zone, std::less<>> zones_;
  std::size_t questions_ = 0;
  std::size_t connections_ = 0;
};

}  // namespace isthmus::support
