#include "gateway/runtime/readiness.hpp"

#include <unistd.h>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <utility>

namespace isthmus {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

int make_epoll() {
  const int fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) throw boost::system::system_error{errno, boost::system::system_category(), "epoll_create1"};
  return fd;
}

}  // namespace

Readiness::Socket::Socket(std::shared_ptr<Readiness> readiness, int fd) : readiness_{std::move(readiness)}, fd_{fd} {
  try {
    readiness_->add(*this);
  } catch (...) {
    ::close(fd_);
    throw;
  }
}

void Readiness::Socket::when_readable(Ready ready) {
  is_readable_ = is_readable_ || has_ended_;
  wait(read_, is_readable_, std::move(ready));
}

void Readiness::Socket::when_writable(Ready ready) {
  if (write_ == nullptr) write_ = std::make_unique<Ready>();
  wait(*write_, is_writable_, std::move(ready));
}

void Readiness::Socket::wait(Ready& place, bool& is_ready, Ready ready) {
  if (fd_ < 0) return post(std::move(ready), asio::error::operation_aborted);
  if (std::exchange(is_ready, false)) return post(std::move(ready), {});
  place = std::move(ready);
}

void Readiness::Socket::post(Ready ready, error_code error) {
  asio::post(readiness_->epoll_.get_executor(), [ready = std::move(ready), error]() mutable { ready(error); });
}

void Readiness::Socket::stop_waiting_to_read() {
  if (read_) post(std::exchange(read_, {}), asio::error::operation_aborted);
}

void Readiness::Socket::stop_waiting_to_write() {
  if (write_ != nullptr && *write_) post(std::exchange(*write_, {}), asio::error::operation_aborted);
  write_.reset();
}

void Readiness::Socket::close() noexcept {
  if (fd_ < 0) return;
  readiness_->remove(*this);
  ::close(std::exchange(fd_, -1));
  stop_waiting_to_read();
  stop_waiting_to_write();
}

void Readiness::Socket::on_events(std::uint32_t events) {
  constexpr std::uint32_t end = EPOLLERR | EPOLLHUP;
  has_ended_ = has_ended_ || (events & (EPOLLRDHUP | end)) != 0;
  // Who waits to write is posted, since reading may destroy this socket.
  if ((events & (EPOLLOUT | end)) != 0) {
    is_writable_ = write_ == nullptr || !*write_;
    if (!is_writable_) post(std::move(*std::exchange(write_, nullptr)), {});
  }
  if ((events & (EPOLLIN | EPOLLRDHUP | end)) != 0) {
    is_readable_ = !read_;
    if (!is_readable_) std::exchange(read_, {})(error_code{});
  }
}

Readiness::Readiness(asio::any_io_executor executor) : epoll_{executor, make_epoll()} {}

void Readiness::add(Socket& socket) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &socket;
  if (::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, socket.fd_, &event) != 0)
    throw boost::system::system_error{errno, boost::system::system_category(), "epoll_ctl"};
  ++sockets_;
  wait();
}

void Readiness::remove(Socket& socket) noexcept {
  ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, socket.fd_, nullptr);
  for (std::size_t i = next_; i < count_; ++i) {
    if (events_[i].data.ptr == &socket) events_[i].data.ptr = nullptr;
  }
  error_code ignored;
  if (--sockets_ == 0) epoll_.cancel(ignored);  // else the loop would not end
}

void Readiness::wait() {
  if (std::exchange(is_waiting_, true)) return;
  epoll_.async_wait(asio::posix::stream_descriptor::wait_read, [weak = weak_from_this()](error_code error) {
    const auto self = weak.lock();
    if (self == nullptr) return;
    if (!error) self->tell();
    self->is_waiting_ = false;
    if (self->sockets_ > 0) self->wait();
  });
}

void Readiness::tell() {
  const int count = ::epoll_wait(epoll_.native_handle(), events_.data(), static_cast<int>(events_.size()), 0);
  count_ = count > 0 ? static_cast<std::size_t>(count) : 0;
  for (next_ = 0; next_ < count_;) {
    const epoll_event event = events_[next_++];
    if (event.data.ptr != nullptr) static_cast<Socket*>(event.data.ptr)->on_events(event.events);
  }
}

}  // namespace isthmus
