#pragma once
// What clients write: frames of isthmus.v1.json, CloudEvents of type org.isthmus.send.v1, and {"topic":…,"payload":…}
// as flow editors send it. Pure.
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "adapters/websocket/output.hpp"
#include "gateway/adapter.hpp"

namespace isthmus::websocket {

/// What is wrong with a frame, in the words of the schema: bad-frame, unauthorised, forbidden, not-found, too-large,
/// rate-limited, unsupported, offline, timeout, internal.
struct Problem {
  Problem() = default;
  Problem(std::string_view what, std::string words) : code{what}, text{std::move(words)} {}
  std::string_view code = "internal";
  std::string text;
};
template <class T>
using Parsed = boost::system::result<T, Problem>;

struct AuthFrame {
  std::string token;
};
struct SubFrame {
  std::string id;
  std::vector<std::string> topics;
  std::size_t history = 0;
  std::optional<std::string> cursor;
  std::optional<Policy> policy;
  std::optional<double> rate{};  // values of one address a second; 0: all
  bool is_strict = false;        // a cursor after which something is missing closes the connection
};
struct UnsubFrame {
  std::string id;
};
struct PingFrame {
  boost::json::value ts;
};
struct AckFrame {
  std::string cursor;
};

/// What somebody says, or does to what was said.
struct Words {
  std::string text;  // with the name of whom the client speaks for, if it says so, before it
  Style style = Style::normal;
  std::string reply_to{};
};
struct ValueSaid {
  boost::json::value value;
  std::string unit{};
};
struct BytesSaid {
  std::string bytes;
};
struct Say {
  std::string id;            // the client's own; may be empty
  std::string to;            // an address
  std::string only;          // the nick who alone is meant; empty: everybody
  std::uint8_t qos = 1;      // of a value for another network: 0 at most once, 1 at least once, 2 exactly once
  bool retain = false;       // … which shall keep it as the last one
  std::string media_type{};  // … as the client says; may be empty
  std::optional<std::chrono::seconds> expiry{};  // … and which nobody wants later
  std::string answer_to{};                       // … and is answered at that address; may be empty
  std::string correlation{};                     // … by this, or is the answer to that; may be empty
  std::string thread{};                          // of a text or a value in a channel; empty: none
  std::optional<bool> receipt{};                 // whether the client wants one; unsaid: where there is an id
  std::variant<Words, ValueSaid, BytesSaid, Edit, Retract, Reactions, Typing> what;

  bool wants_receipt() const { return !id.empty() && receipt.value_or(true); }
};

using ClientFrame = std::variant<AuthFrame, SubFrame, UnsubFrame, PingFrame, AckFrame, Say>;

struct BadFrame {
  Problem problem;
  std::string id;  // of the frame, as far as it could be read
};

/// At most 50 topics in a frame, ids of at most 64 bytes, texts as long as the frame.
boost::system::result<ClientFrame, BadFrame> parse_frame(std::string_view text, Format format);

/// {"text":…,"gateway":…,"username":…} as matterbridge's API takes it: the gateway is the channel, and the user name
/// stands in front of the text.
boost::system::result<Say, BadFrame> parse_bridge(const boost::json::value& message);

/// The message that `send` describes, an object with to and text or value; as POST /v1/messages takes it.
boost::system::result<Say, BadFrame> parse_say(const boost::json::value& frame);

/// The largest rate of a subscription.
inline constexpr double most_rate = 1'000;

/// "coalesce", "drop-oldest" or "disconnect".
std::optional<Policy> parse_policy(std::string_view text) noexcept;

/// {"t":"error",…}; without an id where that is empty.
boost::json::object error_frame(const Problem& problem, std::string_view id);
/// {"t":"receipt","id":…,"state":…}, with the error where there is one.
boost::json::object receipt_frame(std::string_view id, std::string_view state, const Problem* why = nullptr);

/// The code for a refusal of another side.
std::string_view code_of(Condition condition) noexcept;

}  // namespace isthmus::websocket
