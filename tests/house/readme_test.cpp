// The code in the README and in docs is code that is built: a block below `<!-- FILE -->` is the whole of that file,
// one below `<!-- FILE: SECTION -->` is what stands in it between `readme: SECTION` and `readme:
// end`.
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <sstream>

#include "house/source_tree.hpp"

namespace strata::testing {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Without the indentation that all lines share.
std::string unindented(const std::vector<std::string>& lines) {
  std::size_t margin = std::string::npos;
  for (const std::string& line : lines) margin = std::min(margin, line.find_first_not_of(' '));
  std::string text;
  for (const std::string& line : lines) text += line.empty() ? "\n" : line.substr(margin) + "\n";
  return text;
}

std::string section_of(const std::string& file, const std::string& section) {
  std::vector<std::string> found;
  bool inside = section.empty();
  for (const std::string& line : lines_of(text_of(file))) {
    const bool mark = !section.empty() && line.find(" readme: ") != std::string::npos;
    if (inside && !mark) found.push_back(line);
    if (mark) inside = line.ends_with(" readme: " + section);
  }
  return unindented(found);
}

struct Block {
  std::string language;
  std::string source;  // what the comment above it names, empty if there is none
  std::string text;
};

std::vector<Block> blocks_of(const std::string& page) {
  static const std::regex comment("<!-- ([^>]+) -->");
  std::vector<Block> blocks;
  std::string above;
  bool inside = false;
  std::smatch match;
  for (const std::string& line : lines_of(text_of(page))) {
    if (line.starts_with("```")) {
      inside = !inside;
      if (inside) blocks.push_back({line.substr(3), std::exchange(above, ""), ""});
    } else if (inside) {
      blocks.back().text += line + "\n";
    } else if (std::regex_match(line, match, comment)) {
      above = match[1];
    }
  }
  return blocks;
}

class Page : public ::testing::TestWithParam<const char*> {};

TEST_P(Page, ShowsCodeThatIsBuilt) {
  int compared = 0;
  for (const Block& block : blocks_of(GetParam())) {
    if (block.language == "sh") continue;
    ASSERT_NE(block.source, "") << "nothing says where this comes from:\n" << block.text;
    const std::size_t colon = block.source.find(": ");
    const std::string section = colon == std::string::npos ? "" : block.source.substr(colon + 2);
    EXPECT_EQ(block.text, section_of(block.source.substr(0, colon), section)) << block.source;
    ++compared;
  }
  EXPECT_GE(compared, 2);
}

INSTANTIATE_TEST_SUITE_P(Pages, Page,
                         ::testing::Values("README.md", "docs/files.md", "docs/penalties.md",
                                           "docs/proximal.md", "docs/shrinking.md",
                                           "docs/pictures.md", "docs/examples/adding_problem.md",
                                           "docs/examples/sparse_regression.md",
                                           "docs/examples/sparse_autoencoder.md"));

TEST(Readme, NamesFilesThatExist) {
  const std::regex path(R"((docs|include|src|tests|examples|scripts|benchmarks|cmake)/[\w./-]*\w)");
  const std::string text = text_of("README.md");
  for (std::sregex_iterator it(text.begin(), text.end(), path), end; it != end; ++it) {
    EXPECT_TRUE(std::filesystem::exists(STRATA_SOURCE_DIR / std::filesystem::path(it->str())))
        << it->str();
  }
}

}  // namespace
}  // namespace strata::testing
