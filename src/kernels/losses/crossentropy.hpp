// Crossentropies over the rows of plain arrays, one row per sample and one column per class:
// values, and gradients in a second pass.
#pragma once

#include <cstdint>

namespace strata::kernels {

struct CrossentropyRows {
  std::int64_t rows = 0;
  std::int64_t classes = 0;
  bool from_logits = false;
  float label_smoothing = 0.0f;
};

/// One value per row: the mean over the columns of `-(t ln p + (1 - t) ln(1 - p))`.
void binary_crossentropy(const CrossentropyRows& shape, const float* y_true, const float* y_pred,
                         float* values);
/// `upstream`: one gradient per row.
void binary_crossentropy_gradient(const CrossentropyRows& shape, const float* y_true,
                                  const float* y_pred, const float* upstream, float* gradient);
void binary_crossentropy_target_gradient(const CrossentropyRows& shape, const float* y_pred,
                                         const float* upstream, float* gradient);

/// What the gradients of the categorical ones need besides their inputs, one number per row.
struct CrossentropyBackward {
  const float* norms;  ///< as the forward pass wrote them
  const float* upstream;
};

/// One value per row: `-sum(t ln p)`. `norms` receives each row's sum (of the exponentials, shifted
/// by the row's largest logit, from logits).
void categorical_crossentropy(const CrossentropyRows& shape, const float* y_true,
                              const float* y_pred, float* values, float* norms);
void categorical_crossentropy_gradient(const CrossentropyRows& shape, const float* y_true,
                                       const float* y_pred, const CrossentropyBackward& backward,
                                       float* gradient);
void categorical_crossentropy_target_gradient(const CrossentropyRows& shape, const float* y_pred,
                                              const CrossentropyBackward& backward,
                                              float* gradient);

/// One value per row: `-ln p[label]`; 0, and no gradient, where the label is negative. Labels are
/// whole numbers below `classes`; there is no smoothing.
void sparse_categorical_crossentropy(const CrossentropyRows& shape, const float* labels,
                                     const float* y_pred, float* values, float* norms);
void sparse_categorical_crossentropy_gradient(const CrossentropyRows& shape, const float* labels,
                                              const float* y_pred,
                                              const CrossentropyBackward& backward,
                                              float* gradient);

}  // namespace strata::kernels
