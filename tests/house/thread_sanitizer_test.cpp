// Between them, CI and the nightly run put every folder of tests under the thread sanitizer.
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "house/source_tree.hpp"

namespace strata::testing {
namespace {

std::set<std::string> words(const std::string& text, char separator) {
  std::set<std::string> words;
  std::istringstream stream(text);
  for (std::string word; std::getline(stream, word, separator);) words.insert(word);
  return words;
}

std::string found(const std::string& file, const std::regex& where) {
  const std::string text = text_of(file);
  std::smatch match;
  if (!std::regex_search(text, match, where)) ADD_FAILURE() << "no list of folders in " << file;
  return match.size() > 1 ? match[1].str() : "";
}

TEST(ThreadSanitizer, RunsOnEveryFolderOfTestsOnce) {
  const std::string all =
      found("tests/CMakeLists.txt", std::regex("set\\(STRATA_TEST_FOLDERS ([a-z_\\s]+)CACHE"));
  const std::string in_ci =
      found("CMakePresets.json",
            std::regex("\"name\": \"tsan\"[^]*?\"STRATA_TEST_FOLDERS\": \"([a-z_;]+)\""));
  const std::string at_night =
      found(".ci/nightly", std::regex("--preset tsan [^']*-DSTRATA_TEST_FOLDERS='([a-z_;]+)'"));

  std::set<std::string> expected = words(std::regex_replace(all, std::regex("\\s+"), " "), ' ');
  // These compile, count, compare with other programs or read what others of these tests read.
  for (const char* other : {"house", "compile_fail", "interop", "guard", "blas_cores", "fuzz"})
    EXPECT_EQ(expected.erase(other), 1U) << other;
  std::set<std::string> run = words(in_ci, ';');
  for (const std::string& folder : words(at_night, ';'))
    EXPECT_TRUE(run.insert(folder).second) << folder;
  EXPECT_EQ(run, expected);
}

}  // namespace
}  // namespace strata::testing
