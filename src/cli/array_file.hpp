// The arrays that models are given, from .npy and .npz files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::cli {

struct ArrayRequest {
  std::string file;
  /// The array's name in an .npz file. Default: the first of `usual` that the file has, else its
  /// only array.
  std::string key = {};
  std::vector<std::string> usual = {};
  std::optional<std::int64_t> max_mebibytes = {};
};

/// Raises InvalidArgument or IoError, naming the file and the arrays that it has.
Tensor read_array(const ArrayRequest& request);

/// Samples and targets, as options name them.
struct DataOptions {
  std::string file;
  std::string x_key = {};
  std::string y_key = {};
};

void add_data_options(CLI::App& command, DataOptions& options);

struct LabeledData {
  Tensor x;
  Tensor y;
};

/// Reads `x` and `y`; where the file has none, `x_train` and `y_train`, … for the suffix `_train`.
LabeledData read_data(const DataOptions& options, const std::string& suffix,
                      std::optional<std::int64_t> max_mebibytes);

/// Writes a tensor to an .npy file, or as the array `y` of an .npz file. Raises BadUsage on
/// another ending, CannotWrite where the file can't be written.
void write_array(const std::string& path, const Tensor& tensor);
/// Raises as `write_array` does for the ending.
void check_array_ending(const std::string& path);

}  // namespace strata::cli
