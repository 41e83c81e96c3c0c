#pragma once
// Says which of very many sockets can be read or written. Waiting with Asio costs a system call each time, and two or
// three hundred bytes for each socket; here a socket is made known once, and all of them wait under one descriptor of
// Asio's (an epoll within its own; docs/decisions/readiness.md).
#include <sys/epoll.h>

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <functional>
#include <memory>

namespace isthmus {

class Readiness : public std::enable_shared_from_this<Readiness> {
 public:
  /// Called once, on the loop, never from within the call that it was given to.
  using Ready = std::move_only_function<void(boost::system::error_code)>;

  /// A socket, owned, and at most one who waits for each direction. Whoever reads or writes goes on until it would
  /// block (or less came than there was room for), since what was told once is not told again.
  class Socket {
   public:
    /// `fd` is connected and does not block. Throws boost::system::system_error when it cannot be watched.
    Socket(std::shared_ptr<Readiness> readiness, int fd);
    ~Socket() { close(); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    /// -1 once closed.
    int fd() const noexcept { return fd_; }
    void when_readable(Ready ready);
    void when_writable(Ready ready);
    /// Whoever waits for it hears operation_aborted.
    void stop_waiting_to_read();
    void stop_waiting_to_write();
    /// Whoever waits hears operation_aborted.
    void close() noexcept;

   private:
    friend class Readiness;
    void wait(Ready& place, bool& is_ready, Ready ready);
    void post(Ready ready, boost::system::error_code error);
    void on_events(std::uint32_t events);

    std::shared_ptr<Readiness> readiness_;
    Ready read_;
    std::unique_ptr<Ready> write_;  // seldom: a socket takes nearly always what there is
    int fd_;
    bool is_readable_ = false;  // was told while nobody waited
    bool is_writable_ = false;
    bool has_ended_ = false;  // behind what there may be to read is the end, which is not told a second time
  };

  /// With std::make_shared.
  explicit Readiness(boost::asio::any_io_executor executor);

 private:
  void add(Socket& socket);
  void remove(Socket& socket) noexcept;
  void wait();
  void tell();

  boost::asio::posix::stream_descriptor epoll_;
  std::size_t sockets_ = 0;
  bool is_waiting_ = false;
  // What is being told; null where the socket went meanwhile.
  std::array<epoll_event, 128> events_{};
  std::size_t next_ = 0;
  std::size_t count_ = 0;
};

}  // namespace isthmus
