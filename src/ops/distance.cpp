// The formulas that losses and metrics share, written in differentiable operations.
#include "strata/ops/distance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "ops/align.hpp"
#include "ops/crossentropy.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/linear_algebra.hpp"
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

/// Both with the same rank. Raises ShapeError in `who`'s name unless they have the same shape then.
std::pair<Tensor, Tensor> aligned(const char* who, const Tensor& y_true, const Tensor& y_pred) {
  auto pair = align_ranks(y_true, y_pred);
  check_same_shape(who, pair.first.shape(), pair.second.shape());
  return pair;
}

}  // namespace

Tensor mean_squared_error(const Tensor& y_true, const Tensor& y_pred) {
  const auto [t, p] = aligned("MeanSquaredError", y_true, y_pred);
  return mean(square(t - p), -1);
}

Tensor mean_absolute_error(const Tensor& y_true, const Tensor& y_pred) {
  const auto [t, p] = aligned("MeanAbsoluteError", y_true, y_pred);
  return mean(abs(t - p), -1);
}

Tensor mean_absolute_percentage_error(const Tensor& y_true, const Tensor& y_pred) {
  const auto [t, p] = aligned("MeanAbsolutePercentageError", y_true, y_pred);
  const Tensor size = maximum(abs(t), kEpsilon);
  return 100.0f * mean(abs((t - p) / size), -1);
}

Tensor mean_squared_logarithmic_error(const Tensor& y_true, const Tensor& y_pred) {
  const auto [t, p] = aligned("MeanSquaredLogarithmicError", y_true, y_pred);
  const Tensor prediction = log(maximum(p, kEpsilon) + 1.0f);
  const Tensor target = log(maximum(t, kEpsilon) + 1.0f);
  return mean(square(prediction - target), -1);
}

Tensor huber(const Tensor& y_true, const Tensor& y_pred, float delta) {
  const auto [t, p] = aligned("Huber", y_true, y_pred);
  const Tensor error = p - t;
  const Tensor size = abs(error);
  return mean(
      where(less_equal(size, delta), 0.5f * square(error), delta * size - 0.5f * delta * delta),
      -1);
}

Tensor log_cosh(const Tensor& y_true, const Tensor& y_pred) {
  const auto [t, p] = aligned("LogCosh", y_true, y_pred);
  const Tensor error = p - t;
  return mean(error + softplus(-2.0f * error) - std::numbers::ln2_v<float>, -1);
}

Tensor cosine_similarity(const Tensor& y_true, const Tensor& y_pred, int axis) {
  const auto [t, p] = aligned("CosineSimilarity", y_true, y_pred);
  p.shape().axis(axis, "CosineSimilarity");
  return sum(l2_normalize(t, axis) * l2_normalize(p, axis), axis);
}

Tensor pearson_correlation(const Tensor& y_true, const Tensor& y_pred, int axis) {
  const auto [t, p] = aligned("PearsonCorrelation", y_true, y_pred);
  p.shape().axis(axis, "PearsonCorrelation");
  const Tensor t_deviation = t - mean(t, axis, true);
  const Tensor p_deviation = p - mean(p, axis, true);
  const Tensor spread =
      sqrt(mean(square(t_deviation), axis)) * sqrt(mean(square(p_deviation), axis));
  return mean(t_deviation * p_deviation, axis) / spread;
}

Tensor concordance_correlation(const Tensor& y_true, const Tensor& y_pred, int axis) {
  const auto [t, p] = aligned("ConcordanceCorrelation", y_true, y_pred);
  p.shape().axis(axis, "ConcordanceCorrelation");
  const Tensor t_mean = mean(t, axis, true);
  const Tensor p_mean = mean(p, axis, true);
  const Tensor t_deviation = t - t_mean;
  const Tensor p_deviation = p - p_mean;
  const Tensor spread = mean(square(t_deviation), axis, true) +
                        mean(square(p_deviation), axis, true) + square(t_mean - p_mean);
  return mean(2.0f * t_deviation * p_deviation / (spread + kEpsilon), axis);
}

Tensor hinge(const Tensor& y_true, const Tensor& y_pred) {
  const auto [t, p] = aligned("Hinge", y_true, y_pred);
  return mean(margin(t, p), -1);
}

Tensor squared_hinge(const Tensor& y_true, const Tensor& y_pred) {
  const auto [t, p] = aligned("SquaredHinge", y_true, y_pred);
  return mean(square(margin(t, p)), -1);
}

Tensor categorical_hinge(const Tensor& y_true, const Tensor& y_pred) {
  const auto [t, p] = aligned("CategoricalHinge", y_true, y_pred);
  const Tensor own = sum(t * p, -1);
  const Tensor best_other = max((1.0f - t) * p, -1);
  return maximum(best_other - own + 1.0f, 0.0f);
}

Tensor kl_divergence(const Tensor& y_true, const Tensor& y_pred) {
  const auto [t, p] = aligned("KLDivergence", y_true, y_pred);
  const Tensor target = clip(t, kEpsilon, 1.0f);
  const Tensor prediction = clip(p, kEpsilon, 1.0f);
  return sum(target * log(target / prediction), -1);
}

Tensor poisson(const Tensor& y_true, const Tensor& y_pred) {
  const auto [t, p] = aligned("Poisson", y_true, y_pred);
  return mean(p - t * log(p + kEpsilon), -1);
}

Tensor dice(const Tensor& y_true, const Tensor& y_pred, const Axes& axes) {
  const auto [t, p] = aligned("Dice", y_true, y_pred);
  const Tensor shared = sum(t * p, axes);
  return 1.0f - 2.0f * shared / (sum(t, axes) + sum(p, axes) + kEpsilon);
}

Tensor tversky(const Tensor& y_true, const Tensor& y_pred, float alpha, float beta,
               const Axes& axes) {
  const auto [t, p] = aligned("Tversky", y_true, y_pred);
  const Tensor shared = sum(t * p, axes);
  const Tensor missed = sum((1.0f - p) * t, axes);
  const Tensor invented = sum(p * (1.0f - t), axes);
  return 1.0f - shared / (shared + alpha * missed + beta * invented + kEpsilon);
}

Tensor categorical_generalized_cross_entropy(const Tensor& y_true, const Tensor& y_pred, float q) {
  constexpr const char* kWho = "CategoricalGeneralizedCrossEntropy";
  constexpr float kSmallest = std::numeric_limits<float>::min();
  constexpr float kLargest = std::numeric_limits<float>::max();
  const Tensor labels = labels_for(y_true, y_pred.shape(), -1, kWho);
  check_labels(labels, y_pred.shape().back(), {}, kWho);
  const Tensor right = sum(y_pred * one_hot(labels, y_pred.shape().back()), -1);
  return (1.0f - power(clip(right, kSmallest, kLargest), q)) / q;
}

// Pairs that don't count get a similarity so far below 0 that no exponential and no gradient is left
// of it. It is finite, since a row without any pair would be infinity minus infinity.
Tensor circle(const Tensor& y_true, const Tensor& y_pred, bool remove_diagonal, float gamma,
              float margin) {
  constexpr float kNone = -1e37f;
  check_embeddings("Circle", y_true.shape(), y_pred.shape());
  const std::int64_t batch = y_pred.shape().front();
  const Tensor labels = stop_gradient(reshape(y_true, {batch, 1}));
  const Tensor same = equal(labels, transpose(labels));
  const Tensor positive = remove_diagonal ? logical_and(same, logical_not(eye(batch))) : same;
  const Tensor distance = maximum(1.0f - matmul(y_pred, transpose(y_pred)), 0.0f);
  const Tensor attraction = -gamma * maximum(margin + distance, 0.0f) * (margin - distance);
  const Tensor repulsion =
      gamma * maximum(1.0f + margin - distance, 0.0f) * (1.0f - margin - distance);
  return softplus(logsumexp(where(positive, attraction, kNone), 1) +
                  logsumexp(where(same, kNone, repulsion), 1));
}

}  // namespace strata::ops
