// Sparsemax: softmax's relative that gives zeros.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <vector>

#include "strata/activations/functions.hpp"
#include "strata/autodiff/record.hpp"
#include "strata/ops/array.hpp"

namespace strata::activations {
namespace {

/// What is taken off every element of a row so that the positive rest sums to 1.
double excess(const float* row, std::int64_t count, std::vector<float>& sorted) {
  sorted.assign(row, row + count);
  const bool ordered =
      std::none_of(row, row + count, [](float value) { return std::isnan(value); });
  if (!ordered) return std::numeric_limits<double>::quiet_NaN();
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  double sum = 0.0;
  double found = 0.0;
  for (std::size_t k = 0; k < sorted.size(); ++k) {
    sum += sorted[k];
    const double candidate = (sum - 1.0) / static_cast<double>(k + 1);
    if (sorted[k] > candidate) found = candidate;
  }
  return found;
}

/// The gradient of the survivors less its mean; those cut off have none.
void project_gradient(const float* row, const float* gradient, std::int64_t count, float* out) {
  double sum = 0.0;
  std::int64_t survivors = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    if (row[i] <= 0.0f) continue;
    sum += gradient[i];
    ++survivors;
  }
  const double mean = survivors == 0 ? 0.0 : sum / static_cast<double>(survivors);
  for (std::int64_t i = 0; i < count; ++i) {
    out[i] = row[i] > 0.0f ? static_cast<float>(gradient[i] - mean) : 0.0f;
  }
}

// y = max(x - tau, 0) by rows,   dx = dy - mean of dy over the survivors
Tensor of_rows(const Tensor& x) {
  const std::int64_t count = x.shape().back();
  Tensor y = TensorAccess::uninitialized(x.shape());
  std::vector<float> sorted;
  for (std::int64_t begin = 0; begin < x.size(); begin += count) {
    const double tau = excess(x.data() + begin, count, sorted);
    std::transform(x.data() + begin, x.data() + begin + count, TensorAccess::data(y) + begin,
                   [tau](float value) { return static_cast<float>(std::max(value - tau, 0.0)); });
  }
  return autodiff::record("sparsemax", y, {x},
                          [y, count](const Tensor& gradient, autodiff::InputGradients& inputs) {
                            Tensor result = TensorAccess::uninitialized(y.shape());
                            for (std::int64_t begin = 0; begin < y.size(); begin += count) {
                              project_gradient(y.data() + begin, gradient.data() + begin, count,
                                               TensorAccess::data(result) + begin);
                            }
                            inputs.add(0, std::move(result));
                          });
}

}  // namespace

Tensor sparsemax(const Tensor& x, int axis) {
  const int along = x.shape().axis(axis, "sparsemax");
  if (x.size() == 0) return x;
  if (along == x.rank() - 1) return of_rows(x);
  std::vector<int> swapped(static_cast<std::size_t>(x.rank()));
  std::iota(swapped.begin(), swapped.end(), 0);
  std::swap(swapped[static_cast<std::size_t>(along)], swapped.back());
  return ops::transpose(of_rows(ops::transpose(x, swapped)), swapped);
}

}  // namespace strata::activations
