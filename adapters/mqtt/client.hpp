#pragma once
// The port to an MQTT library: one connection to a broker. Everything here happens on the loop; what a call leads to is
// told to the ClientHandler later, never from within the call.
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/mqtt/reason.hpp"

namespace isthmus::mqtt {

enum class Version : std::uint8_t { v3_1_1, v5 };

/// A PUBLISH, either way. What stands below the line exists in MQTT 5 only; with 3.1.1 it is not sent.
struct Publication {
  std::string topic;
  std::string payload;
  std::uint8_t qos = 0;
  bool retain = false;        // inbound: the broker had kept it (3.1.1 and retain-as-published: see Broker)
  bool is_duplicate = false;  // inbound: the broker may have sent it before
  bool is_own = false;        // told to others of this connection: it was published by us
  // ---
  std::string content_type{};
  bool is_utf8 = false;  // payload format indicator 1
  std::optional<std::chrono::seconds> expiry{};
  std::string response_topic{};
  std::string correlation{};
  std::vector<std::pair<std::string, std::string>> properties{};
  std::vector<std::uint32_t> subscriptions{};  // inbound: ids of the subscriptions that it matched
};

struct Will {
  Publication what;
  std::chrono::seconds delay{};  // MQTT 5
};

struct TlsFiles {
  std::string ca_file;  // empty: the system's
  std::string certificate_file;
  std::string key_file;
};

struct ConnectOptions {
  std::string url;  // mqtt, mqtts, ws or wss; the host as it is to be connected to
  Version version = Version::v5;
  std::string client_id;
  std::string username;  // empty: none
  std::string password;
  TlsFiles tls;
  std::chrono::seconds keep_alive{60};
  std::chrono::seconds timeout{10};
  std::chrono::seconds session_expiry{};  // MQTT 5; with 3.1.1 a session that is kept is kept as the broker likes
  bool clean_start = false;
  std::uint16_t receive_maximum = 100;
  std::uint32_t maximum_packet = 0;  // MQTT 5: of what the broker may send; 0: no limit
  std::optional<Will> will;
};

/// What the broker said when it accepted the connection. Defaults are those of 3.1.1.
struct Connack {
  bool session_present = false;
  std::uint16_t receive_maximum = 65'535;
  std::uint8_t maximum_qos = 2;
  bool retain_available = true;
  bool wildcard_available = true;
  bool has_subscription_ids = false;
  std::uint32_t maximum_packet = 0;  // bytes; 0: no limit
  std::uint16_t topic_aliases = 0;   // that we may use towards it
};

struct SubscribeOptions {
  std::uint8_t qos = 1;
  // MQTT 5
  bool no_local = true;
  bool retain_as_published = false;  // so that the mark tells what was kept before from what is published now
  std::uint8_t retain_handling = 0;
  std::uint32_t id = 0;  // 0: none
};

/// Names one thing that was asked of a client.
using Token = std::uint64_t;

class ClientHandler {
 public:
  virtual void on_connected(const Connack& connack) = 0;
  /// The connection, or the attempt to have one, is over; nothing else follows. Open tokens are not told of.
  virtual void on_closed(const Reason& why) = 0;
  /// `ack` is for Client::acknowledge().
  virtual void on_publication(Publication publication, std::uint64_t ack) = 0;
  /// Much waits to be told of already: the connection should be closed until it has been.
  virtual void on_overflow() = 0;
  /// What became of a subscribe, unsubscribe or publish: of QoS 0, that it was written.
  virtual void on_done(Token token, const Reason& reason) = 0;

 protected:
  ~ClientHandler() = default;
};

/// One attempt to connect, and the connection that comes of it. Destroying it drops the connection, and nothing more is
/// told.
class Client {
 public:
  virtual ~Client() = default;
  /// Once.
  virtual void connect(const ConnectOptions& options) = 0;
  /// DISCONNECT, so that the will is not published; on_closed follows.
  virtual void disconnect() = 0;
  virtual void subscribe(Token token, const std::string& filter, const SubscribeOptions& options) = 0;
  virtual void unsubscribe(Token token, const std::string& filter) = 0;
  virtual void publish(Token token, const Publication& publication) = 0;
  /// What on_publication brought has been taken care of. A library that acknowledges by itself has nothing to do here.
  virtual void acknowledge(std::uint64_t ack) = 0;
};

/// Makes a client that tells `handler`.
using ClientMaker = std::function<std::unique_ptr<Client>(ClientHandler& handler)>;

}  // namespace isthmus::mqtt
