#include "gateway/runtime/private_addresses.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace isthmus {
namespace {

constexpr std::string_view around = " \t\r\n\"'<>(),;=\x01";  // ends a word
constexpr std::string_view trimmed = ":.!?[]";                // belongs to the sentence when it stands at an end of it

std::string digest(const std::array<unsigned char, 32>& key, std::string_view address) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(address.data()),
       address.size(), mac.data(), &size);
  std::string result = "~";
  for (std::size_t i = 0; i < 6; ++i) fmt::format_to(std::back_inserter(result), "{:02x}", mac[i]);
  return result;
}

}  // namespace

PrivateAddresses::PrivateAddresses() {
  if (RAND_bytes(key_.data(), static_cast<int>(key_.size())) != 1) throw std::runtime_error{"no random numbers"};
}

std::string PrivateAddresses::hashed(std::string_view text) const {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto begin = std::min(text.find_first_not_of(around), text.size());
    result += text.substr(0, begin);
    text.remove_prefix(begin);
    const auto end = std::min(text.find_first_of(around), text.size());
    std::string_view word = text.substr(0, end);
    text.remove_prefix(end);
    const auto first = std::min(word.find_first_not_of(trimmed), word.size());
    const auto last = word.find_last_not_of(trimmed);
    const auto at = word.find('@', first);
    if (at == std::string_view::npos || at == first || at >= last) {
      result += word;
      continue;
    }
    const std::string_view address = word.substr(first, last + 1 - first);
    result += word.substr(0, first);
    // A slash before the @ is part of the name; the first one behind it begins the client or occupant.
    result += digest(key_, address.substr(0, address.find('/', at - first)));
    result += word.substr(last + 1);
  }
  return result;
}

}  // namespace isthmus
