#include "gateway/links/echo_guard.hpp"

#include <algorithm>
#include <utility>

namespace isthmus {

void EchoGuard::said(std::string text, SteadyTime now) {
  if (said_.size() == most) said_.pop_front();
  said_.push_back({std::move(text), now});
}

bool EchoGuard::is_echo(std::string_view text, SteadyTime now) {
  while (!said_.empty() && said_.front().at + memory < now) said_.pop_front();
  return std::ranges::any_of(said_, [&](const Said& one) { return text.ends_with(one.text); });
}

}  // namespace isthmus
