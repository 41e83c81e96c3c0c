#include "gateway/runtime/resolver.hpp"

#include <ares.h>
#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <map>
#include <optional>
#include <utility>

namespace isthmus {
namespace {

using asio::posix::stream_descriptor;
using boost::system::error_code;
using Addresses = std::vector<IpAddress>;

constexpr std::size_t max_addresses = 16;
constexpr std::size_t max_in_flight = 1'000;

// RFC 1123 §2.1, and the underscore that some hosts have. What users type must not reach c-ares otherwise.
bool is_host_name(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > 253) return false;
  std::size_t label = 0;
  for (const char c : name) {
    const bool is_letter =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (is_letter ? ++label > 63 : c != '.' || label == 0) return false;
    if (c == '.') label = 0;
  }
  return label > 0;
}

error_code to_error(int status) {
  switch (status) {
    case ARES_SUCCESS:  // but without an address
    case ARES_ENOTFOUND:
    case ARES_ENODATA:
    case ARES_EBADNAME: return asio::error::host_not_found;
    case ARES_ETIMEOUT: return asio::error::timed_out;
    case ARES_ECANCELLED:
    case ARES_EDESTRUCTION: return asio::error::operation_aborted;
    case ARES_ENOMEM: return asio::error::no_memory;
    default: return asio::error::host_not_found_try_again;
  }
}

Addresses to_addresses(const ares_addrinfo& info) {
  Addresses addresses;
  for (const ares_addrinfo_node* node = info.nodes; node != nullptr && addresses.size() < max_addresses;
       node = node->ai_next) {
    IpAddress address;
    if (node->ai_family == AF_INET6) {
      const auto& v6 = reinterpret_cast<const sockaddr_in6*>(node->ai_addr)->sin6_addr;
      address.is_v6 = true;
      std::copy_n(v6.s6_addr, 16, address.bytes.begin());
    } else if (node->ai_family == AF_INET) {
      const auto* v4 =
          reinterpret_cast<const std::uint8_t*>(&reinterpret_cast<const sockaddr_in*>(node->ai_addr)->sin_addr);
      std::copy_n(v4, 4, address.bytes.begin());
    } else {
      continue;
    }
    if (std::ranges::find(addresses, address) == addresses.end()) addresses.push_back(address);
  }
  return addresses;
}

class Channel;

/// One look-up, shared by the coroutine that waits and by c-ares, because either may be gone first.
struct Query {
  Query(Channel& asked, const asio::any_io_executor& executor, std::chrono::milliseconds timeout)
      : channel{asked}, answered{executor, timeout} {}

  Channel& channel;             // c-ares answers while it exists, or while it is being destroyed
  asio::steady_timer answered;  // expires at the time-out; cancelled by the answer
  std::optional<Result<Addresses>> result;
};

/// c-ares on the loop: the sockets that it opens are watched, its time-outs kept by one timer. It never resumes a
/// coroutine from within c-ares, which would not survive being called back or destroyed there.
class Channel : public std::enable_shared_from_this<Channel> {
 public:
  Channel(asio::any_io_executor executor, std::chrono::milliseconds timeout)
      : executor_{std::move(executor)}, timeout_{timeout}, timer_{executor_} {}
  ~Channel() { close(); }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// Reads the system's configuration. False when c-ares cannot be had.
  bool open(const std::string& servers);
  std::shared_ptr<Query> ask(const std::string& host);
  std::size_t in_flight() const noexcept { return in_flight_; }

 private:
  struct Watch {
    explicit Watch(const asio::any_io_executor& executor) : descriptor{executor} {}
    stream_descriptor descriptor;  // c-ares owns what it holds
    bool wants[2]{};               // by stream_descriptor::wait_type
    bool waits[2]{};
  };

  static void on_socket_state(void* channel, ares_socket_t socket, int readable, int writable);
  static void on_answer(void* query, int status, int timeouts, ares_addrinfo* info);

  void close();
  void watch(ares_socket_t socket, bool read, bool write);
  void wait(const std::shared_ptr<Watch>& watch, stream_descriptor::wait_type what);
  void process(ares_socket_t readable, ares_socket_t writable);
  void arm();

  asio::any_io_executor executor_;
  std::chrono::milliseconds timeout_;
  asio::steady_timer timer_;
  ares_channel channel_ = nullptr;
  std::map<ares_socket_t, std::shared_ptr<Watch>> watches_;
  std::size_t in_flight_ = 0;
};

bool Channel::open(const std::string& servers) {
  ares_options options{};
  char lookups[] = "fb";  // /etc/hosts, then the name servers
  options.lookups = lookups;
  options.sock_state_cb = &Channel::on_socket_state;
  options.sock_state_cb_data = this;
  // Three tries, each waiting twice as long: seven eighths of the whole, so that the IPv4 addresses of a name whose
  // IPv6 question is never answered arrive in time.
  options.timeout = std::max(1, static_cast<int>(timeout_.count() / 8));
  options.tries = 3;
  const int mask = ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES;
  if (ares_init_options(&channel_, &options, mask) != ARES_SUCCESS) {
    channel_ = nullptr;
    return false;
  }
  return servers.empty() || ares_set_servers_ports_csv(channel_, servers.c_str()) == ARES_SUCCESS;
}

void Channel::close() {
  if (channel_ != nullptr) ares_destroy(channel_);  // answers every query, gives up every socket
  channel_ = nullptr;
}

std::shared_ptr<Query> Channel::ask(const std::string& host) {
  auto query = std::make_shared<Query>(*this, executor_, timeout_);
  ares_addrinfo_hints hints{};
  hints.ai_family = AF_UNSPEC;
  ++in_flight_;
  ares_getaddrinfo(channel_, host.c_str(), nullptr, &hints, &Channel::on_answer,
                   std::make_unique<std::shared_ptr<Query>>(query).release());
  arm();
  return query;
}

// Called once for each query, at the latest by ares_destroy().
void Channel::on_answer(void* query, int status, int, ares_addrinfo* info) {
  const std::unique_ptr<std::shared_ptr<Query>> owned{static_cast<std::shared_ptr<Query>*>(query)};
  Query& answered = **owned;
  --answered.channel.in_flight_;
  answered.result = Result<Addresses>{to_error(status)};
  if (status == ARES_SUCCESS && info != nullptr) {
    Addresses addresses = to_addresses(*info);
    if (!addresses.empty()) answered.result = std::move(addresses);
  }
  if (info != nullptr) ares_freeaddrinfo(info);
  answered.answered.cancel();
}

void Channel::on_socket_state(void* channel, ares_socket_t socket, int readable, int writable) {
  static_cast<Channel*>(channel)->watch(socket, readable != 0, writable != 0);
}

void Channel::watch(ares_socket_t socket, bool read, bool write) {
  if (!read && !write) {  // c-ares is about to close it
    const auto found = watches_.find(socket);
    if (found == watches_.end()) return;
    found->second->descriptor.release();
    watches_.erase(found);
    return;
  }
  std::shared_ptr<Watch>& watch = watches_[socket];
  if (!watch) {
    watch = std::make_shared<Watch>(executor_);
    error_code error;
    watch->descriptor.assign(socket, error);
    if (error) {  // its queries then time out
      watches_.erase(socket);
      return;
    }
  }
  watch->wants[stream_descriptor::wait_read] = read;
  watch->wants[stream_descriptor::wait_write] = write;
  wait(watch, stream_descriptor::wait_read);
  wait(watch, stream_descriptor::wait_write);
}

void Channel::wait(const std::shared_ptr<Watch>& watch, stream_descriptor::wait_type what) {
  if (!watch->descriptor.is_open() || !watch->wants[what] || watch->waits[what]) return;
  watch->waits[what] = true;
  watch->descriptor.async_wait(what, [weak = weak_from_this(), watch, what](const error_code& error) {
    watch->waits[what] = false;
    const auto channel = weak.lock();
    if (error || !channel || !watch->descriptor.is_open()) return;
    const ares_socket_t socket = watch->descriptor.native_handle();
    channel->process(what == stream_descriptor::wait_read ? socket : ARES_SOCKET_BAD,
                     what == stream_descriptor::wait_write ? socket : ARES_SOCKET_BAD);
    channel->wait(watch, what);
  });
}

void Channel::process(ares_socket_t readable, ares_socket_t writable) {
  ares_process_fd(channel_, readable, writable);
  arm();
}

void Channel::arm() {
  timeval most{};
  const timeval* due = ares_timeout(channel_, nullptr, &most);
  if (due == nullptr) {
    timer_.cancel();
    return;
  }
  timer_.expires_after(std::chrono::seconds{due->tv_sec} + std::chrono::microseconds{due->tv_usec});
  timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    const auto channel = weak.lock();
    if (!error && channel) channel->process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  });
}

class CaresResolver final : public Resolver {
 public:
  CaresResolver(asio::any_io_executor executor, ResolverOptions options)
      : executor_{std::move(executor)}, timeout_{options.timeout} {
    ares_library_init(ARES_LIB_INIT_ALL);
    for (const std::string& server : options.servers) servers_ += (servers_.empty() ? "" : ",") + server;
  }
  ~CaresResolver() override {
    channel_.reset();
    ares_library_cleanup();
  }
  CaresResolver(const CaresResolver&) = delete;
  CaresResolver& operator=(const CaresResolver&) = delete;

  asio::awaitable<Result<Addresses>> resolve(std::string host) override;

 private:
  Result<std::shared_ptr<Query>> ask(const std::string& host);

  asio::any_io_executor executor_;
  std::chrono::milliseconds timeout_;
  std::string servers_;
  std::shared_ptr<Channel> channel_;
};

Result<std::shared_ptr<Query>> CaresResolver::ask(const std::string& host) {
  if (!is_host_name(host)) return error_code{asio::error::host_not_found};
  if (!channel_ || channel_->in_flight() == 0) {  // a new one sees what has changed in resolv.conf
    channel_ = std::make_shared<Channel>(executor_, timeout_);
    if (!channel_->open(servers_)) {
      channel_.reset();
      return error_code{asio::error::host_not_found_try_again};
    }
  }
  if (channel_->in_flight() >= max_in_flight) return error_code{asio::error::no_buffer_space};
  return channel_->ask(host);
}

asio::awaitable<Result<Addresses>> CaresResolver::resolve(std::string host) {
  if (const auto address = parse_ip_address(host)) co_return Addresses{*address};
  auto asked = ask(host);
  if (!asked) co_return asked.error();
  const std::shared_ptr<Query> query =
      *std::move(asked);  // from here on the resolver is not touched: it may be destroyed
  if (!query->result) {
    co_await query->answered.async_wait(asio::as_tuple(asio::use_awaitable));
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (cancellation.cancelled() != asio::cancellation_type::none) {
      throw boost::system::system_error{asio::error::operation_aborted};
    }
  }
  if (!query->result) co_return error_code{asio::error::timed_out};
  co_return *std::move(query->result);
}

}  // namespace

std::unique_ptr<Resolver> make_resolver(asio::any_io_executor executor, ResolverOptions options) {
  return std::make_unique<CaresResolver>(std::move(executor), std::move(options));
}

}  // namespace isthmus
