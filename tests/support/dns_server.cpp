#include "tests/support/dns_server.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace isthmus::support {
namespace {

using asio::ip::tcp;
using asio::ip::udp;

constexpr std::size_t header_size = 12;  // RFC 1035 §4.1.1
constexpr std::size_t max_udp = 512;     // §2.3.4
constexpr std::uint8_t truncated = 2;    // in the third byte
constexpr unsigned type_a = 1;
constexpr unsigned type_aaaa = 28;

void append(std::vector<std::uint8_t>& packet, unsigned value) {
  packet.push_back(static_cast<std::uint8_t>(value >> 8));
  packet.push_back(static_cast<std::uint8_t>(value & 0xff));
}

}  // namespace

DnsServer::DnsServer(asio::any_io_executor executor) : listener_{executor}, socket_{executor} {
  // The same port for both: one that is free for TCP may be taken for UDP.
  boost::system::error_code error;
  do {
    listener_ = tcp::acceptor{executor, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
    socket_ = udp::socket{executor, udp::v4()};
    socket_.bind({asio::ip::address_v4::loopback(), listener_.local_endpoint().port()}, error);
  } while (error == asio::error::address_in_use);
  socket_.set_option(asio::socket_base::receive_buffer_size{1 << 20}, error);  // bursts; as much as the system allows
  receive();
  accept();
}

void DnsServer::answer(std::string name, std::vector<std::string_view> addresses) {
  Zone& zone = zones_[std::move(name)];
  for (const auto text : addresses) zone.addresses.push_back(parse_ip_address(text).value());
}

void DnsServer::ignore(std::string name) { zones_[std::move(name)].is_silent = true; }

void DnsServer::ignore_v6(std::string name) { zones_[std::move(name)].is_silent_for_v6 = true; }

std::string DnsServer::address() const { return "127.0.0.1:" + std::to_string(socket_.local_endpoint().port()); }

void DnsServer::receive() {
  socket_.async_receive_from(asio::buffer(packet_), from_,
                             [this](const boost::system::error_code& error, std::size_t size) {
                               if (error) return;
                               Packet packet = reply({packet_.data(), size});
                               if (packet.size() > max_udp) {
                                 packet.resize(size);
                                 packet[2] |= truncated;
                                 std::fill(packet.begin() + 6, packet.begin() + header_size, std::uint8_t{0});
                               }
                               boost::system::error_code ignored;
                               if (!packet.empty()) socket_.send_to(asio::buffer(packet), from_, 0, ignored);
                               receive();
                             });
}

struct DnsServer::Client {
  explicit Client(tcp::socket accepted) : socket{std::move(accepted)} {}
  tcp::socket socket;
  std::array<std::uint8_t, 2> length{};
  Packet question;
};

void DnsServer::accept() {
  listener_.async_accept([this](const boost::system::error_code& error, tcp::socket accepted) {
    if (error) return;
    ++connections_;
    serve(std::make_shared<Client>(std::move(accepted)));
    accept();
  });
}

// Each message is preceded by its length (RFC 1035 §4.2.2).
void DnsServer::serve(std::shared_ptr<Client> client) {
  asio::async_read(client->socket, asio::buffer(client->length),
                   [this, client](const boost::system::error_code& error, std::size_t) {
                     if (error) return;
                     client->question.resize(static_cast<std::size_t>(client->length[0] << 8 | client->length[1]));
                     asio::async_read(client->socket, asio::buffer(client->question),
                                      [this, client](const boost::system::error_code& cut, std::size_t) {
                                        if (cut) return;
                                        const Packet packet = reply(client->question);
                                        Packet framed;
                                        append(framed, static_cast<unsigned>(packet.size()));
                                        framed.insert(framed.end(), packet.begin(), packet.end());
                                        boost::system::error_code ignored;
                                        if (!packet.empty()) asio::write(client->socket, asio::buffer(framed), ignored);
                                        serve(client);
                                      });
                   });
}

// Empty: none.
DnsServer::Packet DnsServer::reply(std::span<const std::uint8_t> question) {
  std::string name;
  std::size_t at = header_size;
  while (at < question.size() && question[at] != 0) {
    const std::size_t label = question[at];
    if (at + 1 + label >= question.size()) return {};
    if (!name.empty()) name += '.';
    name.append(reinterpret_cast<const char*>(&question[at + 1]), label);
    at += 1 + label;
  }
  const std::size_t end = at + 5;  // the final zero, type and class
  if (end > question.size()) return {};
  ++questions_;
  const auto type = static_cast<unsigned>(question[at + 1] << 8 | question[at + 2]);
  const auto zone = zones_.find(name);
  if (zone != zones_.end() && (zone->second.is_silent || (zone->second.is_silent_for_v6 && type == type_aaaa)))
    return {};

  std::vector<const IpAddress*> answers;
  if (zone != zones_.end()) {
    for (const IpAddress& address : zone->second.addresses) {
      if (type == (address.is_v6 ? type_aaaa : type_a)) answers.push_back(&address);
    }
  }
  Packet packet{question[0], question[1]};
  append(packet, zone == zones_.end() ? 0x8183 : 0x8180);  // a response; NXDOMAIN or no error
  append(packet, 1);
  append(packet, static_cast<unsigned>(answers.size()));
  append(packet, 0);
  append(packet, 0);
  packet.insert(packet.end(), question.begin() + header_size, question.begin() + static_cast<std::ptrdiff_t>(end));
  for (const IpAddress* address : answers) {
    append(packet, 0xc00c);  // the name that was asked for (§4.1.4)
    append(packet, type);
    append(packet, 1);
    append(packet, 0);
    append(packet, 60);  // time to live in seconds, 32 bits
    const unsigned length = address->is_v6 ? 16 : 4;
    append(packet, length);
    packet.insert(packet.end(), address->bytes.begin(), address->bytes.begin() + length);
  }
  return packet;
}

}  // namespace isthmus::support
