// ops::group_normalize.
#include <utility>

#include "core/check.hpp"
#include "kernels/normalization/group_norm.hpp"
#include "ops/inputs.hpp"
#include "ops/last_axes.hpp"
#include "strata/autodiff/record.hpp"
#include "strata/ops/nn.hpp"
#include "tensor/format.hpp"

namespace strata::ops {
namespace {

constexpr const char* kGroupNormalize = "ops::group_normalize";

// Of channels along the last axis.
Tensor normalize_last_in_groups(const Tensor& x, const Tensor& gamma, const Tensor& beta,
                                std::int64_t groups, float epsilon) {
  const std::int64_t samples = x.shape().front();
  const std::int64_t channels = x.shape().back();
  const auto operands = [=, rows = x.shape().without(x.rank() - 1).without(0).element_count()] {
    return kernels::GroupNorm{.samples = samples,
                              .rows = rows,
                              .channels = channels,
                              .groups = groups,
                              .x = x.data(),
                              .gamma = gamma.data(),
                              .epsilon = epsilon};
  };
  Tensor mean = TensorAccess::uninitialized({samples, channels});
  Tensor variance = TensorAccess::uninitialized({samples, channels});
  Tensor y = TensorAccess::uninitialized(x.shape());
  kernels::normalize_groups(operands(), beta.data(), TensorAccess::data(y),
                            {TensorAccess::data(mean), TensorAccess::data(variance)});
  const auto backward = [=](const Tensor& dy, autodiff::InputGradients& inputs) {
    Tensor means = mean, variances = variance;
    Tensor dx = inputs.wanted(0) ? TensorAccess::uninitialized(x.shape()) : Tensor();
    Tensor dgamma = TensorAccess::uninitialized({channels});
    Tensor dbeta = TensorAccess::uninitialized({channels});
    kernels::normalize_groups_gradient(
        operands(), {TensorAccess::data(means), TensorAccess::data(variances)}, dy.data(),
        {.x = dx.defined() ? TensorAccess::data(dx) : nullptr,
         .gamma = TensorAccess::data(dgamma),
         .beta = TensorAccess::data(dbeta)});
    inputs.add(0, std::move(dx));
    inputs.add(1, std::move(dgamma));
    inputs.add(2, std::move(dbeta));
  };
  return autodiff::record(kGroupNormalize, std::move(y), {x, gamma, beta}, backward);
}

void check_channels(const char* name, const Tensor& weight, std::int64_t channels) {
  check<ShapeError>(!weight.defined() || weight.shape() == Shape{channels}, kGroupNormalize,
                    "{} must have the shape {}. Received: shape={}.", name, Shape{channels},
                    weight.shape());
}

}  // namespace

Tensor group_normalize(const Tensor& x, const Tensor& gamma, const Tensor& beta, int groups,
                       int axis, float epsilon) {
  check_defined(kGroupNormalize, x);
  const int at = x.shape().axis(axis, kGroupNormalize);
  check<ShapeError>(at > 0, kGroupNormalize,
                    "axis must not be that of the samples, 0. Received: axis={}, shape={}.", axis,
                    x.shape());
  const std::int64_t channels = x.shape()[at];
  check<ShapeError>(groups > 0 && channels % groups == 0, kGroupNormalize,
                    "groups must be positive and divide the channels. Received: groups={}, "
                    "channels={}.",
                    groups, channels);
  check_channels("gamma", gamma, channels);
  check_channels("beta", beta, channels);
  check(epsilon >= 0.0f, kGroupNormalize, "epsilon must not be negative. Received: epsilon={}.",
        epsilon);
  std::vector<bool> is_channels(static_cast<std::size_t>(x.rank()), false);
  is_channels[static_cast<std::size_t>(at)] = true;
  const LastAxes last(x.shape(), is_channels);
  return last.restore(normalize_last_in_groups(last.arrange(x), gamma, beta, groups, epsilon));
}

}  // namespace strata::ops
