#pragma once
// XMPP addresses: preparation (RFC 6122, the stringprep profiles that Prosody and ejabberd use), XEP-0106 escaping, and
// our =hh escape for foreign names that no prepared JID part can hold. ASCII takes a fast path that is equal to libidn
// (a property test).
#include <string>
#include <string_view>

#include "gateway/result.hpp"

namespace isthmus::xmpp {

/// A prepared address in one string. At most 1023 bytes a part.
class Jid {
 public:
  Jid() = default;
  std::string_view local() const noexcept { return std::string_view{text_}.substr(0, local_end_); }
  std::string_view domain() const noexcept {
    const auto begin = local_end_ == 0 ? 0U : local_end_ + 1U;
    return std::string_view{text_}.substr(begin, domain_end_ - begin);
  }
  std::string_view resource() const noexcept {
    return domain_end_ == text_.size() ? std::string_view{} : std::string_view{text_}.substr(domain_end_ + 1U);
  }
  std::string_view bare() const noexcept { return std::string_view{text_}.substr(0, domain_end_); }
  const std::string& str() const noexcept { return text_; }
  bool is_full() const noexcept { return domain_end_ != text_.size(); }
  bool empty() const noexcept { return text_.empty(); }
  friend bool operator==(const Jid& a, const Jid& b) noexcept { return a.text_ == b.text_; }

 private:
  friend Result<void> parse_jid_into(std::string_view text, Jid& jid);
  std::string text_;
  unsigned local_end_ = 0;
  unsigned domain_end_ = 0;
};

/// Splits and prepares `text` (unassigned code points allowed). An error (Errc): an empty part, a part over 1023 bytes,
/// ill-formed UTF-8, a character that the profile prohibits, in a domain any ASCII but letters, digits, '-', '_' and
/// '.' (or a bracketed IPv6 address).
Result<Jid> parse_jid(std::string_view text);
/// The same into a Jid whose storage is used again; on an error `jid` is empty.
Result<void> parse_jid_into(std::string_view text, Jid& jid);

/// Each part alone, prepared.
Result<std::string> prepared_local(std::string_view text);  // nodeprep
Result<std::string> prepared_domain(
    std::string_view text);  // nameprep per label, a final dot dropped; xn-- labels are left as they are
Result<std::string> prepared_resource(std::string_view text);  // resourceprep

/// The localpart for a foreign name: XEP-0106, then =hh for every byte of what strict nodeprep (unassigned code points
/// refused) would not leave as it is; ASCII capitals become small. from_local(to_local(name)) == name, for names
/// without ASCII capitals (a localpart has none). `name` is the whole localpart, since the rules for right-to-left text
/// look at it whole. The result may be longer than the 1023 bytes that a part may have: prepared_local() then refuses
/// it.
std::string to_local(std::string_view name);
/// The foreign name that a prepared localpart stands for: one pass; a `\` or `=` that starts no escape stands for
/// itself.
std::string from_local(std::string_view local);

/// The same by XEP-0106 alone, for printable ASCII without capitals: a `=` stands for itself.
std::string to_escaped_local(std::string_view name);
std::string from_escaped_local(std::string_view local);

/// The same for an occupant's nick in the resourcepart (strict resourceprep; no XEP-0106 there; case is kept, for any
/// nick).
std::string to_resource(std::string_view nick);
std::string from_resource(std::string_view resource);

}  // namespace isthmus::xmpp
