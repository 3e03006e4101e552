// Models as releases before Keras 3, and TensorFlow.js, laid them out.
#pragma once

#include "strata/config.hpp"

namespace strata::saving {

/// The object of a model in today's layout: freed of the wrappers `modelTopology` and
/// `model_config`; each Sequential's bare list of layers put into a config; an InputLayer in front
/// of each whose first layer says the shape of its input (`batch_input_shape`, `input_shape`,
/// `input_dim`). An object that has none of these comes back as it is.
Config in_todays_layout(Config object);

}  // namespace strata::saving
