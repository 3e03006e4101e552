// Checks that docs/guarantees.md names a test for each promise, and that those tests exist.
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "house/source_tree.hpp"

namespace strata::testing {
namespace {

// `Suite.Name` of every test, and `Suite.*` of every suite.
std::set<std::string> names_of_tests() {
  static const std::regex test(R"(TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\))");
  std::set<std::string> names = {"blas_cores.*", "blas_flavours.*"};  // made by CMake
  for (const auto& file : sources_under("tests")) {
    const std::string text = text_of(file);
    if (file.parent_path().filename() == "programs")
      names.insert("programs." + file.stem().string());
    for (auto match = std::sregex_iterator(text.begin(), text.end(), test);
         match != std::sregex_iterator(); ++match) {
      names.insert((*match)[1].str() + "." + (*match)[2].str());
      names.insert((*match)[1].str() + ".*");
    }
  }
  return names;
}

TEST(Guarantees, NameTestsThatExist) {
  static const std::regex name("`([A-Za-z_]+\\.[A-Za-z_0-9]*\\*?)`");
  const std::set<std::string> known = names_of_tests();
  const std::string page = text_of("docs/guarantees.md");
  int named = 0;
  for (auto match = std::sregex_iterator(page.begin(), page.end(), name);
       match != std::sregex_iterator(); ++match, ++named) {
    EXPECT_EQ(known.count((*match)[1].str()), 1U) << (*match)[1].str();
  }
  EXPECT_GT(named, 40);
}

TEST(Guarantees, AreEachHeldByATest) {
  std::istringstream lines(text_of("docs/guarantees.md"));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| ") || line.starts_with("| promise")) continue;
    EXPECT_NE(line.find('`'), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace strata::testing
