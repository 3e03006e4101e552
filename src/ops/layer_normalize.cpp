// ops::layer_normalization and ops::rms_normalization.
#include <utility>

#include "core/check.hpp"
#include "kernels/normalization/row_norm.hpp"
#include "ops/inputs.hpp"
#include "ops/last_axes.hpp"
#include "strata/autodiff/record.hpp"
#include "strata/ops/nn.hpp"
#include "tensor/format.hpp"

namespace strata::ops {
namespace {

void check_extents(const char* who, const char* name, const Tensor& weight, const Shape& extents) {
  check<ShapeError>(!weight.defined() || weight.shape() == extents, who,
                    "{} must have the shape {}. Received: shape={}.", name, extents,
                    weight.shape());
}

Tensor buffer_if(bool wanted, const Shape& shape) {
  return wanted ? TensorAccess::uninitialized(shape) : Tensor();
}

float* data_or_null(Tensor& tensor) {
  return tensor.defined() ? TensorAccess::data(tensor) : nullptr;
}

// Of rows over the axes that `last` has moved behind the others.
Tensor normalize_rows(const char* who, const Tensor& x, const Tensor& gamma, const Tensor& beta,
                      const LastAxes& last, float epsilon, bool centers) {
  const auto operands = [=, rows = last.rows(), columns = last.columns()] {
    return kernels::RowNorm{.rows = rows,
                            .columns = columns,
                            .x = x.data(),
                            .gamma = gamma.data(),
                            .epsilon = epsilon,
                            .centers = centers};
  };
  Tensor mean = TensorAccess::uninitialized({last.rows()});
  Tensor inverse = TensorAccess::uninitialized({last.rows()});
  const auto moments = [](Tensor& means, Tensor& inverses) {
    return kernels::RowMoments{TensorAccess::data(means), TensorAccess::data(inverses)};
  };
  Tensor y = TensorAccess::uninitialized(x.shape());
  kernels::normalize_rows(operands(), beta.data(), TensorAccess::data(y), moments(mean, inverse));
  const Shape extents = last.extents();
  const auto backward = [=](const Tensor& dy, autodiff::InputGradients& inputs) {
    Tensor means = mean, inverses = inverse;
    Tensor dx = buffer_if(inputs.wanted(0), x.shape());
    Tensor dgamma = buffer_if(inputs.wanted(1), extents);
    Tensor dbeta = buffer_if(inputs.wanted(2), extents);
    kernels::normalize_rows_gradient(
        operands(), moments(means, inverses), dy.data(),
        {.x = data_or_null(dx), .gamma = data_or_null(dgamma), .beta = data_or_null(dbeta)});
    if (dx.defined()) inputs.add(0, std::move(dx));
    if (dgamma.defined()) inputs.add(1, std::move(dgamma));
    if (dbeta.defined()) inputs.add(2, std::move(dbeta));
  };
  return autodiff::record(who, std::move(y), {x, gamma, beta}, backward);
}

}  // namespace

Tensor layer_normalization(const Tensor& x, const Tensor& gamma, const Tensor& beta,
                           const Axes& axes, float epsilon) {
  constexpr const char* kWho = "ops::layer_normalization";
  check_defined(kWho, x);
  const LastAxes last(x.shape(), axes.of(x.shape(), kWho));
  check_extents(kWho, "gamma", gamma, last.extents());
  check_extents(kWho, "beta", beta, last.extents());
  check(epsilon >= 0.0f, kWho, "epsilon must not be negative. Received: epsilon={}.", epsilon);
  return last.restore(
      normalize_rows(kWho, last.arrange(x), gamma, beta, last, epsilon, /*centers=*/true));
}

Tensor rms_normalization(const Tensor& x, const Tensor& scale, const Axes& axes, float epsilon) {
  constexpr const char* kWho = "ops::rms_normalization";
  check_defined(kWho, x);
  const LastAxes last(x.shape(), axes.of(x.shape(), kWho));
  check_extents(kWho, "scale", scale, last.extents());
  check(epsilon >= 0.0f, kWho, "epsilon must not be negative. Received: epsilon={}.", epsilon);
  return last.restore(
      normalize_rows(kWho, last.arrange(x), scale, {}, last, epsilon, /*centers=*/false));
}

}  // namespace strata::ops
