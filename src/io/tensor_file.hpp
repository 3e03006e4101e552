// What all formats of weights have in common: an open file of named tensors.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "io/elements.hpp"

namespace strata::io {

/// A tensor that a file holds, before it is read.
struct StoredTensor {
  std::string name;
  ArrayHeader header;
};

class TensorFile {
 public:
  virtual ~TensorFile() = default;
  TensorFile(const TensorFile&) = delete;
  TensorFile& operator=(const TensorFile&) = delete;

  /// In the file's order; no two have one name. The sizes are not checked yet.
  const std::vector<StoredTensor>& tensors() const { return tensors_; }
  /// The index of the tensor of this name, or nothing.
  std::optional<std::size_t> find(std::string_view name) const;

  /// Raises IoError if it is damaged or would take more than `budget` bytes, Unrepresentable if its
  /// numbers don't fit float32. Any number of threads may read.
  virtual Tensor read(std::size_t index, std::int64_t budget) const = 0;

 protected:
  TensorFile() = default;
  void add(StoredTensor tensor);

 private:
  std::vector<StoredTensor> tensors_;
  std::unordered_map<std::string, std::size_t> by_name_;
};

}  // namespace strata::io
