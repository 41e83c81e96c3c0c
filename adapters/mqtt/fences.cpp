#include "adapters/mqtt/fences.hpp"

#include <algorithm>
#include <utility>

namespace isthmus::mqtt {

void Fences::add(const View& view, SteadyTime now, Passed passed) {
  fences_.push_back({.view = &view, .passed = std::move(passed), .due = now + patience});
  ask(fences_.back());
}

void Fences::ask(Fence& fence) {
  fence.token = ask_();
  fence.kept = kept_;
  fence.promised = promised_;
}

void Fences::remove(const View& view) {
  std::erase_if(fences_, [&](const Fence& one) { return one.view == &view; });
}

void Fences::ask_again() {
  for (auto& fence : fences_) ask(fence);
}

bool Fences::on_answer(Token token) {
  const auto found = std::ranges::find(fences_, token, &Fence::token);
  if (found == fences_.end()) return false;
  const bool has_kept = found->kept != kept_;
  const bool has_news = found->promised != promised_ && found->only_news < most_news;
  if (!has_kept && !has_news) {
    pass(static_cast<std::size_t>(found - fences_.begin()));
    return true;
  }
  if (!has_kept) ++found->only_news;
  ask(*found);
  return true;
}

void Fences::on_alarm(SteadyTime now) {
  while (!fences_.empty() && fences_.front().due <= now) pass(0);
}

void Fences::pass(std::size_t index) {
  // Whoever hears of it may go, or come back with another one.
  auto passed = std::move(fences_[index].passed);
  fences_.erase(fences_.begin() + static_cast<std::ptrdiff_t>(index));
  passed();
}

}  // namespace isthmus::mqtt
