#include "adapters/websocket/packing.hpp"

#include <boost/beast/zlib/deflate_stream.hpp>
#include <boost/system/error_code.hpp>

namespace isthmus::websocket {

namespace {

namespace zlib = boost::beast::zlib;

constexpr int level = 6;
constexpr int memory_level = 5;
constexpr std::string_view tail{"\x00\x00\xff\xff", 4};  // the end of a flush, which is not sent (§7.2.1)

}  // namespace

std::string pack(std::string_view text) {
  zlib::deflate_stream deflate;
  deflate.reset(level, packing_window, memory_level, zlib::Strategy::normal);
  // What does not fit is no shorter than the text.
  std::string packed(text.size() + tail.size(), '\0');
  zlib::z_params step;
  step.next_in = text.data();
  step.avail_in = text.size();
  step.next_out = packed.data();
  step.avail_out = packed.size();
  boost::system::error_code error;
  deflate.write(step, zlib::Flush::sync, error);
  packed.resize(packed.size() - step.avail_out);
  const bool is_whole = !error && step.avail_in == 0 && packed.ends_with(tail);
  if (!is_whole) return {};
  packed.resize(packed.size() - tail.size());
  return packed.size() < text.size() ? packed : std::string{};
}

}  // namespace isthmus::websocket
