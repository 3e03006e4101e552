// What an error says where a name is not among those it may be: the nearest first, then all.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// The name most like `received`, in either case: a few letters added, left out, changed or swapped
/// with their neighbours, or the rest left out (`glorot`). Empty if there is none.
std::string nearest_name(std::string_view received, const std::vector<std::string>& known);

/// "did you mean accuracy? Known are acc, accuracy, …", or without the question if no name is near.
std::string known_names(std::string_view received, const std::vector<std::string>& known);

}  // namespace strata
