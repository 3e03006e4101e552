// What a model's `save`, `save_weights` and `load_weights` are told.
#pragma once

#include <cstdint>
#include <optional>

namespace strata {

struct SaveOptions {
  bool overwrite = true;  ///< False: raises IoError where the file is there already.
};

struct SaveWeightsOptions {
  bool overwrite = true;  ///< False: raises IoError where the file is there already.
  /// GB (2^30 bytes) of weights in one file. If given, the path ends in `.weights.json`: that file
  /// lists what is where, and `…_00000.weights.h5`, … beside it hold the weights.
  std::optional<double> max_shard_size = {};
};

struct LoadWeightsOptions {
  /// Leaves a layer as it is where the file has not what it needs, instead of raising IoError. A
  /// legacy file of another number of layers raises all the same: they go by position.
  bool skip_mismatch = false;
  /// Bytes that the contents of the file may take in memory. Default: 64 MiB and 16 times the
  /// file's size.
  std::optional<std::int64_t> max_memory = {};
};

}  // namespace strata
