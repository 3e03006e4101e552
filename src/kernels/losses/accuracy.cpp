// Comparing predictions with targets, row by row.
#include "kernels/losses/accuracy.hpp"

#include <cmath>

#include "core/parallel.hpp"

namespace strata::kernels {
namespace {

template <class Row>
void for_rows(PredictionRows shape, Row row) {
  parallel_for(shape.rows, shape.columns, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) row(r);
  });
}

/// The index; -1 for an empty row and a row with a NaN.
std::int64_t first_largest(const float* row, std::int64_t classes) {
  std::int64_t best = classes == 0 ? -1 : 0;
  for (std::int64_t c = 0; c < classes; ++c) {
    if (std::isnan(row[c])) return -1;
    if (row[c] > row[best]) best = c;
  }
  return best;
}

/// The row's element at a label, null if the label is no class.
const float* at_label(const float* row, std::int64_t classes, float label) {
  const bool is_class = label >= 0.0f && label < static_cast<float>(classes);
  const std::int64_t place = is_class ? static_cast<std::int64_t>(label) : 0;
  return is_class && static_cast<float>(place) == label ? row + place : nullptr;
}

}  // namespace

void threshold_matches(PredictionRows shape, float threshold, const float* y_true,
                       const float* y_pred, float* shares) {
  const std::int64_t columns = shape.columns;
  for_rows(shape, [=](std::int64_t r) {
    std::int64_t right = 0;
    for (std::int64_t i = r * columns; i < (r + 1) * columns; ++i) {
      const float said = y_pred[i] > threshold ? 1.0f : 0.0f;
      right += said == y_true[i] && !std::isnan(y_pred[i]) ? 1 : 0;
    }
    shares[r] = static_cast<float>(static_cast<double>(right) / static_cast<double>(columns));
  });
}

void argmax_matches(PredictionRows shape, const float* y_true, const float* y_pred,
                    float* matches) {
  for_rows(shape, [=, classes = shape.columns](std::int64_t r) {
    const std::int64_t label = first_largest(y_true + r * classes, classes);
    const std::int64_t found = first_largest(y_pred + r * classes, classes);
    matches[r] = label == found && found >= 0 ? 1.0f : 0.0f;
  });
}

void label_matches(PredictionRows shape, const float* labels, const float* y_pred, float* matches) {
  for_rows(shape, [=, classes = shape.columns](std::int64_t r) {
    const std::int64_t found = first_largest(y_pred + r * classes, classes);
    matches[r] = found >= 0 && static_cast<float>(found) == labels[r] ? 1.0f : 0.0f;
  });
}

void label_in_top_k(PredictionRows shape, std::int64_t k, const float* labels, const float* y_pred,
                    float* matches) {
  for_rows(shape, [=, classes = shape.columns](std::int64_t r) {
    const float* row = y_pred + r * classes;
    const float* own = at_label(row, classes, labels[r]);
    std::int64_t ahead = own == nullptr ? k : 0;
    for (std::int64_t c = 0; own != nullptr && c < classes; ++c) ahead += row[c] <= *own ? 0 : 1;
    matches[r] = ahead < k ? 1.0f : 0.0f;
  });
}

void argmax_labels(PredictionRows shape, const float* values, float* labels) {
  for_rows(shape, [=, classes = shape.columns](std::int64_t r) {
    labels[r] = static_cast<float>(first_largest(values + r * classes, classes));
  });
}

}  // namespace strata::kernels
