// The project's own files, as the tests of the house read them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace strata::testing {

/// Every .hpp and .cpp below a folder of the project, relative to the project, sorted.
std::vector<std::filesystem::path> sources_under(const std::string& folder);

/// The text of a file of the project. Raises std::runtime_error where there is none.
std::string text_of(const std::filesystem::path& file);

struct Include {
  std::string file;    ///< who includes, relative to the project
  std::string target;  ///< what stands between the quotes or brackets
  bool quoted;
};

/// The #include lines of one file.
std::vector<Include> includes_of(const std::filesystem::path& file);

/// The folder of the design that a file or a quoted #include belongs to: "ops" for
/// `include/strata/ops/nn.hpp`, `src/ops/nn.cpp`, `strata/ops/nn.hpp` and `ops/nn.hpp`; empty for a
/// file that stands in none.
std::string part_of(const std::string& path);

}  // namespace strata::testing
