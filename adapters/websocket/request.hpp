#pragma once
// What requests have in common: who asks, from where, and what they want to hear. Pure.
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "adapters/websocket/frames.hpp"
#include "adapters/websocket/hub.hpp"
#include "gateway/runtime/http.hpp"

namespace isthmus::websocket {

inline constexpr std::string_view native_protocol = "isthmus.v1.json";
inline constexpr std::string_view cloudevents_protocol = "cloudevents.json";
inline constexpr std::string_view bearer_protocol = "isthmus.bearer.";  // then the token in base64url

/// What a request proves itself with.
struct Credentials {
  std::string token;   // from the Authorization header field, the subprotocol, or (where that is allowed) the query
  std::string ticket;  // from the query
};
/// A refusal when a token stands in the query and may not.
std::variant<Credentials, HttpAnswer> read_credentials(const HttpRequest& request, const HttpFields& query,
                                                       bool allow_query_token);

/// Pages of other origins may not use what a browser of ours would be let into: an Origin must be `request`'s own host,
/// or listed. Requests without one come from no browser.
bool is_origin_allowed(const HttpRequest& request, const std::vector<std::string>& listed);

/// topic=…&format=…&cursor=…&history=…&policy=…&rate=…&strict=… of a URL.
struct Wanted {
  std::vector<std::string> topics;
  std::optional<Format> format;
  std::optional<std::string> cursor;
  std::size_t history = 0;
  std::optional<Policy> policy;
  double rate = 0;         // values of one address a second; 0: all
  bool is_strict = false;  // a cursor after which something is missing is refused
};
std::variant<Wanted, HttpAnswer> read_wanted(const HttpFields& query);

/// {"error":{"code":…,"text":…}} with the status that belongs to the code.
HttpAnswer error_answer(const Problem& problem);
HttpAnswer error_answer(unsigned status, const Problem& problem);
HttpAnswer json_answer(const boost::json::value& value, unsigned status = 200);

}  // namespace isthmus::websocket
