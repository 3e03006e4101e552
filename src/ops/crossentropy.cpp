// Crossentropies as recorded ops, and the checks of targets and labels.
#include "ops/crossentropy.hpp"

#include <cmath>
#include <numeric>

#include "core/check.hpp"
#include "kernels/losses/crossentropy.hpp"
#include "ops/align.hpp"
#include "ops/position.hpp"
#include "strata/autodiff/record.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/nn.hpp"
#include "strata/ops/reduction.hpp"
#include "tensor/format.hpp"

namespace strata::ops {
namespace {

using kernels::CrossentropyRows;

/// The class axis last, where the kernels expect it.
Tensor classes_last(const Tensor& x, int axis) {
  if (axis == x.rank() - 1) return x;
  std::vector<int> order(static_cast<std::size_t>(x.rank()));
  std::iota(order.begin(), order.end(), 0);
  order.erase(order.begin() + axis);
  order.push_back(axis);
  return transpose(x, order);
}

CrossentropyRows rows_of(const Tensor& x, const CrossentropyOptions& options) {
  return {.rows = x.shape().without(x.rank() - 1).element_count(),
          .classes = x.shape().back(),
          .from_logits = options.from_logits,
          .label_smoothing = options.label_smoothing};
}

Tensor one_per_row(const Tensor& x) {
  return TensorAccess::uninitialized(x.shape().without(x.rank() - 1));
}

/// A new tensor like `x`, filled by a kernel.
template <class Fill>
Tensor filled_like(const Tensor& x, Fill fill) {
  Tensor result = TensorAccess::uninitialized(x.shape());
  fill(TensorAccess::data(result));
  return result;
}

/// Adds the gradient that `fill` writes to that of input `input`, which is x, if it is wanted.
template <class Fill>
void add_gradient(autodiff::InputGradients& inputs, int input, const Tensor& x, Fill fill) {
  if (inputs.wanted(input)) inputs.add(input, filled_like(x, fill));
}

// t is y_true after smoothing; p is y_pred, or its sigmoid.
// f(t, p) = mean(-(t ln p + (1 - t) ln(1 - p))),   df/dp = ((1 - t) / (1 - p) - t / p) / n,
// from a logit x: df/dx = (sigmoid(x) - t) / n
Tensor binary(const Tensor& y_true, const Tensor& y_pred, const CrossentropyRows& rows) {
  Tensor values = one_per_row(y_pred);
  kernels::binary_crossentropy(rows, y_true.data(), y_pred.data(), TensorAccess::data(values));
  return autodiff::record("binary_crossentropy", std::move(values), {y_pred, y_true},
                          [=](const Tensor& gradient, autodiff::InputGradients& inputs) {
                            add_gradient(inputs, 0, y_pred, [&](float* out) {
                              kernels::binary_crossentropy_gradient(
                                  rows, y_true.data(), y_pred.data(), gradient.data(), out);
                            });
                            add_gradient(inputs, 1, y_true, [&](float* out) {
                              kernels::binary_crossentropy_target_gradient(rows, y_pred.data(),
                                                                           gradient.data(), out);
                            });
                          });
}

// f(t, p) = -sum(t ln q), q = p / sum(p),   df/dp = (sum(t) - t / q) / sum(p) over unclipped q,
// from logits x: df/dx = softmax(x) sum(t) - t
Tensor categorical(const Tensor& y_true, const Tensor& y_pred, const CrossentropyRows& rows) {
  Tensor values = one_per_row(y_pred);
  Tensor norms = one_per_row(y_pred);
  kernels::categorical_crossentropy(rows, y_true.data(), y_pred.data(), TensorAccess::data(values),
                                    TensorAccess::data(norms));
  return autodiff::record(
      "categorical_crossentropy", std::move(values), {y_pred, y_true},
      [=](const Tensor& gradient, autodiff::InputGradients& inputs) {
        const kernels::CrossentropyBackward backward{norms.data(), gradient.data()};
        add_gradient(inputs, 0, y_pred, [&](float* out) {
          kernels::categorical_crossentropy_gradient(rows, y_true.data(), y_pred.data(), backward,
                                                     out);
        });
        add_gradient(inputs, 1, y_true, [&](float* out) {
          kernels::categorical_crossentropy_target_gradient(rows, y_pred.data(), backward, out);
        });
      });
}

// f(p) = -ln q[label],   df/dp = (1 - [label] / q) / sum(p); from logits: softmax(x) - [label]
Tensor sparse(const Tensor& labels, const Tensor& y_pred, const CrossentropyRows& rows) {
  Tensor values = one_per_row(y_pred);
  Tensor norms = one_per_row(y_pred);
  kernels::sparse_categorical_crossentropy(rows, labels.data(), y_pred.data(),
                                           TensorAccess::data(values), TensorAccess::data(norms));
  return autodiff::record(
      "sparse_categorical_crossentropy", std::move(values), {y_pred},
      [=](const Tensor& gradient, autodiff::InputGradients& inputs) {
        const kernels::CrossentropyBackward backward{norms.data(), gradient.data()};
        add_gradient(inputs, 0, y_pred, [&](float* out) {
          kernels::sparse_categorical_crossentropy_gradient(rows, labels.data(), y_pred.data(),
                                                            backward, out);
        });
      });
}

/// Labels as the kernel expects them: -1 where they are to be ignored.
Tensor marked(const Tensor& labels, std::optional<int> ignore_class) {
  if (!ignore_class) return labels;
  const auto ignored = static_cast<float>(*ignore_class);
  return filled_like(labels, [&](float* out) {
    for (const float label : labels.values()) *out++ = label == ignored ? -1.0f : label;
  });
}

}  // namespace

Tensor binary_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                           const CrossentropyOptions& options) {
  check_same_shape("BinaryCrossentropy", y_true.shape(), y_pred.shape());
  const int axis = y_pred.shape().axis(options.axis, "BinaryCrossentropy");
  const Tensor predictions = classes_last(y_pred, axis);
  return binary(classes_last(y_true, axis), predictions, rows_of(predictions, options));
}

Tensor categorical_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                const CrossentropyOptions& options) {
  check_same_shape("CategoricalCrossentropy", y_true.shape(), y_pred.shape());
  const int axis = y_pred.shape().axis(options.axis, "CategoricalCrossentropy");
  const Tensor predictions = classes_last(y_pred, axis);
  return categorical(classes_last(y_true, axis), predictions, rows_of(predictions, options));
}

// b is the crossentropy of an element: the mean over an axis of 1.
Tensor binary_focal_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                 const CrossentropyOptions& options,
                                 const BinaryFocalOptions& focus) {
  check_same_shape("BinaryFocalCrossentropy", y_true.shape(), y_pred.shape());
  const int axis = y_pred.shape().axis(options.axis, "BinaryFocalCrossentropy");
  const float smoothing = options.label_smoothing;
  const Tensor t = smoothing == 0.0f ? y_true : y_true * (1.0f - smoothing) + 0.5f * smoothing;
  const Tensor p = options.from_logits ? sigmoid(y_pred) : y_pred;
  const Tensor b = binary_crossentropy(expand_dims(t, -1), expand_dims(p, -1), {});
  const Tensor wrong = 1.0f - (t * p + (1.0f - t) * (1.0f - p));
  const Tensor focal = power(wrong, focus.gamma) * b;
  if (!focus.balances) return mean(focal, axis);
  return mean((t * focus.alpha + (1.0f - t) * (1.0f - focus.alpha)) * focal, axis);
}

Tensor categorical_focal_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                      const CrossentropyOptions& options,
                                      const CategoricalFocalOptions& focus) {
  constexpr const char* kWho = "CategoricalFocalCrossentropy";
  constexpr float kEpsilon = 1e-7f;
  check_same_shape(kWho, y_true.shape(), y_pred.shape());
  const int axis = y_pred.shape().axis(options.axis, kWho);
  const std::int64_t classes = y_pred.shape()[axis];
  const auto alphas = static_cast<std::int64_t>(focus.alpha.size());
  check<ShapeError>(alphas == 1 || alphas == classes, kWho,
                    "alpha must be a number, or one for each class. Received: {} numbers, "
                    "y_pred.shape={}.",
                    alphas, y_pred.shape());
  Shape along_classes(std::vector<std::int64_t>(static_cast<std::size_t>(y_pred.rank()), 1));
  along_classes[axis] = alphas;
  const float smoothing = options.label_smoothing;
  const Tensor t = smoothing == 0.0f
                       ? y_true
                       : y_true * (1.0f - smoothing) + smoothing / static_cast<float>(classes);
  const Tensor shares = options.from_logits ? softmax(y_pred, axis) : y_pred;
  const Tensor p = clip(shares / sum(shares, axis, true), kEpsilon, 1.0f - kEpsilon);
  const Tensor weight = power(1.0f - p, focus.gamma) * Tensor(along_classes, focus.alpha);
  return sum(weight * (-t * log(p)), axis);
}

void check_label_smoothing(const char* who, float label_smoothing) {
  check(label_smoothing >= 0.0f && label_smoothing <= 1.0f, who,
        "label_smoothing must lie in [0, 1]. Received: label_smoothing={}.", label_smoothing);
}

Tensor sparse_categorical_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                       const SparseCrossentropyOptions& options) {
  const char* who = "SparseCategoricalCrossentropy";
  const Tensor labels = labels_for(y_true, y_pred.shape(), options.axis, who);
  const Tensor predictions = classes_last(y_pred, y_pred.shape().axis(options.axis, who));
  check_labels(labels, predictions.shape().back(), options.ignore_class, who);
  return sparse(marked(labels, options.ignore_class), predictions,
                rows_of(predictions, {.from_logits = options.from_logits}));
}

Tensor labels_for(const Tensor& y_true, const Shape& y_pred, int axis, const char* who) {
  check<ShapeError>(y_pred.rank() >= 1, who,
                    "y_pred must have a class axis. Received: y_pred.shape={}.", y_pred);
  const Shape expected = y_pred.without(y_pred.axis(axis, who));
  const Shape& shape = y_true.shape();
  const bool column = shape.rank() == y_pred.rank() && shape.back() == 1;
  const Shape found = column ? shape.without(shape.rank() - 1) : shape;
  check<ShapeError>(found == expected, who,
                    "y_true must hold one label for each position of y_pred, in the shape of "
                    "y_pred without its class axis. Received: y_true.shape={}, y_pred.shape={}.",
                    shape, y_pred);
  return column ? TensorAccess::reshaped(y_true, found) : y_true;
}

void check_labels(const Tensor& labels, std::int64_t classes, std::optional<int> ignore_class,
                  std::string_view who) {
  const auto end = static_cast<float>(classes);
  const std::span<const float> values = labels.values();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float label = values[i];
    if (label >= 0.0f && label < end && label == std::trunc(label)) continue;
    if (ignore_class && label == static_cast<float>(*ignore_class)) continue;
    raise(who, "labels must be whole numbers in [0, {}). Received: y_true{}={}.", classes,
          position(labels.shape(), static_cast<std::int64_t>(i)), label);
  }
}

void check_embeddings(const char* who, const Shape& y_true, const Shape& y_pred) {
  const bool one_each = y_true.rank() == 1 || (y_true.rank() == 2 && y_true.back() == 1);
  check<ShapeError>(y_pred.rank() == 2 && one_each && y_true.front() == y_pred.front(), who,
                    "y_pred must be embeddings, (batch, size), and y_true one label for each. "
                    "Received: y_true.shape={}, y_pred.shape={}.",
                    y_true, y_pred);
}

}  // namespace strata::ops
