// Rows of cells in columns, for reports that people read.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace strata {

/// A line for each row, its first `left` columns flush left, the others flush right. The rows have
/// equally many cells.
inline std::string text_table(const std::vector<std::vector<std::string>>& rows, std::size_t left) {
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      std::size_t width = 0;
      for (const auto& other : rows) width = std::max(width, other[i].size());
      line += i < left ? fmt::format("{:<{}}  ", row[i], width)
                       : fmt::format("{:>{}}  ", row[i], width);
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

}  // namespace strata
