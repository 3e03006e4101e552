// Layers against the values of real Keras.
#pragma once

#include <string>
#include <vector>

#include "strata/config.hpp"

namespace strata::testing {

/// The cases of tests/golden/FAMILY.json whose layer is one of `class_names`.
std::vector<Config> layer_cases(const std::string& family,
                                const std::vector<std::string>& class_names);

/// Expects a case's layer, with the case's weights, to give Keras's outputs, losses, gradients of
/// weights and inputs, mask, and state after the call.
void expect_as_keras(const Config& golden);

}  // namespace strata::testing
