#include "gateway/model/base64.hpp"

#include <openssl/evp.h>

#include <algorithm>

namespace isthmus {
namespace {

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // and a terminating zero
  const auto length = EVP_EncodeBlock(bytes_of(text), bytes_of(bytes), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string solid;
  std::ranges::copy_if(text, std::back_inserter(solid),
                       [](char c) { return !std::string_view{" \t\r\n"}.contains(c); });
  if (solid.empty()) return std::string{};
  const auto padding = solid.size() - std::min(solid.size(), solid.find_last_not_of('=') + 1);
  if (solid.size() % 4 != 0 || padding > 2 || solid.find('=') < solid.size() - padding) return std::nullopt;
  std::string bytes(solid.size() / 4 * 3, '\0');
  const auto length = EVP_DecodeBlock(bytes_of(bytes), bytes_of(solid), static_cast<int>(solid.size()));
  if (length < 0) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(length) - padding);
  return bytes;
}

}  // namespace isthmus
