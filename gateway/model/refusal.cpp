#include "gateway/model/refusal.hpp"

namespace isthmus {

std::string_view to_text(Condition condition) noexcept {
  switch (condition) {
    case Condition::bad_request: return "bad-request";
    case Condition::conflict: return "conflict";
    case Condition::feature_not_implemented: return "feature-not-implemented";
    case Condition::forbidden: return "forbidden";
    case Condition::gone: return "gone";
    case Condition::internal_server_error: return "internal-server-error";
    case Condition::item_not_found: return "item-not-found";
    case Condition::jid_malformed: return "jid-malformed";
    case Condition::not_acceptable: return "not-acceptable";
    case Condition::not_allowed: return "not-allowed";
    case Condition::not_authorized: return "not-authorized";
    case Condition::policy_violation: return "policy-violation";
    case Condition::recipient_unavailable: return "recipient-unavailable";
    case Condition::redirect: return "redirect";
    case Condition::registration_required: return "registration-required";
    case Condition::remote_server_not_found: return "remote-server-not-found";
    case Condition::remote_server_timeout: return "remote-server-timeout";
    case Condition::resource_constraint: return "resource-constraint";
    case Condition::service_unavailable: return "service-unavailable";
    case Condition::unexpected_request: return "unexpected-request";
    case Condition::undefined_condition: break;
  }
  return "undefined-condition";
}

std::string_view to_text(Remedy remedy) noexcept {
  switch (remedy) {
    case Remedy::cancel: break;
    case Remedy::modify: return "modify";
    case Remedy::auth: return "auth";
    case Remedy::wait: return "wait";
  }
  return "cancel";
}

}  // namespace isthmus
