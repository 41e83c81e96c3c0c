#pragma once
// The SQLite file of a biboumi 9 (src/database/database.hpp there): what its tables say, as values. Columns that an
// older one lacks are empty.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;

namespace isthmus::app {

class BiboumiFile {
 public:
  using Row = std::map<std::string, std::string, std::less<>>;  // values by column; no entry where there is none
  struct Failed : std::runtime_error {
    using std::runtime_error::runtime_error;
  };

  /// Opens it for reading only. Throws Failed when it is no SQLite file.
  explicit BiboumiFile(const std::string& path);

  bool has_table(std::string_view name) const;
  /// Calls `each` with every row of "SELECT `what`", whose placeholders are `values`. Throws Failed.
  void read(const std::string& what, const std::vector<std::string>& values,
            const std::function<void(const Row&)>& each) const;

 private:
  struct Close {
    void operator()(sqlite3* file) const;
  };
  std::unique_ptr<sqlite3, Close> file_;
};

/// The column of `row`, or "".
std::string text_of(const BiboumiFile::Row& row, std::string_view column);

}  // namespace isthmus::app
