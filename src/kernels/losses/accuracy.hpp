// Which predictions are right, one number per row. NaN is never right and counts as larger than
// every number, so that a model that predicts NaN doesn't score by chance.
#pragma once

#include <cstdint>

namespace strata::kernels {

/// The extents of y_pred; the columns are classes but in `threshold_matches`.
struct PredictionRows {
  std::int64_t rows;
  std::int64_t columns;
};

/// The share of a row's columns where y_true is 1 if `y_pred > threshold`, else 0.
void threshold_matches(PredictionRows shape, float threshold, const float* y_true,
                       const float* y_pred, float* shares);

/// 1 or 0: whether the first largest element has the same index in both rows.
void argmax_matches(PredictionRows shape, const float* y_true, const float* y_pred, float* matches);

/// 1 or 0: whether the label is the index of the row's first largest element.
void label_matches(PredictionRows shape, const float* labels, const float* y_pred, float* matches);

/// 1 or 0: whether fewer than k elements of the row are larger than the label's.
void label_in_top_k(PredictionRows shape, std::int64_t k, const float* labels, const float* y_pred,
                    float* matches);

/// The index of each row's first largest element, -1 for a row with a NaN.
void argmax_labels(PredictionRows shape, const float* values, float* labels);

}  // namespace strata::kernels
