#pragma once
// libidn's stringprep profiles for the parts of an address (RFC 6122 §2 and appendices A and B, RFC 3491).
#include <string>
#include <string_view>

#include "gateway/result.hpp"

namespace isthmus::xmpp {

enum class Profile { nodeprep, nameprep, resourceprep };
/// What becomes of code points that Unicode 3.2, on which the profiles stand, did not know.
enum class Unassigned { allowed, refused };

/// `text` prepared; a few microseconds. An error: ill-formed UTF-8, a prohibited character, NUL, over 1023 bytes before
/// or after, nothing left.
Result<std::string> prepare(Profile profile, std::string_view text, Unassigned unassigned);

}  // namespace isthmus::xmpp
