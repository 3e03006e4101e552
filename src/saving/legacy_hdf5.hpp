// Legacy `.h5` files, of tf.keras and Keras 2 and of Keras 3's writer for them: whole models, and weights.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "saving/saved_model.hpp"

namespace strata::saving {

/// Writes a whole model as Keras 3 does. Raises as `Model::save` does.
void write_legacy_model(io::Origin origin, const Model& model);

/// Opens a file of a whole model, whose contents take at most `max_memory` bytes, by default what
/// `io::memory_limit` gives. Raises IoError if it is damaged or holds no model.
SavedModel open_legacy_model(io::Origin origin, std::optional<std::int64_t> max_memory);

/// Opens the weights of such a file, or of one that holds weights alone.
std::unique_ptr<WeightsReader> open_legacy_weights(io::Origin origin,
                                                   std::optional<std::int64_t> max_memory);

}  // namespace strata::saving
