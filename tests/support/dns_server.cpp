#include "tests/support/dns_server.hpp"

#include <boost/asio/buffer.hpp>
#include <utility>

namespace isthmus::support {
namespace {

using asio::ip::udp;

constexpr std::size_t header_size = 12;  // RFC 1035 §4.1.1
constexpr unsigned type_a = 1;
constexpr unsigned type_aaaa = 28;

void append(std::vector<std::uint8_t>& packet, unsigned value) {
  packet.push_back(static_cast<std::uint8_t>(value >> 8));
  packet.push_back(static_cast<std::uint8_t>(value & 0xff));
}

}  // namespace

DnsServer::DnsServer(asio::any_io_executor executor)
    : socket_{std::move(executor), udp::endpoint{asio::ip::address_v4::loopback(), 0}} {
  receive();
}

void DnsServer::answer(std::string name, std::vector<std::string_view> addresses) {
  Zone& zone = zones_[std::move(name)];
  for (const auto text : addresses) zone.addresses.push_back(parse_ip_address(text).value());
}

void DnsServer::ignore(std::string name) { zones_[std::move(name)].is_silent = true; }

void DnsServer::ignore_v6(std::string name) { zones_[std::move(name)].is_silent_for_v6 = true; }

std::string DnsServer::address() const { return "127.0.0.1:" + std::to_string(socket_.local_endpoint().port()); }

void DnsServer::receive() {
  socket_.async_receive_from(asio::buffer(packet_), from_, [this](const boost::system::error_code& error, std::size_t size) {
    if (error) return;
    reply(size);
    receive();
  });
}

void DnsServer::reply(std::size_t size) {
  std::string name;
  std::size_t at = header_size;
  while (at < size && packet_[at] != 0) {
    const std::size_t label = packet_[at];
    if (at + 1 + label >= size) return;
    if (!name.empty()) name += '.';
    name.append(reinterpret_cast<const char*>(&packet_[at + 1]), label);
    at += 1 + label;
  }
  const std::size_t end = at + 5;  // the final zero, type and class
  if (end > size) return;
  ++questions_;
  const auto type = static_cast<unsigned>(packet_[at + 1] << 8 | packet_[at + 2]);
  const auto zone = zones_.find(name);
  if (zone != zones_.end() && (zone->second.is_silent || (zone->second.is_silent_for_v6 && type == type_aaaa))) return;

  std::vector<const IpAddress*> answers;
  if (zone != zones_.end()) {
    for (const IpAddress& address : zone->second.addresses) {
      if (type == (address.is_v6 ? type_aaaa : type_a)) answers.push_back(&address);
    }
  }
  std::vector<std::uint8_t> packet{packet_[0], packet_[1]};
  append(packet, zone == zones_.end() ? 0x8183 : 0x8180);  // a response; NXDOMAIN or no error
  append(packet, 1);
  append(packet, static_cast<unsigned>(answers.size()));
  append(packet, 0);
  append(packet, 0);
  packet.insert(packet.end(), packet_.begin() + header_size, packet_.begin() + static_cast<std::ptrdiff_t>(end));
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
  boost::system::error_code ignored;
  socket_.send_to(asio::buffer(packet), from_, 0, ignored);
}

}  // namespace isthmus::support
