// Tensors: checks of a list of tensors, and the list of their shapes.
#include "strata/tensor/tensors.hpp"

#include <algorithm>

#include "core/check.hpp"

namespace strata {

Tensors::Tensors(std::vector<Tensor> tensors) {
  if (tensors.size() == 1) {
    one_ = std::move(tensors.front());
    holds_one_ = true;
  } else {
    several_ = std::move(tensors);
  }
}

bool Tensors::defined() const {
  return !empty() && std::all_of(begin(), end(), [](const Tensor& each) { return each.defined(); });
}

const Tensor& Tensors::single(const char* who) const {
  check<ShapeError>(size() == 1, who, "there must be exactly one tensor. Received: {}.", size());
  return front();
}

std::vector<Shape> shapes_of(const Tensors& tensors) {
  std::vector<Shape> shapes;
  for (const Tensor& tensor : tensors) shapes.push_back(tensor.shape());
  return shapes;
}

}  // namespace strata
