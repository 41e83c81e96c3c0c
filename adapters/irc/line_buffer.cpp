#include "adapters/irc/line_buffer.hpp"

#include <algorithm>
#include <cstring>

#include "adapters/irc/bytes.hpp"

namespace isthmus::irc {

namespace {

// The line without CR and NUL, in place.
std::string_view cleaned(std::span<char> line) noexcept {
  std::string_view view{line.data(), line.size()};
  if (view.ends_with('\r')) view.remove_suffix(1);
  if (span_without_line_breaks(view) == view.size()) return view;
  char* const end =
      std::remove_if(line.data(), line.data() + view.size(), [](char c) { return c == '\r' || c == '\0'; });
  return {line.data(), static_cast<std::size_t>(end - line.data())};
}

}  // namespace

std::span<char> LineBuffer::take(std::size_t size) noexcept {
  const std::span<char> taken = input_.first(size);
  input_ = input_.subspan(size);
  return taken;
}

void LineBuffer::keep_rest() {
  if (!skipping_ && rest_.size() + input_.size() > max_line_) {
    skipping_ = true;
    ++skipped_;
    std::string{}.swap(rest_);
  }
  if (!skipping_) rest_.append(input_.data(), input_.size());
  input_ = {};
}

std::optional<std::string_view> LineBuffer::next() {
  if (handed_out_) {
    std::string{}.swap(rest_);
    handed_out_ = false;
  }
  while (!input_.empty()) {
    const void* const found = std::memchr(input_.data(), '\n', input_.size());
    if (found == nullptr) {
      keep_rest();
      break;
    }
    std::span<char> line = take(static_cast<std::size_t>(static_cast<const char*>(found) - input_.data()));
    take(1);
    if (skipping_) {  // the end of a line that was too long
      skipping_ = false;
      continue;
    }
    if (rest_.size() + line.size() > max_line_) {
      ++skipped_;
      std::string{}.swap(rest_);
      continue;
    }
    const bool was_cut = !rest_.empty();
    if (was_cut) line = std::span{rest_.append(line.data(), line.size())};
    const std::string_view whole = cleaned(line);
    if (!whole.empty()) {
      handed_out_ = was_cut;
      return whole;
    }
    if (was_cut) std::string{}.swap(rest_);
  }
  return std::nullopt;
}

void LineBuffer::reset() noexcept {
  input_ = {};
  std::string{}.swap(rest_);
  skipping_ = false;
  handed_out_ = false;
}

}  // namespace isthmus::irc
