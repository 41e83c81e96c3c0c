#pragma once
// The shell around a session: connects, reads lines and feeds them, writes once a turn, rings when it is time. It knows
// nothing of the protocol. A new stream for each attempt; the session, and what it wants, stay.
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/irc/accounts.hpp"
#include "adapters/irc/line_buffer.hpp"
#include "adapters/irc/outgoing.hpp"
#include "adapters/irc/session.hpp"
#include "gateway/runtime/byte_stream.hpp"
#include "gateway/runtime/runtime.hpp"
#include "gateway/runtime/task_group.hpp"

namespace isthmus::irc {

class Connection;

/// A network that is in use, shared by the connections to it.
struct NetworkInUse {
  struct Waiting {
    std::weak_ptr<Connection> connection;
    std::uint32_t attempt;
  };
  Network network;
  SteadyTime next_connect = SteadyTime::min();  // when the next connection may be made (connect_rate)
  unsigned connecting = 0;                      // attempts under way, at most max_connecting
  std::deque<Waiting> waiting;                  // for one of them to end
};

/// What a connection asks of the adapter that holds it. Outlives it.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  /// The session is over; the connection may still have something to write.
  virtual void over(const Connection& connection) = 0;
  /// It has a stream.
  virtual void opened(Connection& connection) = 0;
  /// It has none any more, and nothing of it waits on the loop.
  virtual void closed(Connection& connection) = 0;
};

class Connection final : public SessionHost, public Flushable, public std::enable_shared_from_this<Connection> {
 public:
  struct Setting {
    Runtime& runtime;
    ConnectionOwner& owner;
    TaskGroup& tasks;
    const Session::Shared& session;
    AdapterId adapter;
    StsPolicies& sts;
    const Accounts& accounts;
    ByteCounts& bytes;
    std::shared_ptr<Readiness> readiness;
  };

  /// `user`: whose connection it is. `place`: the network as a conversation. Everything in `setting` outlives the
  /// connection.
  Connection(const Setting& setting, std::shared_ptr<NetworkInUse> network, Name user, const Conversation& place);
  ~Connection() override = default;

  Session& session() noexcept { return session_; }
  /// Takes in what the user has set anew: the most of it counts from the next attempt on.
  void use_account();
  const Session& session() const noexcept { return session_; }
  const Name& user() const noexcept { return user_; }
  const Name& network() const noexcept { return session_.place().network; }
  bool has_stream() const noexcept { return stream_ != nullptr; }
  /// Bytes that wait for the flood limit or the socket.
  std::size_t queued() const noexcept { return outgoing_.bytes().size(); }

  // SessionHost
  void connect(bool patient) override;
  void secure(std::uint16_t port) override { sts_port_ = port; }
  void keep_secure(std::chrono::seconds duration) override;
  void drop(const Refusal& why) override;
  void finish() override;
  SteadyTime send(std::string_view lines, Urgency urgency) override;
  std::string& lines() override { return outgoing_.lines(); }
  bool sent(EventPtr& event, std::size_t from) override;
  void wake(SteadyTime due) override;
  EventPtr event(const Conversation& place) override;
  void emit(EventPtr event) override { setting_.runtime.router.emit(std::move(event)); }
  void confirmed(EventPtr event) override { setting_.runtime.router.confirmed(std::move(event)); }
  void failed(EventPtr event, Refusal why) override {
    setting_.runtime.router.failed(std::move(event), std::move(why));
  }
  void remember(StoredIds ids) override;
  void recall(std::size_t most) override;
  SystemTime wall_clock() const override { return setting_.runtime.alarms.wall_clock(); }
  double random() override { return setting_.runtime.random(); }
  std::string nonce() override;
  void count(std::string_view name, std::string_view reason) override { setting_.runtime.counters.add(name, reason); }
  void log(std::string_view text) override;

  // Flushable
  void flush() override;

 private:
  using Self = std::shared_ptr<Connection>;
  using Stream = std::shared_ptr<ByteStream>;
  struct Opened {
    Stream stream;
    Refusal why;  // when there is none
  };

  /// One of the attempts that a network allows at a time. When it ends, the next in line begins.
  class Turnstile {
   public:
    explicit Turnstile(std::shared_ptr<NetworkInUse> network) : network_{std::move(network)} { ++network_->connecting; }
    ~Turnstile() { leave(); }
    Turnstile(Turnstile&&) = default;
    Turnstile& operator=(Turnstile&&) = delete;
    void leave();

   private:
    std::shared_ptr<NetworkInUse> network_;
  };

  /// Brings `own_` up to date, and the session with it.
  void renew_network();
  /// Begins the attempt when its network allows one more.
  void begin();
  static asio::awaitable<void> refuse(Self self, std::uint32_t attempt, Refusal why);
  static asio::awaitable<void> live(Self self, std::uint32_t attempt, Turnstile turnstile);
  static asio::awaitable<Opened> open(Self self);
  static asio::awaitable<void> drain(Self self, Stream stream);
  void read_when_readable();
  /// The wait for input is over. `attempt`: the one that the stream belongs to. False when the stream ended.
  bool read_all(std::uint32_t attempt, boost::system::error_code error);
  void feed(std::span<char> bytes);
  void lost(const Refusal& why);
  void close_stream();
  void fail(std::vector<EventPtr> events, const Refusal& why);
  void ring();
  void set_alarm();
  void pump();
  void ask_for_flush() { setting_.runtime.turn.request(*this, Turn::Phase::foreign); }
  SteadyTime now() const { return setting_.runtime.alarms.now(); }

  const Setting& setting_;
  std::shared_ptr<NetworkInUse> network_;
  std::shared_ptr<const Account> account_;
  std::shared_ptr<const Network> own_;  // the network as the account and the servers' policies make it
  std::uint16_t sts_port_ = 0;          // where the server wants TLS
  Name user_;
  Session session_;
  Outgoing outgoing_;
  LineBuffer line_buffer_;
  Stream stream_;              // empty: not connected
  std::uint32_t attempt_ = 0;  // counts connect() and drop(): a task of an earlier one has nothing to say any more
  bool draining_ = false;      // a task waits until the stream takes more
  bool broken_ = false;        // it takes no more; the reader will hear why
  Alarm alarm_;
  SteadyTime connect_due_ = never;
  SteadyTime tick_due_ = never;
  SteadyTime pump_due_ = never;
  SteadyTime close_due_ = never;  // the session is over: the latest time to close
};

}  // namespace isthmus::irc
