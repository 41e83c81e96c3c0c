#pragma once
// Why something was not done, in words that every protocol can render. The conditions are those of RFC 6120 §8.3.3:
// a registered, complete vocabulary, and the one that the users' side speaks.
#include <cstdint>
#include <string>
#include <string_view>

namespace isthmus {

enum class Condition : std::uint8_t {
  bad_request,
  conflict,
  feature_not_implemented,
  forbidden,
  gone,
  internal_server_error,
  item_not_found,
  jid_malformed,
  not_acceptable,
  not_allowed,
  not_authorized,
  policy_violation,
  recipient_unavailable,
  redirect,
  registration_required,
  remote_server_not_found,
  remote_server_timeout,
  resource_constraint,
  service_unavailable,
  unexpected_request,
  undefined_condition,
};

/// What the sender may do about it (RFC 6120 §8.3.2).
enum class Remedy : std::uint8_t { cancel, modify, auth, wait };

/// The names of RFC 6120: "item-not-found", "wait".
std::string_view to_text(Condition condition) noexcept;
std::string_view to_text(Remedy remedy) noexcept;

struct Refusal {
  Condition condition = Condition::undefined_condition;
  Remedy remedy = Remedy::cancel;
  std::string text;  // readable, in the foreign side's own words where there are any; no ids of ours
  std::string
      alternate;  // for gone and redirect: the native name of the conversation to go to; of an address, the right text
};

}  // namespace isthmus
