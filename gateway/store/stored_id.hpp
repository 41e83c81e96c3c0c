#pragma once
// Ids of events as the store writes them: 32 hexadecimal digits, which sort as the ids do.
#include <optional>
#include <string>
#include <string_view>

#include "gateway/model/event_id.hpp"
#include "gateway/model/time.hpp"

namespace isthmus {

std::string to_stored_id(const EventId& id);
/// nullopt: these are not 32 hexadecimal digits.
std::optional<EventId> parse_stored_id(std::string_view text);
/// When the id was given, to the millisecond.
SystemTime time_of(const EventId& id);

}  // namespace isthmus
