// A cell of a CSV file, quoted where it must be, as Python's csv module does.
#pragma once

#include <string>

namespace strata::saving {

inline std::string csv_cell(const std::string& text, const std::string& separator = ",") {
  if (text.find_first_of(separator + "\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace strata::saving
