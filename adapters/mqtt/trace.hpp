#pragma once
// The marks by which gateways know what has passed them (user properties of MQTT 5): isthmus-origin names, once
// for each, the gateways that published it, isthmus-hops says how many have passed it on, and isthmus-id, where it may
// come twice (QoS 1 and 2), what was said. Pure.
#include <string_view>

#include "adapters/mqtt/client.hpp"
#include "gateway/model/event_id.hpp"

namespace isthmus::mqtt {

/// What more gateways than this have passed on goes round in circles.
inline constexpr unsigned max_hops = 3;

inline constexpr std::string_view hops_mark = "isthmus-hops";
inline constexpr std::string_view origin_mark = "isthmus-origin";

/// How many gateways have passed it on; 0 where there is no mark that is a number.
unsigned hops_of(const Publication& publication);
/// True when `instance` has published it before.
bool has_passed(const Publication& publication, std::string_view instance);
/// We pass it on, or say it: its hops are counted on, we are one more of its origins (of more than max_hops the oldest
/// go), and all other marks are replaced.
void mark(Publication& publication, const EventId& said, std::string_view instance);

}  // namespace isthmus::mqtt
