// Cuts a path into its fields, and fills them.
#include "saving/path_fields.hpp"

#include "core/check.hpp"

namespace strata::saving {

std::vector<PathPiece> pieces_of_path(std::string_view who, const std::string& path) {
  std::vector<PathPiece> pieces;
  std::string text;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c != '{' && c != '}') {
      text += c;
    } else if (i + 1 < path.size() && path[i + 1] == c) {
      text += path[i++];
    } else {
      const std::size_t end = path.find('}', i);
      const std::string field =
          c == '{' && end != std::string::npos ? path.substr(i + 1, end - i - 1) : std::string();
      const std::size_t colon = field.find(':');
      const std::string name = field.substr(0, colon);
      check(!name.empty() && field.find('{') == std::string::npos, who,
            "a brace in filepath must be part of a field such as {{epoch:02d}}, or doubled. "
            "Received: filepath={}.",
            path);
      pieces.push_back({std::exchange(text, {})});
      pieces.push_back(
          {name, "{" + (colon == std::string::npos ? std::string() : field.substr(colon)) + "}"});
      i = end;
    }
  }
  pieces.push_back({text});
  return pieces;
}

std::string formatted_field(std::string_view who, const PathPiece& field, FieldValue value) {
  try {
    return std::visit([&](auto number) { return fmt::format(fmt::runtime(field.format), number); },
                      value);
  } catch (const fmt::format_error& error) {
    raise(who, "filepath's field {} must have a format for its value ({}). Received: {}.",
          field.text, error.what(), field.format);
  }
}

}  // namespace strata::saving
