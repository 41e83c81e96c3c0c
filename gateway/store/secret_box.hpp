#pragma once
// Secrets at rest: AES-256-GCM (NIST SP 800-38D), each bound to the place where it belongs, so that one cannot be put
// in another's place.
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/result.hpp"

namespace isthmus {

class SecretBox {
 public:
  static constexpr std::size_t key_size = 32;  // bytes
  using Key = std::array<unsigned char, key_size>;

  explicit SecretBox(const Key& key) noexcept : key_{key} {}
  ~SecretBox();  // wipes the key
  SecretBox(const SecretBox&) = delete;
  SecretBox& operator=(const SecretBox&) = delete;

  /// `secret` as text (hexadecimal) that only open() with the same key and `place` reads. Each time another.
  std::string seal(std::string_view secret, std::string_view place) const;
  /// nullopt: the key or the place is another, or the text was changed.
  std::optional<std::string> open(std::string_view sealed, std::string_view place) const;

 private:
  Key key_;
};

/// The key in the file `path`: 64 hexadecimal digits, and perhaps a newline. A file that is not there is made, with
/// mode 0600. An error when it cannot be read or made, or holds something else.
Result<SecretBox::Key> load_or_make_key(const std::string& path);

}  // namespace isthmus
