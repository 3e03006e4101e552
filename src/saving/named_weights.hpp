// Files that hold weights by their paths (`dense/kernel`): safetensors and npz.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "saving/weights_reader.hpp"

namespace strata::saving {

void write_safetensors_weights(io::Origin origin, const Model& model);
void write_npz_weights(io::Origin origin, const Model& model);

/// Their tensors take at most `max_memory` bytes, by default what `io::memory_limit` gives. Raise
/// IoError on a damaged file.
std::unique_ptr<WeightsReader> open_safetensors_weights(io::Origin origin,
                                                        std::optional<std::int64_t> max_memory);
std::unique_ptr<WeightsReader> open_npz_weights(io::Origin origin,
                                                std::optional<std::int64_t> max_memory);

}  // namespace strata::saving
