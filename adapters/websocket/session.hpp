#pragma once
// One WebSocket client: what its frames ask for, and what it is told (subprotocols isthmus.v1.json and
// cloudevents.json, and the flat format). Knows no sockets: a test feeds it texts and reads its Output.
#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/websocket/frames.hpp"
#include "adapters/websocket/hub.hpp"
#include "gateway/token_bucket.hpp"

namespace isthmus::websocket {

class Session;

/// What sessions ask of the adapter.
class Gate {
 public:
  virtual ~Gate() = default;
  /// The token that `secret` is, or why not; failures of an address count.
  virtual boost::system::result<TokenPtr, Problem> authenticate(std::string_view secret, std::string_view peer) = 0;
  /// Says it in the name of `who`; the id of what was said ("" where it has none).
  virtual boost::system::result<std::string, Problem> say(Session& who, const Say& what) = 0;
  /// Its subscriptions have changed, and with them perhaps the channels that it is in.
  virtual void on_subscribed(Session& who) = 0;
  /// Up to where a client with an id of its own has said that it has read; 0: nothing.
  virtual std::uint64_t read_by(const Session& who) const = 0;
  virtual void set_read_by(const Session& who, std::uint64_t seq) = 0;
};

struct SessionSettings {
  Format format = Format::native;
  std::string peer;        // the client's address
  std::string name;        // what it calls itself; empty: as its token
  std::string client;      // its own id, of which there is one at a time; may be empty
  std::string session_id;  // ours
  std::size_t max_frame = 0;
  std::size_t max_subscriptions = 50;
  double rate = 20;
  unsigned burst = 40;
  std::chrono::steady_clock::duration auth_timeout = std::chrono::seconds{5};
  std::optional<Policy> policy{};     // of subscriptions that name none
  double value_rate = 0;              // the same: Subscription::rate
  bool is_strict = false;             // a start after which something is missing closes the connection
  std::vector<std::string> topics{};  // to be subscribed to at the start
  Start start{};                      // … from there
};

/// RFC 6455 §7.4: a close code, and what is said with it.
struct Closing {
  std::uint16_t code = 1000;
  std::string reason;
};
inline constexpr std::uint16_t close_going_away = 1001;
inline constexpr std::uint16_t close_not_text = 1003;
inline constexpr std::uint16_t close_bad_frame = 4400;
inline constexpr std::uint16_t close_unauthorised = 4401;
inline constexpr std::uint16_t close_forbidden = 4403;
inline constexpr std::uint16_t close_auth_timeout = 4408;
inline constexpr std::uint16_t close_replaced = 4409;
inline constexpr std::uint16_t close_cursor_gone = 4410;
inline constexpr std::uint16_t close_slow = 4429;

class Session : public Consumer {
 public:
  /// `token` is null when the client will authenticate by its first frame.
  Session(Hub& hub, Output& output, Gate& gate, SessionSettings settings, TokenPtr token);

  /// Says hello, and subscribes to what the settings name.
  void begin(TokenBucket::Time now);
  void on_text(std::string_view text, TokenBucket::Time now);
  /// It sent a frame of bytes, which no subprotocol here knows.
  void on_binary();
  /// Closes when there is still no token; to be called when begin() is auth_timeout ago.
  void on_auth_timeout();
  void close(std::uint16_t code, std::string reason);

  /// Set once the connection is to be closed; nothing is read or told any more then.
  const std::optional<Closing>& closing() const noexcept { return closing_; }
  bool is_ready() const noexcept { return token() != nullptr; }
  const SessionSettings& settings() const noexcept { return settings_; }
  /// What it wants to be called in channels.
  std::string wanted_nick() const;

  /// Something that was said to this client alone.
  void tell_privately(const Record& record);
  /// A frame for this client alone, in its format; the flat one has none.
  void tell(boost::json::object frame);

 protected:
  void on_live(const Subscription& subscription) override;

 private:
  void handle(const AuthFrame& frame);
  void handle(const SubFrame& frame);
  void handle(const UnsubFrame& frame);
  void handle(const PingFrame& frame);
  void handle(const AckFrame& frame);
  void handle(const Say& say);
  bool admit(TokenBucket::Time now);
  /// A client that has said how far it has read, and says not where to begin, goes on there.
  void go_on(Start& start) const;
  /// Closes when something after the cursor of `start` is missing; false then.
  bool check_strictly(const Start& start);
  void hello();
  void greet();
  void refuse(const Problem& problem, std::string_view id);

  Gate& gate_;
  SessionSettings settings_;
  TokenBucket frames_;
  std::uint32_t refused_ = 0;  // frames in a row
  std::uint64_t told_ = 0;     // CloudEvents of its own
  std::optional<Closing> closing_;
};

}  // namespace isthmus::websocket
