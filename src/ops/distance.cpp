#include "ops/distance.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ops/align.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/nn.hpp"
#include "strata/ops/reduction.hpp"

namespace strata::ops {
namespace {

constexpr float kEpsilon = 1e-7f;  // Keras's

/// 1 - t p, at least 0. Labels of 0 and 1 alone stand for -1 and 1.
Tensor margin(const Tensor& y_true, const Tensor& y_pred) {
  const auto values = y_true.values();
  const bool is_binary =
      std::all_of(values.begin(), values.end(), [](float t) { return t == 0.0f || t == 1.0f; });
  const Tensor signs = is_binary ? 2.0f * y_true - 1.0f : y_true;
  return maximum(1.0f - signs * y_pred, 0.0f);
}

}  // namespace

Tensor mean_squared_error(const Tensor& y_true, const Tensor& y_pred) {
  check_same_shape("MeanSquaredError", y_true.shape(), y_pred.shape());
  return mean(square(y_true - y_pred), -1);
}

Tensor mean_absolute_error(const Tensor& y_true, const Tensor& y_pred) {
  check_same_shape("MeanAbsoluteError", y_true.shape(), y_pred.shape());
  return mean(abs(y_true - y_pred), -1);
}

Tensor mean_absolute_percentage_error(const Tensor& y_true, const Tensor& y_pred) {
  check_same_shape("MeanAbsolutePercentageError", y_true.shape(), y_pred.shape());
  const Tensor size = maximum(abs(y_true), kEpsilon);
  return 100.0f * mean(abs((y_true - y_pred) / size), -1);
}

Tensor mean_squared_logarithmic_error(const Tensor& y_true, const Tensor& y_pred) {
  check_same_shape("MeanSquaredLogarithmicError", y_true.shape(), y_pred.shape());
  const Tensor prediction = log(maximum(y_pred, kEpsilon) + 1.0f);
  const Tensor target = log(maximum(y_true, kEpsilon) + 1.0f);
  return mean(square(prediction - target), -1);
}

Tensor huber(const Tensor& y_true, const Tensor& y_pred, float delta) {
  check_same_shape("Huber", y_true.shape(), y_pred.shape());
  const Tensor error = y_pred - y_true;
  const Tensor size = abs(error);
  return mean(
      where(less_equal(size, delta), 0.5f * square(error), delta * size - 0.5f * delta * delta),
      -1);
}

Tensor log_cosh(const Tensor& y_true, const Tensor& y_pred) {
  check_same_shape("LogCosh", y_true.shape(), y_pred.shape());
  const Tensor error = y_pred - y_true;
  return mean(error + softplus(-2.0f * error) - std::numbers::ln2_v<float>, -1);
}

Tensor cosine_similarity(const Tensor& y_true, const Tensor& y_pred, int axis) {
  check_same_shape("CosineSimilarity", y_true.shape(), y_pred.shape());
  y_pred.shape().axis(axis, "CosineSimilarity");
  return sum(l2_normalize(y_true, axis) * l2_normalize(y_pred, axis), axis);
}

Tensor hinge(const Tensor& y_true, const Tensor& y_pred) {
  check_same_shape("Hinge", y_true.shape(), y_pred.shape());
  return mean(margin(y_true, y_pred), -1);
}

Tensor squared_hinge(const Tensor& y_true, const Tensor& y_pred) {
  check_same_shape("SquaredHinge", y_true.shape(), y_pred.shape());
  return mean(square(margin(y_true, y_pred)), -1);
}

Tensor categorical_hinge(const Tensor& y_true, const Tensor& y_pred) {
  check_same_shape("CategoricalHinge", y_true.shape(), y_pred.shape());
  const Tensor own = sum(y_true * y_pred, -1);
  const Tensor best_other = max((1.0f - y_true) * y_pred, -1);
  return maximum(best_other - own + 1.0f, 0.0f);
}

Tensor kl_divergence(const Tensor& y_true, const Tensor& y_pred) {
  check_same_shape("KLDivergence", y_true.shape(), y_pred.shape());
  const Tensor target = clip(y_true, kEpsilon, 1.0f);
  const Tensor prediction = clip(y_pred, kEpsilon, 1.0f);
  return sum(target * log(target / prediction), -1);
}

Tensor poisson(const Tensor& y_true, const Tensor& y_pred) {
  check_same_shape("Poisson", y_true.shape(), y_pred.shape());
  return mean(y_pred - y_true * log(y_pred + kEpsilon), -1);
}

}  // namespace strata::ops
