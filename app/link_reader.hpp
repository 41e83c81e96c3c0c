#pragma once
// [[link]] of the configuration: which places share what is said, and whether that can be.
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.hpp"
#include "gateway/adapter.hpp"
#include "gateway/links/link.hpp"

namespace isthmus::app {

class LinkReader {
 public:
  /// For the addresses of adapters, which know() takes.
  NameTable& names() noexcept { return names_; }
  void know(AdapterId id, std::unique_ptr<AddressBook> book);

  /// Mistakes go to the sections: places that nothing knows, and rings.
  std::vector<LinkSettings> read(const config::Section& root);

 private:
  Answer<Conversation> find(std::string_view member) const;
  std::string schemes() const;

  NameTable names_;
  std::vector<std::pair<AdapterId, std::unique_ptr<AddressBook>>> books_;
};

}  // namespace isthmus::app
