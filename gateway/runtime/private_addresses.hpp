#pragma once
// Addresses of people in the log, as something that tells them apart and names nobody.
#include <array>
#include <string>
#include <string_view>

namespace isthmus {

class PrivateAddresses {
 public:
  /// With a key of its own, made at random: the same address has the same hash until the process ends, and nobody can
  /// find it by trying names.
  PrivateAddresses();

  /// `text` with every word of the form a@b, b/c behind it included, as "~" and the first 12 hexadecimal digits of its
  /// HMAC-SHA-256. What stands around a word (quotes, brackets, a colon at its end) stays. The part behind the slash
  /// does not count: all clients of a person have one hash.
  std::string hashed(std::string_view text) const;

 private:
  std::array<unsigned char, 32> key_{};
};

}  // namespace isthmus
