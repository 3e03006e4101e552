// How legacy `.h5` files say what `.keras` files say in config.json.
#pragma once

#include "io/byte_stream.hpp"
#include "strata/config.hpp"

namespace strata::saving {

/// A model's object in the short form of legacy files: {"class_name", "config"} for it and its
/// layers, without what it was compiled with.
Config legacy_model_config(Config object);

/// A `compile_config` as a `training_config`.
Config legacy_training_config(Config compile_config);

/// A `training_config` as a `compile_config`. An optimizer's `decay`, which Keras 3 ignores, is left
/// out with a line on the standard error.
Config compile_config_of(const io::Origin& origin, Config training_config);

}  // namespace strata::saving
