// Telling the built-in activations from a program's own, for those who write them in other words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "strata/activations/activation.hpp"

namespace strata::activations {

/// The name of a built-in activation; empty for any other.
std::string_view builtin_name(const Activation& activation);

/// All names and aliases, sorted.
std::vector<std::string> builtin_names();

}  // namespace strata::activations
