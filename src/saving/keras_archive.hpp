// `.keras` files: a zip archive of metadata.json, config.json and model.weights.h5.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "saving/saved_model.hpp"
#include "strata/io/named_tensors.hpp"

namespace strata::saving {

/// Members that a file of Strata's may hold beside Keras's, which passes over them:
/// `training_state.json` and `training_state/NAME.npy`.
struct ExtraMembers {
  Config object;
  io::NamedTensors tensors = {};
};

/// Raises as `Model::save` does.
void write_keras_archive(io::Origin origin, const Model& model);
void write_keras_archive(io::Origin origin, const Model& model, const ExtraMembers& extra);

/// Opens one. What it holds takes at most `max_memory` bytes, by default what
/// `io::memory_limit` gives. Raises IoError if it is damaged.
SavedModel open_keras_archive(io::Origin origin, std::optional<std::int64_t> max_memory);
/// The same of one that must have the extra members.
SavedModel open_keras_archive(io::Origin origin, std::optional<std::int64_t> max_memory,
                              ExtraMembers& extra);

/// Opens its weights alone.
std::unique_ptr<WeightsReader> open_weights_of_archive(io::Origin origin,
                                                       std::optional<std::int64_t> max_memory);

}  // namespace strata::saving
