#pragma once
// What a payload is, and how it reads. Pure.
#include <optional>
#include <string>
#include <string_view>

#include "adapters/mqtt/client.hpp"
#include "gateway/model/data.hpp"

namespace isthmus::mqtt {

inline constexpr std::size_t max_shown = std::size_t{64} * 1024;  // bytes of a text that people get to read

/// Text is UTF-8 without control characters but TAB and line breaks; JSON an object or array of such text. A payload
/// whose sender calls it text though it is none is binary.
Data::Form form_of(const Publication& publication);

/// For people: a text as it is, line breaks as LF; the members of a JSON object as lines "name: value", nested names
/// with dots; "binary, 12 bytes, image/png: 89504e47…" else. At most max_shown bytes.
std::string to_text(const Publication& publication, Data::Form form);

/// On one line, at most `most` bytes: for a presence's status.
std::string to_status(std::string_view text, std::size_t most);

/// The publication as a value, without the marks of a gateway.
Data to_data(const Publication& publication, Data::Form form);

/// The finite number that all of `text` is, spaces around it and a unit after a space aside.
std::optional<double> to_number(std::string_view text);

}  // namespace isthmus::mqtt
