// Digits: images of handwritten figures, or of ones like them, with what they show.
#pragma once

#include <string>

#include "strata/tensor/tensor.hpp"

namespace strata::datasets {

struct Digits {
  Tensor x_train;      ///< `(n, 28, 28)`, gray from 0 to 255.
  Tensor y_train;      ///< `(n,)`, whole numbers from 0 to 9.
  Tensor x_test;       ///< `(m, 28, 28)`
  Tensor y_test;       ///< `(m,)`
  std::string source;  ///< Where they come from, for people: a folder, or how they were made.
};

}  // namespace strata::datasets
