// NPY: NumPy's files of one array.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "strata/tensor/tensor.hpp"

namespace strata::io {

struct NpyOptions {
  /// Memory that the elements may take. Default: 64 MiB and 16 times the file's size, so that a
  /// small file can't fill the machine.
  std::optional<std::int64_t> max_bytes = {};
};

/// The array in an `.npy` file as `numpy.save` writes it: truth values, integers up to 64 bits,
/// floats of 16, 32 and 64, of either byte order, row-major or column-major (as pandas hands them
/// on). The tensor is row-major.
///
/// The file is not trusted: nothing in it is ever evaluated. Raises IoError, naming the file and
/// what is wrong, if it is not a regular file, not an array of numbers, larger or smaller than its
/// header says, beyond `max_bytes`, or holds numbers that float32 can't (whole ones beyond 2^24).
/// See https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
Tensor read_npy(const std::string& path, const NpyOptions& options = {});

/// Writes the tensor as `numpy.save` writes a float32 array. A file at `path` is replaced when the
/// new one is complete and on the disk, and kept if that fails. Raises IoError, naming the file and
/// the cause, where it can't be written.
void write_npy(const std::string& path, const Tensor& tensor);

}  // namespace strata::io
