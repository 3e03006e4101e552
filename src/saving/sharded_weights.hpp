// Weights in several files: `x.weights.json`, which says what is where, and `x_00000.weights.h5`, ….
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "saving/weights_reader.hpp"

namespace strata::saving {

/// Writes them as Keras 3 does; `options` holds the size. Raises as `Model::save_weights` does.
void write_sharded_weights(io::Origin origin, const Model& model,
                           const SaveWeightsOptions& options);

/// Opens the file of that list, and those beside it that it names. All that they hold takes at most
/// `max_memory` bytes, by default what `io::memory_limit` gives for all of them. Raises IoError if
/// one is damaged or missing, or is not named as the writer names them.
std::unique_ptr<WeightsReader> open_sharded_weights(io::Origin origin,
                                                    std::optional<std::int64_t> max_memory);

}  // namespace strata::saving
