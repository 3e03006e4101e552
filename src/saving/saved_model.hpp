// A model in an open file, whatever its format: its object and its weights.
#pragma once

#include <memory>
#include <string_view>

#include "saving/weights_reader.hpp"
#include "strata/config.hpp"

namespace strata::saving {

/// The Keras whose form files of models have. It is never compared when one is read.
inline constexpr std::string_view kKerasVersion = "3.15.1";

struct SavedModel {
  io::Origin origin;  ///< of the config, for errors
  Config config;      ///< the model's object, in any layout that Strata reads
  std::unique_ptr<WeightsReader> weights;
};

/// Makes the model. Raises as `load_model` does.
std::shared_ptr<Model> make_model(SavedModel saved, bool compile);

}  // namespace strata::saving
