#pragma once
// A key pair by which a network knows a user (SASL EXTERNAL, CertFP): made here, never shown, never leaving but in TLS.
#include <string>

#include "gateway/result.hpp"

namespace isthmus::irc {

/// A new key (ECDSA, P-256) and a certificate that it signed itself, both PEM in one text. It names nobody, and is good
/// for 20 years: networks look at its fingerprint only.
Result<std::string> make_identity();

/// The fingerprints by which networks know it, lower-case hexadecimal.
struct Fingerprints {
  std::string sha256;
  std::string sha512;
};
/// Empty ones when `identity` is none.
Fingerprints fingerprints(const std::string& identity);

}  // namespace isthmus::irc
