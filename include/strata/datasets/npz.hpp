// NPZ: NumPy's archives of arrays.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "strata/tensor/tensor.hpp"

namespace strata::datasets {

struct NpzOptions {
  /// Memory that all elements may take. Default: 64 MiB and 16 times the file's size, so that a
  /// small file can't fill the machine.
  std::optional<std::int64_t> max_bytes = {};
};

/// The arrays in an `.npz` file by name, without their `.npy`; other members are left alone.
/// Takes what `numpy.savez` and `savez_compressed` write of integers up to 64 bits and floats of 32
/// and 64, little-endian and in C order.
///
/// The file is not trusted: nothing in it is ever evaluated or extracted. Raises IoError, naming
/// file, member and what is wrong, if it is not a regular file, not a sound zip archive, encrypted,
/// an array is of another type, is larger or smaller than its header says, beyond `max_bytes`, or
/// holds numbers that float32 can't (whole ones beyond 2^24).
/// See https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
std::map<std::string, Tensor> read_npz(const std::string& path, const NpzOptions& options = {});

}  // namespace strata::datasets
