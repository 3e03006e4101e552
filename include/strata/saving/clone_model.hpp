// clone_model: the same architecture with weights of its own.
#pragma once

#include <memory>

#include "strata/models/model.hpp"

namespace strata {

/// A model of the same layers, by their configs, with fresh weights, and one layer where `model` has
/// one in several places; compiled alike if `model` is,
/// with an optimizer and metrics of its own. Raises InvalidArgument on a class or callable that was
/// not registered. See https://keras.io/api/models/model_saving_apis/model_config_serialization/.
std::shared_ptr<Model> clone_model(const Model& model);

}  // namespace strata
