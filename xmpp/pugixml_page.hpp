#pragma once
// Keeps pugixml from going to the heap for every document. A document of pugixml 1.13 frees all its pages when it is
// loaded again or reset, and takes its first, of 32 KiB, at once anew; its only hook is a pair of functions for the
// whole process.
#include <cstddef>

namespace isthmus::xmpp {

/// One page that pugixml is given instead of fresh memory whenever it is free. Only documents on the thread that made
/// it get it. The first PugixmlPage sets pugixml's memory functions; memory that is no page of ours is malloc's, as it
/// is without them.
class PugixmlPage {
 public:
  static constexpr std::size_t size = 32 * 1024;  // pugixml's own page size, its header included

  PugixmlPage();
  /// May be destroyed before a document that was lent the page: that document then frees it.
  ~PugixmlPage();
  PugixmlPage(const PugixmlPage&) = delete;
  PugixmlPage& operator=(const PugixmlPage&) = delete;

 private:
  static void* allocate(std::size_t bytes);
  static void deallocate(void* memory);

  static thread_local PugixmlPage* first;
  PugixmlPage* next_;
  void* memory_ = nullptr;  // malloc's, from the first use on
  bool is_lent_ = false;
};

}  // namespace isthmus::xmpp
