// Crossentropies, one value for each position beside the class axis: the value in one pass, the
// gradient in another. Shared by losses and metrics.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "strata/tensor/tensor.hpp"

namespace strata::ops {

struct CrossentropyOptions {
  bool from_logits = false;
  float label_smoothing = 0.0f;  ///< in [0, 1]
  int axis = -1;
};

/// The mean over `axis` of `-(t ln p + (1 - t) ln(1 - p))`, p clipped to [1e-7, 1 - 1e-7]. Clipped
/// probabilities have no gradient. Raises ShapeError where the shapes differ.
Tensor binary_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                           const CrossentropyOptions& options);

/// `-sum(t ln p)` along `axis`, p divided by its sum and then clipped to [1e-7, 1 - 1e-7].
Tensor categorical_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                const CrossentropyOptions& options);

struct BinaryFocalOptions {
  float alpha = 0.25f;
  float gamma = 2.0f;
  bool balances = false;  ///< Whether positives weigh alpha, negatives 1 - alpha.
};

/// The mean over `axis` of the elements' binary crossentropies, each times `(1 - p_t)^gamma`, where
/// `p_t` is the predicted probability of the true class; with `balances`, times that class's weight.
Tensor binary_focal_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                 const CrossentropyOptions& options,
                                 const BinaryFocalOptions& focus);

struct CategoricalFocalOptions {
  std::vector<float> alpha = {0.25f};  ///< One for all classes, or one for each.
  float gamma = 2.0f;
};

/// `-sum(alpha (1 - p)^gamma t ln p)` along `axis`, with the p of `categorical_crossentropy`.
Tensor categorical_focal_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                      const CrossentropyOptions& options,
                                      const CategoricalFocalOptions& focus);

/// Raises InvalidArgument in `who`'s name unless it lies in [0, 1].
void check_label_smoothing(const char* who, float label_smoothing);

struct SparseCrossentropyOptions {
  bool from_logits = false;
  std::optional<int> ignore_class = {};  ///< Positions with this label have value and gradient 0.
  int axis = -1;
};

/// The same for labels: `-ln p[label]`. Raises InvalidArgument on a label that is no class.
Tensor sparse_categorical_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                       const SparseCrossentropyOptions& options);

/// Labels in the shape of predictions without their class axis: a last axis of 1 that is too many
/// is dropped. Raises ShapeError in `who`'s name where they don't fit.
Tensor labels_for(const Tensor& y_true, const Shape& y_pred, int axis, const char* who);

/// Raises InvalidArgument, naming index and value, on a label that is neither a whole number in
/// [0, classes) nor `ignore_class`.
void check_labels(const Tensor& labels, std::int64_t classes, std::optional<int> ignore_class,
                  std::string_view who);

/// Raises ShapeError in `who`'s name unless `y_pred` is `(batch, size)`, and `y_true` has one label
/// for each of the batch.
void check_embeddings(const char* who, const Shape& y_true, const Shape& y_pred);

}  // namespace strata::ops
