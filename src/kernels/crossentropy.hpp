// Crossentropies over rows of plain arrays, one row a sample and one column a class: the value and
// the gradient, one pass over the rows each.
#pragma once

#include <cstdint>

namespace strata::kernels {

struct CrossentropyRows {
  std::int64_t rows = 0;
  std::int64_t classes = 0;
  bool from_logits = false;
  float label_smoothing = 0.0f;
};

/// One value a row: the mean over the columns of `-(t ln p + (1 - t) ln(1 - p))`.
void binary_crossentropy(const CrossentropyRows& shape, const float* y_true, const float* y_pred,
                         float* values);
/// `upstream` holds one factor a row; so in all gradients below.
void binary_crossentropy_gradient(const CrossentropyRows& shape, const float* y_true,
                                  const float* y_pred, const float* upstream, float* gradient);
void binary_crossentropy_target_gradient(const CrossentropyRows& shape, const float* y_pred,
                                         const float* upstream, float* gradient);

/// One value a row: `-sum(t ln p)`. `norms` receives what the gradients need: each row's sum (of
/// the exponentials, shifted by the row's largest logit, from logits).
void categorical_crossentropy(const CrossentropyRows& shape, const float* y_true,
                              const float* y_pred, float* values, float* norms);
void categorical_crossentropy_gradient(const CrossentropyRows& shape, const float* y_true,
                                       const float* y_pred, const float* norms,
                                       const float* upstream, float* gradient);
void categorical_crossentropy_target_gradient(const CrossentropyRows& shape, const float* y_pred,
                                              const float* norms, const float* upstream,
                                              float* gradient);

/// One value a row: `-ln p[label]`; 0, and no gradient, where the label is negative. Labels are
/// whole and below `classes`; there is no smoothing.
void sparse_categorical_crossentropy(const CrossentropyRows& shape, const float* labels,
                                     const float* y_pred, float* values, float* norms);
void sparse_categorical_crossentropy_gradient(const CrossentropyRows& shape, const float* labels,
                                              const float* y_pred, const float* norms,
                                              const float* upstream, float* gradient);

}  // namespace strata::kernels
