// The steps that the guards look at, in one thread.
#pragma once

#include <string_view>

#include "strata/models/sequential.hpp"
#include "strata/training/options.hpp"

namespace strata::testing {

/// A compiled model with a batch for it.
struct Step {
  Sequential model;
  Tensor x;
  Tensor y;

  void train() { model.train_on_batch(x, y); }
};

/// `tiny`: so small that only what Strata does around the arithmetic counts. `mlp`: 784-512-512-10
/// with a penalty in each slot. `convnet`: two convolutions with pooling, dropout, a dense layer.
/// `penalties`: each rule that Keras lacks, by its gradient. `proximal`: the same by Adam's proximal
/// steps, `low_rank` by those of SGD.
Step make_step(std::string_view which);

}  // namespace strata::testing
