#include "app/control_socket.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>

#include "gateway/runtime/task_group.hpp"

namespace isthmus::app {
namespace {

using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using Protocol = asio::local::stream_protocol;

constexpr std::size_t max_connections = 8;
constexpr std::size_t max_command = std::size_t{16} * 1024;
constexpr auto request_timeout = 5s;

asio::awaitable<void> answer(Protocol::socket& socket, const ControlCommands& commands) {
  std::string command;
  co_await asio::async_read_until(socket, asio::dynamic_buffer(command, max_command), '\n', asio::use_awaitable);
  command.erase(command.find('\n'));
  const auto space = std::min(command.find(' '), command.size());
  const auto found = commands.find(std::string_view{command}.substr(0, space));
  const auto rest = std::string_view{command}.substr(std::min(space + 1, command.size()));
  const std::string text = found != commands.end() ? found->second(rest) : "unknown command\n";
  co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
}

asio::awaitable<void> serve_one(Protocol::socket socket, const ControlCommands& commands) {
  asio::steady_timer timer{co_await asio::this_coro::executor, request_timeout};
  co_await (answer(socket, commands) || timer.async_wait(asio::use_awaitable));
}

/// Removes the file of a gateway that has gone. False: one listens there.
bool make_room(const std::string& path, asio::any_io_executor executor) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return true;  // binding says what is wrong
  Protocol::socket probe{executor};
  boost::system::error_code failed;
  probe.connect(Protocol::endpoint{path}, failed);
  if (!failed) return false;
  ::unlink(path.c_str());
  return true;
}

/// Removes the socket's file when the gateway ends.
struct Unlinked {
  std::string path;
  ~Unlinked() { ::unlink(path.c_str()); }
};

/// A listening socket; throws boost::system::system_error when there can be none.
Protocol::acceptor listen(const std::string& path, const asio::any_io_executor& executor) {
  Protocol::acceptor acceptor{executor};
  acceptor.open(Protocol{});
  const auto old_mask = ::umask(0177);  // one thread makes files: the loop's
  boost::system::error_code failed;
  acceptor.bind(Protocol::endpoint{path}, failed);
  ::umask(old_mask);
  if (failed) throw boost::system::system_error{failed};
  acceptor.listen();
  return acceptor;
}

}  // namespace

asio::awaitable<void> serve_control(std::string path, const ControlCommands& commands, Log log) {
  const auto executor = co_await asio::this_coro::executor;
  if (!make_room(path, executor)) {
    log.warn("control.socket {}: another gateway listens there", path);
    co_return;
  }
  std::optional<Protocol::acceptor> acceptor;
  try {
    acceptor.emplace(listen(path, executor));
  } catch (const boost::system::system_error& error) {
    log.warn("control.socket {}: {}; there is no `isthmus status`", path, error.code().message());
    co_return;
  }
  const Unlinked unlinked{path};
  co_await with_tasks([&](TaskGroup& tasks) -> asio::awaitable<void> {
    for (;;) {
      auto socket = co_await acceptor->async_accept(asio::use_awaitable);
      if (tasks.size() < max_connections) tasks.spawn("control", serve_one(std::move(socket), commands));
    }
  });
}

std::optional<std::string> ask_gateway(const std::string& path, const std::string& command) {
  asio::io_context io{1};
  Protocol::socket socket{io};
  boost::system::error_code failed;
  socket.connect(Protocol::endpoint{path}, failed);
  if (failed) return std::nullopt;
  const timeval limit{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  asio::write(socket, asio::buffer(command + '\n'), failed);
  std::string text;
  std::array<char, 4096> buffer{};
  while (!failed) {
    const auto count = ::recv(socket.native_handle(), buffer.data(), buffer.size(), 0);
    if (count < 0) return std::nullopt;
    if (count == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return std::nullopt;
}

}  // namespace isthmus::app
