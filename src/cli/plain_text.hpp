// Text from files, made safe to show on a terminal, and tables of text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace strata::cli {

/// Whether the text has no control characters, which could steer the terminal it is shown on.
bool is_plain(std::string_view text);

/// The text on one line, `?` in place of its control characters.
std::string plain(std::string_view text);

/// The same line by line.
std::string plain_lines(std::string_view text);

/// Rows of cells in columns, the first one flush left, the others flush right. The rows have equally
/// many cells.
std::string columns_of(const std::vector<std::vector<std::string>>& rows);

}  // namespace strata::cli
