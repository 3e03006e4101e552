// Tensors with names, in order: what is written to files of several arrays.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "strata/tensor/tensor.hpp"

namespace strata::io {

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

}  // namespace strata::io
