// The names of an optimizer's variables.
#pragma once

#include <string>
#include <vector>

#include "strata/models/model.hpp"

namespace strata::saving {

/// Those of the compiled model's optimizer, in its order, each another one, as Keras makes them:
/// `adam/net_dense_kernel_velocity`. A slot's own name says `kernel` alone.
std::vector<std::string> optimizer_names(const Model& model);

}  // namespace strata::saving
