// Refuses a data loss that trains nothing because the predictions left the tape.
#pragma once

#include "strata/layers/layer.hpp"

namespace strata::training {

/// Raises InvalidArgument, naming the model, if a tape records, the model has trainable weights and
/// the data loss is not 0, and yet no path leads from any of the predictions back to a weight.
void check_loss_path(const Layer& model, const Tensors& predictions, const Tensor& data_loss);

}  // namespace strata::training
