#include "gateway/runtime/http_endpoint.hpp"

#include <boost/asio/error.hpp>
#include <charconv>
#include <system_error>

#include "gateway/runtime/resolver.hpp"

namespace isthmus {

Result<HttpEndpoint> parse_http_endpoint(std::string_view text) {
  const auto invalid = boost::asio::error::make_error_code(boost::asio::error::invalid_argument);
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return invalid;
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size()) return invalid;
  const bool has_brackets = host.starts_with('[') && host.ends_with(']');
  if (has_brackets) host = host.substr(1, host.size() - 2);
  const auto address = parse_ip_address(host);
  if (!address || address->is_v6 != has_brackets) return invalid;
  return HttpEndpoint{std::string{host}, port};
}

}  // namespace isthmus
