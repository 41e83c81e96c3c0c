#include "xmpp/code_points.hpp"

#include <algorithm>

namespace isthmus::xmpp {
namespace {

bool begins_code_point(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

}  // namespace

std::size_t code_points(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_code_point));
}

std::size_t ByteOffsets::at(std::size_t index) noexcept {
  if (index < index_) index_ = byte_ = 0;
  for (; index_ < index && byte_ < text_.size(); ++index_) {
    do ++byte_;
    while (byte_ < text_.size() && !begins_code_point(text_[byte_]));
  }
  return index_ == index ? byte_ : std::string_view::npos;
}

}  // namespace isthmus::xmpp
