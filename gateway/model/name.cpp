#include "gateway/model/name.hpp"

#include <cassert>

namespace isthmus {

void Name::free_entry(Entry* entry) noexcept {
  entry->table->entries_.erase(entry);
  delete entry;
}

const std::string& Name::no_text() noexcept {
  static const std::string empty;
  return empty;
}

NameTable::~NameTable() { assert(entries_.empty() && "a name outlived its table"); }

Name NameTable::intern(std::string_view text) {
  if (text.empty()) return {};
  if (const auto found = entries_.find(text); found != entries_.end()) return Name{*found};
  auto* entry = new Name::Entry{this, 0, std::string{text}};
  entries_.insert(entry);
  return Name{entry};
}

}  // namespace isthmus
