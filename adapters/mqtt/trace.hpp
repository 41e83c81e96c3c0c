#pragma once
// The marks by which gateways know what has passed them (user properties of MQTT 5): isthmus-id names what was said,
// isthmus-origin the gateway that published it last, isthmus-hops says how many have passed it on. Pure.
#include <string_view>

#include "adapters/mqtt/client.hpp"
#include "gateway/model/event_id.hpp"

namespace isthmus::mqtt {

/// What more gateways than this have passed on goes round in circles.
inline constexpr unsigned max_hops = 3;

inline constexpr std::string_view hops_mark = "isthmus-hops";

/// How many gateways have passed it on; 0 where there is no mark that is a number.
unsigned hops_of(const Publication& publication);
/// We pass it on, or say it: the marks of others are replaced, and their hops counted on.
void mark(Publication& publication, const EventId& said, std::string_view instance);

}  // namespace isthmus::mqtt
