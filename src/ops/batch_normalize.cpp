// ops::batch_normalize.
#include <numeric>
#include <utility>

#include "core/check.hpp"
#include "kernels/normalization/batch_norm.hpp"
#include "ops/inputs.hpp"
#include "strata/autodiff/record.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/nn.hpp"
#include "tensor/format.hpp"

namespace strata::ops {
namespace {

constexpr const char* kBatchNormalize = "ops::batch_normalize";

void check_vector(const char* name, const Tensor& vector, std::int64_t channels) {
  check<ShapeError>(!vector.defined() || vector.shape() == Shape{channels}, kBatchNormalize,
                    "{} must have the shape {}. Received: shape={}.", name, Shape{channels},
                    vector.shape());
}

Normalized normalize_last(const Tensor& x, const Tensor& gamma, const Tensor& beta, float epsilon) {
  const std::int64_t channels = x.shape().back();
  const std::int64_t rows = x.shape().without(x.rank() - 1).element_count();
  Tensor mean = TensorAccess::uninitialized({channels});
  Tensor variance = TensorAccess::uninitialized({channels});
  kernels::column_moments(rows, channels, x.data(), TensorAccess::data(mean),
                          TensorAccess::data(variance));
  const auto operands = [=] {
    return kernels::BatchNorm{.rows = rows,
                              .columns = channels,
                              .x = x.data(),
                              .mean = mean.data(),
                              .variance = variance.data(),
                              .epsilon = epsilon,
                              .gamma = gamma.data()};
  };
  Tensor y = TensorAccess::uninitialized(x.shape());
  kernels::normalize_columns(operands(), beta.data(), TensorAccess::data(y));
  const auto backward = [=](const Tensor& dy, autodiff::InputGradients& inputs) {
    Tensor dx = inputs.wanted(0) ? TensorAccess::uninitialized(x.shape()) : Tensor();
    Tensor dgamma = TensorAccess::uninitialized({channels});
    Tensor dbeta = TensorAccess::uninitialized({channels});
    kernels::normalize_columns_gradient(operands(), dy.data(),
                                        {.x = dx.defined() ? TensorAccess::data(dx) : nullptr,
                                         .gamma = TensorAccess::data(dgamma),
                                         .beta = TensorAccess::data(dbeta)});
    inputs.add(0, std::move(dx));
    inputs.add(1, std::move(dgamma));
    inputs.add(2, std::move(dbeta));
  };
  return {autodiff::record(kBatchNormalize, std::move(y), {x, gamma, beta}, backward), mean,
          variance};
}

}  // namespace

Normalized batch_normalize(const Tensor& x, const Tensor& gamma, const Tensor& beta, int axis,
                           float epsilon) {
  check_defined(kBatchNormalize, x);
  const int at = x.shape().axis(axis, kBatchNormalize);
  check_vector("gamma", gamma, x.shape()[at]);
  check_vector("beta", beta, x.shape()[at]);
  check(epsilon >= 0.0f, kBatchNormalize, "epsilon must not be negative. Received: epsilon={}.",
        epsilon);
  if (at == x.rank() - 1) return normalize_last(x, gamma, beta, epsilon);
  std::vector<int> swapped(static_cast<std::size_t>(x.rank()));
  std::iota(swapped.begin(), swapped.end(), 0);
  std::swap(swapped[static_cast<std::size_t>(at)], swapped.back());
  Normalized result = normalize_last(transpose(x, swapped), gamma, beta, epsilon);
  result.outputs = transpose(result.outputs, swapped);
  return result;
}

}  // namespace strata::ops
