#pragma once
// What somebody said, as the columns that keep it. A plain text is its text and nothing else.
#include <cstdint>
#include <optional>
#include <string>

#include "gateway/model/event.hpp"

namespace isthmus {

struct SaidRecord {
  enum class Kind : std::uint8_t { message = 0, edit = 1, retract = 2, reactions = 3 };  // as they lie in the file
  Kind kind{};
  std::string text;  // of a message or an edit
  std::string rest;  // everything else, as fields "TAG LENGTH:VALUE"; empty for a plain text
  friend bool operator==(const SaidRecord&, const SaidRecord&) = default;
};

/// nullopt: nothing that is kept (what tells of a moment only, or of a place).
std::optional<SaidRecord> to_record(const Payload& what);

/// The same with the value that a message shows (Message::data), less what tells of one delivery only.
std::optional<SaidRecord> to_record_with_value(const Payload& what);

/// nullopt: no record that this version knows.
std::optional<Payload> to_payload(const SaidRecord& record);

}  // namespace isthmus
