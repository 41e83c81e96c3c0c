#include "tests/source_tree.hpp"

namespace isthmus::test {

const std::filesystem::path& source_tree() {
  static const std::filesystem::path path = ISTHMUS_SOURCE_DIR;
  return path;
}

}  // namespace isthmus::test
