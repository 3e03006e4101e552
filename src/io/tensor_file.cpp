// The list of an open file's tensors.
#include "io/tensor_file.hpp"

namespace strata::io {

std::optional<std::size_t> TensorFile::find(std::string_view name) const {
  const auto found = by_name_.find(std::string(name));
  if (found == by_name_.end()) return std::nullopt;
  return found->second;
}

void TensorFile::add(StoredTensor tensor) {
  by_name_.emplace(tensor.name, tensors_.size());
  tensors_.push_back(std::move(tensor));
}

}  // namespace strata::io
