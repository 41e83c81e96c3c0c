#include "xmpp/pugixml_page.hpp"

#include <cstdlib>
#include <pugixml.hpp>

namespace isthmus::xmpp {

thread_local PugixmlPage* PugixmlPage::first = nullptr;

PugixmlPage::PugixmlPage() : next_{first} {
  [[maybe_unused]] static const bool is_set = [] {
    pugi::set_memory_management_functions(&allocate, &deallocate);
    return true;
  }();
  first = this;
}

PugixmlPage::~PugixmlPage() {
  auto** link = &first;
  while (*link != this) link = &(*link)->next_;
  *link = next_;
  if (!is_lent_) std::free(memory_);
}

void* PugixmlPage::allocate(std::size_t bytes) {
  for (auto* page = first; page != nullptr && bytes <= size; page = page->next_) {
    if (page->is_lent_) continue;
    if (page->memory_ == nullptr) page->memory_ = std::malloc(size);
    page->is_lent_ = page->memory_ != nullptr;
    return page->memory_;
  }
  return std::malloc(bytes);
}

void PugixmlPage::deallocate(void* memory) {
  for (auto* page = first; page != nullptr; page = page->next_) {
    if (!page->is_lent_ || page->memory_ != memory) continue;
    page->is_lent_ = false;
    return;
  }
  std::free(memory);
}

}  // namespace isthmus::xmpp
