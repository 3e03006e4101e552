// Suggests the nearest known name, for errors about an unknown one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// The known name most like `received`, in upper or lower case: a few letters differ, are missing,
/// added or swapped, or the rest is missing (`glorot`). Empty if no name is similar.
std::string nearest_name(std::string_view received, const std::vector<std::string>& known);

/// "did you mean accuracy? Known are acc, accuracy, …", without the question if no name is similar.
std::string known_names(std::string_view received, const std::vector<std::string>& known);

/// "Known are relu, relu6, … and 20 more": each name once, at most `most`, those with the fewest
/// edits to `received` first.
std::string nearest_names(std::string_view received, const std::vector<std::string>& known,
                          std::size_t most);

/// "a", "a or b", "a, b or c".
std::string either_of(const std::vector<std::string>& names);

}  // namespace strata
