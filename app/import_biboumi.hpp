#pragma once
// `isthmus import-biboumi FILE`: takes over what users of a biboumi have: their settings, the rooms in which they stay,
// their contacts, and the archive.
#include <iosfwd>
#include <string>

#include "app/plan.hpp"

namespace isthmus::app {

/// Reads `file` into the store of `plan`, whose gateway should not run meanwhile, and writes a report to `out`: what
/// was taken, and what could not be, and why. Doing it twice is harmless. The exit code.
int import_biboumi(const Plan& plan, const std::string& file, std::ostream& out);

}  // namespace isthmus::app
