// OrthogonalRegularizer: the penalty on rows (or columns) that point the same way.
#pragma once

#include <string>

#include "strata/core/number.hpp"
#include "strata/regularizers/regularizer.hpp"

namespace strata::regularizers {

struct OrthogonalOptions {
  float factor = 0.01f;       ///< Finite, >= 0.
  std::string mode = "rows";  ///< `"rows"` or `"columns"`: what is compared in pairs.
};

/// `factor` times the mean absolute cosine over all pairs of rows (or columns) of a matrix:
/// `factor * 0.5 * sum(|G - diag(G)|) / (n (n-1) / 2)`, `G = X Xᵀ` (or `Xᵀ X`) of the normalized
/// rows (columns) X, whose norm is floored at 1e-7. A single row has no pair: 0.
///
/// Raises InvalidArgument on a bad factor or mode, ShapeError on a tensor whose rank is not 2.
/// See https://keras.io/api/layers/regularizers/#orthogonalregularizer-class.
class OrthogonalRegularizer : public Regularizer {
 public:
  using Options = OrthogonalOptions;

  explicit OrthogonalRegularizer(const Options& options = {});
  template <Number N>
  explicit OrthogonalRegularizer(N factor)
      : OrthogonalRegularizer(Options{.factor = static_cast<float>(factor)}) {}

  Tensor operator()(const Tensor& x) const override;
  Config get_config() const override;  ///< {"factor": …, "mode": …}
  static OrthogonalRegularizer from_config(const Config& config);
  void check_weight(const Shape& shape, std::string_view owner) const override;
  float factor() const { return options_.factor; }
  const std::string& mode() const { return options_.mode; }

 private:
  Options options_;
};

using orthogonal_regularizer = OrthogonalRegularizer;

}  // namespace strata::regularizers
