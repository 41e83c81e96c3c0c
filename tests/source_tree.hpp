#pragma once
// Where the source tree lies, for tests that read files of it.
#include <filesystem>

namespace isthmus::test {

const std::filesystem::path& source_tree();

}  // namespace isthmus::test
