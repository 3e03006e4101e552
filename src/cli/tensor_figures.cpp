// Sums up a tensor's elements.
#include "cli/tensor_figures.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace strata::cli {

TensorFigures figures_of(const Tensor& tensor) {
  float least = std::numeric_limits<float>::infinity();
  float largest = -least;
  double sum = 0.0;
  std::int64_t zeros = 0;
  std::int64_t finite = 0;
  for (const float element : tensor.values()) {
    if (!std::isfinite(element)) continue;
    ++finite;
    least = std::min(least, element);
    largest = std::max(largest, element);
    sum += element;
    zeros += element == 0.0f ? 1 : 0;
  }
  TensorFigures figures{.not_finite = tensor.size() - finite};
  if (finite == 0) return figures;
  figures.min = least;
  figures.max = largest;
  figures.mean = sum / static_cast<double>(finite);
  figures.zeros = static_cast<double>(zeros) / static_cast<double>(tensor.size());
  return figures;
}

}  // namespace strata::cli
