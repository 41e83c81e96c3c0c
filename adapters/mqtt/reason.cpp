#include "adapters/mqtt/reason.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace isthmus::mqtt {
namespace {

struct Row {
  std::uint8_t code;
  std::string_view name;
  Condition condition;
  Remedy remedy;
};

constexpr std::array table{
    Row{0x80, "Unspecified error", Condition::undefined_condition, Remedy::cancel},
    Row{0x81, "Malformed Packet", Condition::internal_server_error, Remedy::wait},
    Row{0x82, "Protocol Error", Condition::internal_server_error, Remedy::wait},
    Row{0x83, "Implementation specific error", Condition::undefined_condition, Remedy::cancel},
    Row{0x84, "Unsupported Protocol Version", Condition::feature_not_implemented, Remedy::cancel},
    Row{0x85, "Client Identifier not valid", Condition::internal_server_error, Remedy::cancel},
    Row{0x86, "Bad User Name or Password", Condition::not_authorized, Remedy::auth},
    Row{0x87, "Not authorized", Condition::forbidden, Remedy::auth},
    Row{0x88, "Server unavailable", Condition::remote_server_timeout, Remedy::wait},
    Row{0x89, "Server busy", Condition::remote_server_timeout, Remedy::wait},
    Row{0x8A, "Banned", Condition::forbidden, Remedy::cancel},
    Row{0x8B, "Server shutting down", Condition::remote_server_timeout, Remedy::wait},
    Row{0x8C, "Bad authentication method", Condition::not_authorized, Remedy::auth},
    Row{0x8D, "Keep Alive timeout", Condition::remote_server_timeout, Remedy::wait},
    Row{0x8E, "Session taken over", Condition::recipient_unavailable, Remedy::wait},
    Row{0x8F, "Topic Filter invalid", Condition::jid_malformed, Remedy::modify},
    Row{0x90, "Topic Name invalid", Condition::jid_malformed, Remedy::modify},
    Row{0x91, "Packet Identifier in use", Condition::internal_server_error, Remedy::wait},
    Row{0x92, "Packet Identifier not found", Condition::internal_server_error, Remedy::wait},
    Row{0x93, "Receive Maximum exceeded", Condition::resource_constraint, Remedy::wait},
    Row{0x94, "Topic Alias invalid", Condition::internal_server_error, Remedy::wait},
    Row{0x95, "Packet too large", Condition::policy_violation, Remedy::modify},
    Row{0x96, "Message rate too high", Condition::resource_constraint, Remedy::wait},
    Row{0x97, "Quota exceeded", Condition::resource_constraint, Remedy::wait},
    Row{0x98, "Administrative action", Condition::recipient_unavailable, Remedy::wait},
    Row{0x99, "Payload format invalid", Condition::not_acceptable, Remedy::modify},
    Row{0x9A, "Retain not supported", Condition::feature_not_implemented, Remedy::cancel},
    Row{0x9B, "QoS not supported", Condition::feature_not_implemented, Remedy::cancel},
    Row{0x9C, "Use another server", Condition::redirect, Remedy::modify},
    Row{0x9D, "Server moved", Condition::gone, Remedy::cancel},
    Row{0x9E, "Shared Subscriptions not supported", Condition::feature_not_implemented, Remedy::cancel},
    Row{0x9F, "Connection rate exceeded", Condition::recipient_unavailable, Remedy::wait},
    Row{0xA1, "Subscription Identifiers not supported", Condition::feature_not_implemented, Remedy::cancel},
    Row{0xA2, "Wildcard Subscriptions not supported", Condition::feature_not_implemented, Remedy::cancel},
};

const Row* find(std::uint8_t code) {
  const auto* const found = std::ranges::find(table, code, &Row::code);
  return found == table.end() ? nullptr : found;
}

}  // namespace

std::string name_of(std::uint8_t code) {
  if (code == reason::no_matching_subscribers) return "No matching subscribers";
  const Row* row = find(code);
  return row != nullptr ? std::string{row->name} : fmt::format("Reason 0x{:02X}", code);
}

std::uint8_t from_return_code(std::uint8_t code) noexcept {
  switch (code) {
    case 1: return reason::unsupported_version;
    case 2: return reason::client_id_invalid;
    case 3: return reason::server_unavailable;
    case 4: return reason::bad_user_name_or_password;
    case 5: return reason::not_authorized;
    default: return reason::unspecified;
  }
}

Refusal to_refusal(const Reason& reason) {
  switch (reason.where) {
    case Reason::Where::connection:
      return {Condition::remote_server_timeout,
              Remedy::wait,
              reason.text.empty() ? "The broker cannot be reached." : "The broker cannot be reached: " + reason.text,
              {}};
    case Reason::Where::timeout:
      return {Condition::remote_server_timeout, Remedy::wait, "The broker did not answer in time.", {}};
    case Reason::Where::local:
      return {Condition::internal_server_error,
              Remedy::wait,
              reason.text.empty() ? "It could not be sent." : "It could not be sent: " + reason.text,
              {}};
    case Reason::Where::broker: break;
  }
  auto text = "The broker says: " + (reason.text.empty() ? name_of(reason.code) : reason.text);
  const Row* row = find(reason.code);
  if (row == nullptr) return {Condition::undefined_condition, Remedy::cancel, std::move(text), {}};
  return {row->condition, row->remedy, std::move(text), {}};
}

bool is_permanent(const Reason& reason) noexcept {
  if (reason.where != Reason::Where::broker) return false;
  switch (reason.code) {
    case 0x84:
    case 0x85:
    case 0x86:
    case 0x87:
    case 0x8A:
    case 0x8C: return true;
    default: return false;
  }
}

}  // namespace isthmus::mqtt
