#pragma once
// The rules of docs/architecture.md that no compiler knows: who may include whom, what may not be named where, and that
// every test that docs/features.md names is there.
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::tree {

/// C++ source without its comments; lines keep their numbers and literals their text.
std::string without_comments(std::string_view source);

/// Each breach as "gateway/router.cpp:12: …", in the tree at `root`.
std::vector<std::string> include_breaches(const std::filesystem::path& root);
/// gateway/, main.cpp aside, names no protocol: not in an include, an identifier or a text. Comments may.
std::vector<std::string> protocol_name_breaches(const std::filesystem::path& root);
/// Every task has an owner that waits for it, so nothing is spawned detached.
std::vector<std::string> detached_breaches(const std::filesystem::path& root);
/// The last column of each row of docs/features.md names its tests, `Suite.Name` or `tests/e2e/file.py::test_name`, or
/// is "—" for what is not there yet. A features.md without rows is a breach; a tree without features.md is none.
std::vector<std::string> feature_breaches(const std::filesystem::path& root);

}  // namespace isthmus::tree
