#pragma once
// The files of the dashboard, from web/ and npm, as CMake put them into the program.
#include <span>
#include <string_view>

namespace isthmus::websocket {

struct Asset {
  std::string_view name;   // "app.js"
  std::string_view bytes;  // empty when it was not there at build time
};
std::span<const Asset> assets();

}  // namespace isthmus::websocket
