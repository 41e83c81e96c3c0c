#include "tests/bench/load_loop.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <system_error>
#include <utility>

namespace isthmus::bench {
namespace {

constexpr std::size_t read_size = 1 << 20;
constexpr int accept_backlog = 4096;

[[noreturn]] void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

int checked(int result, const char* what) {
  if (result < 0) fail(what);
  return result;
}

}  // namespace

Nanoseconds now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * second + time.tv_nsec;
}

Pollable::~Pollable() { close_descriptor(); }

void Pollable::close_descriptor() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

Loop::Loop() : epoll_(checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")), turn_began_(now()), buffer_(read_size) {}

Loop::~Loop() { ::close(epoll_); }

void Loop::add(Pollable& item) {
  epoll_event event{.events = EPOLLIN, .data = {.ptr = &item}};
  checked(epoll_ctl(epoll_, EPOLL_CTL_ADD, item.descriptor(), &event), "epoll_ctl");
}

void Loop::set_interest(Pollable& item, std::uint32_t epoll_events) {
  epoll_event event{.events = epoll_events, .data = {.ptr = &item}};
  checked(epoll_ctl(epoll_, EPOLL_CTL_MOD, item.descriptor(), &event), "epoll_ctl");
}

void Loop::turn(Nanoseconds patience) {
  while (!dirty_.empty()) {
    const std::vector<Connection*> dirty = std::exchange(dirty_, {});
    for (Connection* connection : dirty) connection->flush();
  }
  std::array<epoll_event, 512> events{};
  const timespec limit{.tv_sec = patience / second, .tv_nsec = patience % second};
  const int count = epoll_pwait2(epoll_, events.data(), events.size(), &limit, nullptr);
  if (count < 0 && errno != EINTR) fail("epoll_pwait2");
  turn_began_ = now();
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    static_cast<Pollable*>(event.data.ptr)->on_ready(event.events);
  }
}

bool Loop::run_until(const std::function<bool()>& done, Nanoseconds limit) {
  const Nanoseconds end = now() + limit;
  while (!done()) {
    const Nanoseconds left = end - now();
    if (left <= 0) return false;
    turn(left);
  }
  return true;
}

void Loop::run_for(Nanoseconds span) {
  run_until([] { return false; }, span);
}

Connection::Connection(Loop& loop, int descriptor) : Pollable(descriptor), loop_(loop) {
  const int yes = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  loop.add(*this);
}

void Connection::send(std::string_view bytes) {
  if (!is_open()) return;
  out_ += bytes;
  if (!std::exchange(is_dirty_, true)) loop_.dirty_.push_back(this);
}

void Connection::close_after_writing() {
  is_closing_ = true;
  send({});
}

void Connection::on_ready(std::uint32_t epoll_events) {
  if (!is_open()) return;
  if (epoll_events & EPOLLOUT) flush();
  if (epoll_events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_all();
}

void Connection::read_all() {
  while (is_open()) {
    const ssize_t got = recv(descriptor(), loop_.buffer_.data(), loop_.buffer_.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return close();
    const auto size = static_cast<std::size_t>(got);
    take({loop_.buffer_.data(), size});
    if (size < loop_.buffer_.size()) return;
  }
}

void Connection::take(std::string_view fresh) {
  if (rest_.empty()) {
    rest_ = fresh.substr(on_data(fresh));
    return;
  }
  rest_ += fresh;
  rest_.erase(0, on_data(rest_));
}

void Connection::flush() {
  is_dirty_ = false;
  std::size_t sent = 0;
  while (is_open() && sent < out_.size()) {
    const ssize_t wrote = ::send(descriptor(), out_.data() + sent, out_.size() - sent, MSG_NOSIGNAL);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0 && errno == EAGAIN) break;
    if (wrote < 0) return close();
    sent += static_cast<std::size_t>(wrote);
  }
  out_.erase(0, sent);
  if (is_closing_ && out_.empty()) return close();
  if (is_open() && waits_for_room_ == out_.empty()) {
    waits_for_room_ = !out_.empty();
    loop_.set_interest(*this, waits_for_room_ ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }
}

void Connection::close() {
  if (!is_open()) return;
  close_descriptor();
  on_closed();
}

Listener::Listener(Loop& loop, std::function<void(int)> accepted)
    : Pollable(checked(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket")),
      accepted_(std::move(accepted)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  checked(bind(descriptor(), generic, size), "bind");
  checked(listen(descriptor(), accept_backlog), "listen");
  checked(getsockname(descriptor(), generic, &size), "getsockname");
  port_ = ntohs(address.sin_port);
  loop.add(*this);
}

void Listener::on_ready(std::uint32_t) {
  for (;;) {
    const int accepted = accept4(descriptor(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted >= 0) {
      accepted_(accepted);
    } else if (errno != EINTR && errno != ECONNABORTED) {
      if (errno == EAGAIN) return;
      fail("accept4");
    }
  }
}

}  // namespace isthmus::bench
