// Reads the sources of the project: files, includes, texts.
#include "house/source_tree.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace strata::testing {
namespace fs = std::filesystem;

std::vector<fs::path> sources_under(const std::string& folder) {
  const fs::path root = STRATA_SOURCE_DIR;
  std::vector<fs::path> found;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / folder)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".hpp" || extension == ".cpp")
      found.push_back(entry.path().lexically_relative(root));
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string text_of(const fs::path& file) {
  std::ifstream stream(fs::path(STRATA_SOURCE_DIR) / file);
  if (!stream) throw std::runtime_error("no such file: " + file.string());
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<Include> includes_of(const fs::path& file) {
  static const std::regex pattern(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<Include> found;
  std::istringstream lines(text_of(file));
  std::smatch match;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_search(line, match, pattern))
      found.push_back({file.generic_string(), match[2], match[1] == "\""});
  }
  return found;
}

std::string part_of(const std::string& path) {
  std::string rest = path;
  for (const std::string prefix : {"include/", "src/", "strata/"}) {
    if (rest.rfind(prefix, 0) == 0) rest.erase(0, prefix.size());
  }
  const std::size_t slash = rest.find('/');
  return slash == std::string::npos ? "" : rest.substr(0, slash);
}

}  // namespace strata::testing
