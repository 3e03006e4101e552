// `.weights.h5`, Keras 3's files of weights: also the member `model.weights.h5` of `.keras` files.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "io/zip_archive.hpp"
#include "saving/weights_reader.hpp"

namespace strata::saving {

/// Writes such a file. Raises as `Model::save_weights` does.
void write_keras_weights(io::Origin origin, const Model& model);
/// The bytes of such a file: each layer's weights, and the optimizer's state if the model is
/// compiled.
std::vector<unsigned char> keras_weights_bytes(io::Origin origin, const Model& model);

/// Opens one, whose contents take at most `max_memory` bytes; by default what `io::memory_limit`
/// gives. Raises IoError if it is damaged.
std::unique_ptr<WeightsReader> open_keras_weights(io::Origin origin,
                                                  std::optional<std::int64_t> max_memory);
/// The same of bytes that are in memory already, which don't count.
std::unique_ptr<WeightsReader> open_keras_weights_bytes(io::Origin origin, io::MemberBytes bytes,
                                                        std::int64_t max_memory);

}  // namespace strata::saving
