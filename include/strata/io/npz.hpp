// NPZ: NumPy's archives of arrays.
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "strata/io/named_tensors.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::io {

struct NpzOptions {
  /// The arrays to read, without their `.npy`; each must be there. Default: all that a tensor can
  /// hold.
  std::vector<std::string> names = {};
  /// Memory that all elements may take. Default: 64 MiB and 16 times the file's size, so that a
  /// small file can't fill the machine.
  std::optional<std::int64_t> max_bytes = {};
};

/// The arrays in an `.npz` file by name, without their `.npy`, as `numpy.savez` and
/// `savez_compressed` write them, of the types that `read_npy` reads. Other members are left alone.
///
/// What a tensor can't hold (text, Python objects, dates, numbers beyond float32, more than 8 axes)
/// is left out, so that it keeps no other array from being read. It is an error if it is asked for
/// by name, or if there is nothing else; the text says what it is.
///
/// The file is not trusted: nothing in it is ever evaluated or extracted. Raises IoError, naming
/// file, member and what is wrong, if it is not a regular file, not a sound zip archive, encrypted,
/// an array is larger or smaller than its header says, damaged, beyond `max_bytes`, or not there.
/// See https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
std::map<std::string, Tensor> read_npz(const std::string& path, const NpzOptions& options = {});

/// Writes the arrays in this order as `numpy.savez` writes float32 arrays, not compressed:
/// `write_npz("data.npz", {{"x", x}, {"y", y}})`. A file at `path` is replaced when the new one is
/// complete and on the disk, and kept if that fails.
///
/// Raises InvalidArgument on a name that is empty, given twice, or no plain relative path, and on
/// undefined tensors; IoError, naming the file and the cause, where it can't be written.
void write_npz(const std::string& path, const NamedTensors& arrays);

/// The same, by name: what `read_npz` gives. A template, so that braces mean the ordered list.
template <std::same_as<std::map<std::string, Tensor>> Arrays>
void write_npz(const std::string& path, const Arrays& arrays) {
  write_npz(path, NamedTensors(arrays.begin(), arrays.end()));
}

}  // namespace strata::io
