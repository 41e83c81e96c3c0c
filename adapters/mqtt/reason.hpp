#pragma once
// Reason codes (MQTT 5 §2.4; CONNACK of MQTT 3.1.1 §3.2.2.3) and what they mean to users. Pure.
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/model/refusal.hpp"

namespace isthmus::mqtt {

/// The outcome of one thing that was asked of a broker.
struct Reason {
  enum class Where : std::uint8_t {
    broker,      // `code` is its reason code, or a return code of 3.1.1 as the reason code with that meaning
    connection,  // there was none, or it was lost; whether the broker has it is not known
    timeout,     // no answer in time
    local,       // it was never sent
  };
  Where where = Where::broker;
  std::uint8_t code = 0;
  std::string text;  // readable; may be empty

  bool is_success() const noexcept { return where == Where::broker && code < 0x80; }
};

namespace reason {
inline constexpr std::uint8_t no_matching_subscribers = 0x10;
inline constexpr std::uint8_t unspecified = 0x80;
inline constexpr std::uint8_t unsupported_version = 0x84;
inline constexpr std::uint8_t client_id_invalid = 0x85;
inline constexpr std::uint8_t bad_user_name_or_password = 0x86;
inline constexpr std::uint8_t not_authorized = 0x87;
inline constexpr std::uint8_t server_unavailable = 0x88;
inline constexpr std::uint8_t session_taken_over = 0x8E;
inline constexpr std::uint8_t packet_too_large = 0x95;
}  // namespace reason

/// The name that the standard gives to the code ("Not authorized"); "Reason 0x7F" for others.
std::string name_of(std::uint8_t code);

/// The reason code with the meaning of a CONNACK return code of MQTT 3.1.1 (1 to 5).
std::uint8_t from_return_code(std::uint8_t code) noexcept;

/// What a user is told. `reason` is no success.
Refusal to_refusal(const Reason& reason);

/// True when to try the same again is of no use until somebody changes something (a wrong password).
bool is_permanent(const Reason& reason) noexcept;

}  // namespace isthmus::mqtt
