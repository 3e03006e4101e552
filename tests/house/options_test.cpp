// Compares docs/options.md with the headers: it lists every options struct with its fields in the
// order of declaration, which designated initializers must follow.
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>

#include "house/source_tree.hpp"

namespace strata::testing {
namespace {

std::string trimmed(const std::string& text) {
  static const std::regex spaces(R"(\s+)");
  const std::string single = std::regex_replace(text, spaces, " ");
  const std::size_t first = single.find_first_not_of(' ');
  return first == std::string::npos
             ? ""
             : single.substr(first, single.find_last_not_of(' ') - first + 1);
}

std::string without_comment(const std::string& line) { return line.substr(0, line.find("//")); }

// The row of the table for a declaration such as `int units = 3`.
std::string row_of(const std::string& field) {
  const std::size_t equals = field.find(" = ");
  const std::string declared = field.substr(0, equals);
  const std::string initial =
      equals == std::string::npos ? "required" : "`" + field.substr(equals + 3) + "`";
  const std::size_t space = declared.rfind(' ');
  return "| `" + declared.substr(space + 1) + "` | `" + declared.substr(0, space) + "` | " +
         initial + " |\n";
}

// The heading and table of a struct whose first line was just read from `lines`.
std::string table_of(const std::string& name, std::istream& lines) {
  std::string body;
  for (std::string line; std::getline(lines, line) && line != "};";)
    body += without_comment(line) + ' ';
  std::string table = "### " + name + "\n\n| field | type | default |\n|---|---|---|\n";
  std::istringstream fields(body);
  for (std::string field; std::getline(fields, field, ';');) {
    const std::string declaration = trimmed(field);
    if (!declaration.empty() && !declaration.starts_with("using ")) table += row_of(declaration);
  }
  return table;
}

std::vector<std::string> tables_of_the_headers() {
  static const std::regex begins(R"(struct (\w*Options|CallContext) \{)");
  std::vector<std::string> tables;
  for (const auto& file : sources_under("include")) {
    std::istringstream lines(text_of(file));
    std::string before;
    std::smatch match;
    for (std::string line; std::getline(lines, line); before = line) {
      if (!std::regex_match(line, match, begins)) continue;
      const std::string parameters = before.starts_with("template") ? "<N>" : "";
      tables.push_back(table_of(match[1].str() + parameters, lines));
    }
  }
  return tables;
}

TEST(OptionsPage, HoldsEveryStructAsTheHeadersDo) {
  const std::string page = text_of("docs/options.md");
  const std::vector<std::string> tables = tables_of_the_headers();
  EXPECT_GT(tables.size(), 50U);
  for (const std::string& table : tables) {
    EXPECT_NE((page + "\n").find(table + "\n"), std::string::npos)
        << "docs/options.md must hold, followed by an empty line:\n"
        << table;
  }
}

TEST(OptionsPage, HoldsNothingElse) {
  std::set<std::string> headings;
  for (const std::string& table : tables_of_the_headers())
    headings.insert(table.substr(0, table.find('\n')));
  std::istringstream lines(text_of("docs/options.md"));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("### ")) continue;
    EXPECT_EQ(headings.count(line), 1U) << line;
  }
}

}  // namespace
}  // namespace strata::testing
