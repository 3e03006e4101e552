// IDX: the file format of MNIST and its kin.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "strata/tensor/tensor.hpp"

namespace strata::io {

struct IdxOptions {
  /// Memory that the elements may take. Default: 64 MiB and 16 times the file's size, so that a
  /// small file can't fill the machine.
  std::optional<std::int64_t> max_bytes = {};
};

/// The array in an IDX file, gzip-compressed or not, of any of the format's six types.
///
/// The file is not trusted. Raises IoError, naming the file and what is wrong, if it is not a
/// regular file, not IDX, cut short, damaged, larger or smaller than its header says, beyond
/// `max_bytes`, or holds numbers that float32 can't (whole ones beyond 2^24).
/// See http://yann.lecun.com/exdb/mnist/.
Tensor read_idx(const std::string& path, const IdxOptions& options = {});

}  // namespace strata::io
