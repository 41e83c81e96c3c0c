#include "app/biboumi_file.hpp"

#include <sqlite3.h>

namespace isthmus::app {
namespace {

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

}  // namespace

void BiboumiFile::Close::operator()(sqlite3* file) const { sqlite3_close(file); }

BiboumiFile::BiboumiFile(const std::string& path) {
  sqlite3* file = nullptr;
  const int result = sqlite3_open_v2(path.c_str(), &file, SQLITE_OPEN_READONLY, nullptr);
  file_.reset(file);
  if (result != SQLITE_OK) throw Failed{path + ": " + sqlite3_errstr(result)};
  read("name FROM sqlite_master LIMIT 1", {}, [](const Row&) {});  // opening looks at nothing yet
}

bool BiboumiFile::has_table(std::string_view name) const {
  bool is_there = false;
  read("1 FROM sqlite_master WHERE type = 'table' AND name = ?", {std::string{name}},
       [&](const Row&) { is_there = true; });
  return is_there;
}

void BiboumiFile::read(const std::string& what, const std::vector<std::string>& values,
                       const std::function<void(const Row&)>& each) const {
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(file_.get(), ("SELECT " + what).c_str(), -1, &prepared, nullptr) != SQLITE_OK)
    throw Failed{sqlite3_errmsg(file_.get())};
  const std::unique_ptr<sqlite3_stmt, Finalize> statement{prepared};
  for (std::size_t i = 0; i < values.size(); ++i) {
    sqlite3_bind_text(prepared, static_cast<int>(i) + 1, values[i].data(), static_cast<int>(values[i].size()),
                      SQLITE_TRANSIENT);
  }
  int result = SQLITE_ROW;
  while ((result = sqlite3_step(prepared)) == SQLITE_ROW) {
    Row row;
    for (int i = 0; i < sqlite3_column_count(prepared); ++i) {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(prepared, i));
      if (text == nullptr) continue;
      row.emplace(sqlite3_column_name(prepared, i),
                  std::string{text, static_cast<std::size_t>(sqlite3_column_bytes(prepared, i))});
    }
    each(row);
  }
  if (result != SQLITE_DONE) throw Failed{sqlite3_errmsg(file_.get())};
}

std::string text_of(const BiboumiFile::Row& row, std::string_view column) {
  const auto found = row.find(column);
  return found == row.end() ? std::string{} : found->second;
}

}  // namespace isthmus::app
