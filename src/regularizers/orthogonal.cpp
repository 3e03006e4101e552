// OrthogonalRegularizer: the mean absolute cosine of pairs of rows or columns.
#include "strata/regularizers/orthogonal.hpp"

#include "core/fields.hpp"
#include "regularizers/factor.hpp"
#include "strata/ops/ops.hpp"
#include "tensor/format.hpp"

namespace strata::regularizers {

void list_fields(auto& fields, OrthogonalOptions& options) {
  fields("factor", options.factor);
  fields("mode", options.mode);
}

OrthogonalRegularizer::OrthogonalRegularizer(const Options& options) : options_(options) {
  checked_factor("OrthogonalRegularizer", "factor", options.factor);
  check(options.mode == "rows" || options.mode == "columns", "OrthogonalRegularizer",
        "mode must be \"rows\" or \"columns\". Received: mode={}.", options.mode);
}

void OrthogonalRegularizer::check_weight(const Shape& shape, std::string_view owner) const {
  check<ShapeError>(shape.rank() == 2, owner,
                    "OrthogonalRegularizer takes tensors of rank 2. Received: shape={}.", shape);
}

Tensor OrthogonalRegularizer::operator()(const Tensor& x) const {
  check_weight(x.shape(), "OrthogonalRegularizer");
  if (options_.factor == 0.0f) return 0.0f;
  const bool rows = options_.mode == "rows";
  const std::int64_t count = x.shape()[rows ? 0 : 1];
  if (count < 2) return 0.0f;
  const Tensor unit = ops::l2_normalize(x, rows ? 1 : 0);
  const Tensor cosines =
      rows ? ops::matmul(unit, ops::transpose(unit)) : ops::matmul(ops::transpose(unit), unit);
  const Tensor pairs = ops::abs(cosines * (1.0f - ops::eye(count)));
  const auto n = static_cast<float>(count);
  return ops::sum(pairs) * (options_.factor / (n * (n - 1.0f)));
}

Config OrthogonalRegularizer::get_config() const { return options_to_config(options_); }

OrthogonalRegularizer OrthogonalRegularizer::from_config(const Config& config) {
  return OrthogonalRegularizer(options_from_config<Options>("OrthogonalRegularizer", config));
}

}  // namespace strata::regularizers
