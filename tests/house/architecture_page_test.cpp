// docs/architecture.md names paths that exist, and every folder of the sources.
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

#include "house/source_tree.hpp"

namespace strata::testing {
namespace {

std::set<std::string> paths_on_page() {
  static const std::regex path("`((?:docs|include|src|tests)/[A-Za-z0-9_/.]+)`");
  const std::string page = text_of("docs/architecture.md");
  std::set<std::string> paths;
  for (auto match = std::sregex_iterator(page.begin(), page.end(), path);
       match != std::sregex_iterator(); ++match)
    paths.insert((*match)[1].str());
  return paths;
}

TEST(ArchitecturePage, NamesPathsThatExist) {
  const std::set<std::string> paths = paths_on_page();
  EXPECT_GT(paths.size(), 40U);
  for (const std::string& path : paths)
    EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(STRATA_SOURCE_DIR) / path)) << path;
}

TEST(ArchitecturePage, NamesEveryFolderOfTheSources) {
  const std::set<std::string> paths = paths_on_page();
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(STRATA_SOURCE_DIR) / "src")) {
    if (!entry.is_directory()) continue;
    EXPECT_EQ(paths.count("src/" + entry.path().filename().string()), 1U) << entry.path();
  }
}

}  // namespace
}  // namespace strata::testing
