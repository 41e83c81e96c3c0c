#pragma once
// The numeric address and port that an HTTP listener has.
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/result.hpp"

namespace isthmus {

struct HttpEndpoint {
  std::string host;  // numeric, without brackets
  std::uint16_t port = 0;
};

/// "127.0.0.1:8480" or "[::1]:8480"; else boost::asio::error::invalid_argument.
Result<HttpEndpoint> parse_http_endpoint(std::string_view text);

}  // namespace isthmus
