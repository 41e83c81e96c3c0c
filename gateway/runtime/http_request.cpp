#include "gateway/runtime/http_request.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "gateway/model/utf8.hpp"
#include "gateway/runtime/resolver.hpp"

namespace isthmus {

namespace {

constexpr std::size_t max_fields = 64;

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> split_at_commas(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto comma = text.find(',');
    if (const auto part = trimmed(text.substr(0, comma)); !part.empty()) parts.push_back(part);
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

std::string_view HttpRequest::header(std::string_view name) const noexcept { return field(headers, name); }

std::vector<std::string_view> HttpRequest::list(std::string_view name) const {
  std::vector<std::string_view> all;
  for (const auto& [key, value] : headers) {
    if (key != name) continue;
    for (const auto part : split_at_commas(value)) all.push_back(part);
  }
  return all;
}

std::optional<std::string> decode_query(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  const bool has_controls =
      std::ranges::any_of(decoded, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (has_controls || !is_utf8(decoded)) return std::nullopt;
  return decoded;
}

std::optional<HttpFields> parse_query(std::string_view query) {
  HttpFields fields;
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    auto name = decode_query(pair.substr(0, equals));
    auto value = decode_query(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1));
    if (!name || !value || fields.size() == max_fields) return std::nullopt;
    fields.emplace_back(*std::move(name), *std::move(value));
  }
  return fields;
}

std::string_view field(const HttpFields& fields, std::string_view name) noexcept {
  const auto found = std::ranges::find(fields, name, &HttpFields::value_type::first);
  return found == fields.end() ? std::string_view{} : std::string_view{found->second};
}

std::string client_address(std::string_view peer, std::string_view forwarded, const std::vector<std::string>& trusted) {
  const auto is_trusted = [&](std::string_view address) {
    return std::ranges::find(trusted, address) != trusted.end();
  };
  std::string_view client = peer;
  auto hops = split_at_commas(forwarded);
  while (is_trusted(client) && !hops.empty()) {
    if (!parse_ip_address(hops.back())) break;
    client = hops.back();
    hops.pop_back();
  }
  return std::string{client};
}

}  // namespace isthmus
