#pragma once
// One HTTP request as routes see it, and what they read out of it. Pure.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace isthmus {

using HttpFields = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;  // "GET"
  std::string path;    // as it was sent, up to the "?"
  std::string query;   // what follows it
  HttpFields headers;  // names in lower case
  std::string body;
  std::string peer;        // the client's IP address, without port; behind a trusted proxy what that one says
  std::string host;        // whom the client means to talk to: "gw.example.org:8480"
  bool is_secure = false;  // the client talks TLS, as far as we or a trusted proxy know

  /// The value of the first header field of that name (lower case); "" when there is none.
  std::string_view header(std::string_view name) const noexcept;
  /// All values of that header field, split at commas, without white space around them.
  std::vector<std::string_view> list(std::string_view name) const;
};

/// "%41" is "A" and "+" a space (application/x-www-form-urlencoded). nullopt: an escape is malformed, or what it stands
/// for is no UTF-8 or holds control characters.
std::optional<std::string> decode_query(std::string_view text);

/// The names and values of a query, decoded, in order. nullopt: malformed, or more than 64 of them.
std::optional<HttpFields> parse_query(std::string_view query);

/// The first value of `name`, "" when there is none.
std::string_view field(const HttpFields& fields, std::string_view name) noexcept;

/// The client's address behind proxies: the last one in `forwarded` (X-Forwarded-For) that is not in `trusted`; `peer`
/// when that is no trusted proxy itself, or when what it says is no address.
std::string client_address(std::string_view peer, std::string_view forwarded, const std::vector<std::string>& trusted);

}  // namespace isthmus
