// Reads the layouts of model configs that Keras before version 3, and TensorFlow.js, write.
#pragma once

#include "strata/config.hpp"

namespace strata::saving {

/// Converts a model's object to the layout of Keras 3: removes the wrappers `modelTopology` and
/// `model_config`; puts each Sequential's bare list of layers into a config; adds an InputLayer
/// before each first layer whose config has the shape of its input (`batch_input_shape`,
/// `input_shape`, `input_dim`). An object with none of these is returned unchanged.
Config in_todays_layout(Config object);

}  // namespace strata::saving
