// The fields of a file's path: `{epoch:02d}-{val_loss:.2f}.keras`, as Python's str.format has them.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace strata::saving {

/// A piece of a path: text that stands for itself, or a field.
struct PathPiece {
  std::string text;         ///< of a field, its name
  std::string format = {};  ///< of a field: `{:02d}`; empty: no field
};

/// Raises InvalidArgument, in `who`'s name, on a brace without its partner and on a field without a
/// name.
std::vector<PathPiece> pieces_of_path(std::string_view who, const std::string& path);

using FieldValue = std::variant<int, double>;

/// What stands for a field of this value. Raises InvalidArgument, in `who`'s name, where the format
/// is not one for such a value.
std::string formatted_field(std::string_view who, const PathPiece& field, FieldValue value);

}  // namespace strata::saving
