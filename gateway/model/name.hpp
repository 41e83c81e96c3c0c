#pragma once
// Names that stand in many places (owners, networks, conversations) are kept once. Copying a Name counts
// a reference; comparing and hashing it looks at one pointer. One thread only.
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace isthmus {

class NameTable;

/// A text that was interned in a NameTable; the default is the empty name. Two names of one table are equal exactly
/// when their texts are. The table must outlive its names.
class Name {
 public:
  Name() = default;
  Name(const Name& other) noexcept : entry_{other.entry_} {
    if (entry_ != nullptr) ++entry_->references;
  }
  Name(Name&& other) noexcept : entry_{std::exchange(other.entry_, nullptr)} {}
  Name& operator=(Name other) noexcept {
    std::swap(entry_, other.entry_);
    return *this;
  }
  ~Name() {
    if (entry_ != nullptr && --entry_->references == 0) free_entry(entry_);
  }

  /// The text; the reference is good as long as this name or a copy of it lives.
  const std::string& str() const noexcept { return entry_ != nullptr ? entry_->text : no_text(); }
  std::string_view view() const noexcept { return str(); }
  bool empty() const noexcept { return entry_ == nullptr; }

  friend bool operator==(const Name& a, const Name& b) noexcept { return a.entry_ == b.entry_; }
  friend std::size_t hash_value(const Name& name) noexcept { return std::hash<const void*>{}(name.entry_); }

 private:
  friend class NameTable;
  struct Entry {
    NameTable* table;
    std::uint32_t references;
    std::string text;
  };

  explicit Name(Entry* entry) noexcept : entry_{entry} { ++entry_->references; }
  static void free_entry(Entry* entry) noexcept;
  static const std::string& no_text() noexcept;

  Entry* entry_ = nullptr;
};

/// Owns the texts of names; a text is freed with its last Name.
class NameTable {
 public:
  NameTable() = default;
  NameTable(const NameTable&) = delete;
  NameTable& operator=(const NameTable&) = delete;
  ~NameTable();

  /// The name of `text`; the empty Name for an empty text.
  Name intern(std::string_view text);
  std::size_t size() const noexcept { return entries_.size(); }

 private:
  friend class Name;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
    std::size_t operator()(const Name::Entry* entry) const noexcept { return (*this)(std::string_view{entry->text}); }
  };
  struct Equal {
    using is_transparent = void;
    static std::string_view text(std::string_view view) noexcept { return view; }
    static std::string_view text(const Name::Entry* entry) noexcept { return entry->text; }
    bool operator()(const auto& a, const auto& b) const noexcept { return text(a) == text(b); }
  };

  boost::unordered_flat_set<Name::Entry*, Hash, Equal> entries_;
};

}  // namespace isthmus

template <>
struct std::hash<isthmus::Name> {
  std::size_t operator()(const isthmus::Name& name) const noexcept { return hash_value(name); }
};
