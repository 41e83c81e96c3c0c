// A bare broadcaster on Boost.Beast, to measure beside the gateway: every text that a client sends goes to all clients,
// from one shared buffer, with an async_write for each. Prints its port. No limits, no history, no formats.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>
#include <iostream>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using Text = std::shared_ptr<const std::string>;

struct Client;
std::unordered_set<std::shared_ptr<Client>> clients;

struct Client : std::enable_shared_from_this<Client> {
  explicit Client(tcp::socket accepted) : socket{std::move(accepted)} {}

  void read() {
    socket.async_read(buffer, [self = shared_from_this()](boost::system::error_code error, std::size_t) {
      if (error) return void(clients.erase(self));
      const auto text = std::make_shared<const std::string>(beast::buffers_to_string(self->buffer.data()));
      self->buffer.clear();
      for (const auto& other : clients) other->send(text);
      self->read();
    });
  }
  void send(Text text) {
    waiting.push_back(std::move(text));
    if (waiting.size() == 1) write();
  }
  void write() {
    socket.async_write(asio::buffer(*waiting.front()),
                       [self = shared_from_this()](boost::system::error_code error, std::size_t) {
                         if (error) return void(clients.erase(self));
                         self->waiting.pop_front();
                         if (!self->waiting.empty()) self->write();
                       });
  }

  beast::websocket::stream<beast::tcp_stream> socket;
  beast::flat_buffer buffer;
  std::deque<Text> waiting;
};

void accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([&acceptor](boost::system::error_code error, tcp::socket socket) {
    if (error) return;
    socket.set_option(tcp::no_delay{true});
    const auto client = std::make_shared<Client>(std::move(socket));
    client->socket.text(true);
    client->socket.async_accept([client](boost::system::error_code failed) {
      if (failed) return;
      clients.insert(client);
      client->read();
    });
    accept(acceptor);
  });
}

}  // namespace

int main() {
  asio::io_context loop{1};
  tcp::acceptor acceptor{loop, {asio::ip::address_v4::loopback(), 0}};
  acceptor.listen(4'096);
  std::cout << acceptor.local_endpoint().port() << std::endl;
  accept(acceptor);
  loop.run();
}
