// MNIST: 70,000 handwritten digits, from files on this machine.
#pragma once

#include <optional>
#include <string>

#include "strata/datasets/digits.hpp"

namespace strata::datasets {

struct MnistOptions {
  std::string directory = {};  ///< The folder of the files. Default: the first that has them.
};

/// The MNIST digits, or those of any set in the same files (Fashion-MNIST, …): the values as they
/// are, not scaled.
///
/// A folder has them as four IDX files (`train-images-idx3-ubyte`, `train-labels-idx1-ubyte`,
/// `t10k-…`; also `train-images.idx3-ubyte`, …, as some unpackers name them; each with or without
/// `.gz`) or as Keras's `mnist.npz`. Without a directory the first of these that has them is taken:
/// `$STRATA_DATA`, `$XDG_CACHE_HOME/strata/mnist` (or `~/.cache/strata/mnist`),
/// `~/.keras/datasets`. Nothing is downloaded.
///
/// Raises IoError if they are nowhere, saying where it looked and for which names, if a file is
/// missing or bad, images are not 28 x 28, or a label is not a whole number from 0 to 9.
/// See https://keras.io/api/datasets/mnist/.
Digits mnist(const MnistOptions& options = {});

/// The folder that `mnist` would read, or nothing if there is none.
std::optional<std::string> find_mnist(const MnistOptions& options = {});

}  // namespace strata::datasets
