#pragma once
// A record as it lies in the store: its native frame without the cursor, which the next run makes anew. Pure.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/websocket/record.hpp"

namespace isthmus::websocket {

/// {"value":…,"frame":{"t":…,"id":…,"time":…,"from":…,…}}.
std::string to_stored(const Record& record, const Instance& instance);

/// The record with the place `seq` that `text` describes; nullopt for what this version does not know.
std::optional<Record> from_stored(std::string_view text, std::uint64_t seq);

}  // namespace isthmus::websocket
