// load_model: a model from a file, with its weights and the state of its training.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "strata/models/model.hpp"
#include "strata/saving/custom_objects.hpp"

namespace strata {

struct LoadModelOptions {
  CustomObjects custom_objects = {};  ///< Classes and functions that only this load knows.
  /// False: what the model was compiled with, and its optimizer, are not read.
  bool compile = true;
  /// Bytes that the contents of the file may take in memory, and those that the model's weights may
  /// take. Default: 64 MiB and 16 times the file's size.
  std::optional<std::int64_t> max_memory = {};
};

/// The model in a `.keras` file, of Strata's or of Keras 3, or in a legacy `.h5` or `.hdf5` file, of
/// these or of tf.keras 2: architecture, weights, what it was compiled with, and the optimizer's
/// state, so that training goes on where it stopped. An optimizer whose state does not fit begins
/// anew, as in Keras, and a line on the standard error says so.
///
/// The file is not trusted: no code in it is run, no other file is opened, the model is complete
/// before it is returned. Raises IoError, naming file and tensor, on a damaged file or one whose
/// weights are not those of its architecture; InvalidArgument, naming layer and key, on an
/// architecture that Strata can't build.
/// See https://keras.io/api/models/model_saving_apis/model_saving_and_loading/.
std::shared_ptr<Model> load_model(const std::string& path, const LoadModelOptions& options = {});

}  // namespace strata
