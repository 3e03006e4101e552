// Which predictions are right, one answer a row. A NaN is never right, and ahead of every number: a
// model gone bad must not score by chance.
#pragma once

#include <cstdint>

namespace strata::kernels {

/// The share of a row's columns where `y_pred > threshold` says what y_true says: 1 or 0.
void threshold_matches(std::int64_t rows, std::int64_t columns, float threshold,
                       const float* y_true, const float* y_pred, float* shares);

/// 1 or 0: whether the first largest element stands in the same place in both rows.
void argmax_matches(std::int64_t rows, std::int64_t classes, const float* y_true,
                    const float* y_pred, float* matches);

/// 1 or 0: whether the label is the place of the row's first largest element.
void label_matches(std::int64_t rows, std::int64_t classes, const float* labels,
                   const float* y_pred, float* matches);

/// 1 or 0: whether fewer than k elements of the row are larger than the label's.
void label_in_top_k(std::int64_t rows, std::int64_t classes, std::int64_t k, const float* labels,
                    const float* y_pred, float* matches);

/// The place of each row's first largest element, -1 for a row with a NaN.
void argmax_labels(std::int64_t rows, std::int64_t classes, const float* values, float* labels);

}  // namespace strata::kernels
