// model_from_json: a model from the text that `to_json`, here or in Keras, made of one.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "strata/models/model.hpp"
#include "strata/saving/custom_objects.hpp"

namespace strata {

struct ModelFromJsonOptions {
  CustomObjects custom_objects = {};  ///< Classes and functions that this text alone may name.
  /// Elements of all weights together; a line of JSON can ask for more than there is memory.
  std::int64_t max_params = 250'000'000;
  bool compile = true;  ///< False: what the model was compiled with is not read.
};

/// The model that the JSON describes, with fresh weights, built and compiled if the JSON says so.
/// Reads what Keras 3 writes, the older spellings that Keras 3 reads, and a Sequential in the
/// layouts of Keras 2 and TensorFlow.js. Options that Keras accepts without effect, such as a
/// regularizer of a bias that is left out, load too; in code they are refused. The text may come
/// from an untrusted source: no code is run, and unknown classes and keys are refused. Raises
/// InvalidArgument naming layer and key, ShapeError if the layers don't fit one another.
/// See https://keras.io/api/models/model_saving_apis/model_config_serialization/.
std::shared_ptr<Model> model_from_json(std::string_view json,
                                       const ModelFromJsonOptions& options = {});

}  // namespace strata
