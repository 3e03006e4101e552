// Refuses a data loss that trains nothing because the predictions left the tape.
#pragma once

#include "strata/layers/layer.hpp"

namespace strata::training {

/// For a training step, which records. Raises InvalidArgument, naming the model, if the model has
/// trainable weights and the data loss is not 0, and yet no path leads from any of the predictions
/// back to a weight. A model that hands on its inputs as they are is meant to train by other losses
/// only.
void check_loss_path(const Layer& model, const Tensors& inputs, const Tensors& predictions,
                     const Tensor& data_loss);

}  // namespace strata::training
