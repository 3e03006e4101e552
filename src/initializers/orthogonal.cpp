// Orthogonal: the Q of a normal matrix's QR decomposition, laid out in the weight's shape.
#include "strata/initializers/orthogonal.hpp"

#include <algorithm>

#include "core/fields.hpp"
#include "kernels/decompositions/decompositions.hpp"
#include "strata/tensor/random.hpp"
#include "tensor/format.hpp"

namespace strata::initializers {

void list_fields(auto& fields, OrthogonalOptions& options) {
  fields.seed("seed", options.seed);
  fields("gain", options.gain);
}

Orthogonal::Orthogonal(const Options& options) : options_(options) {}

Tensor Orthogonal::operator()(const Shape& shape) const {
  check<ShapeError>(shape.rank() >= 2, "Orthogonal",
                    "the shape must have rank >= 2. Received: shape={}.", shape);
  const std::int64_t columns = shape.back();
  const std::int64_t rows = shape.without(shape.rank() - 1).element_count();
  const std::int64_t longer = std::max(rows, columns);
  const std::int64_t shorter = std::min(rows, columns);
  kernels::check_lapack_extents("Orthogonal", longer, shorter, kernels::kLongestForLapack);
  const Tensor normal = random::Generator(options_.seed).normal({longer, shorter});

  kernels::ColumnMatrix matrix(longer, shorter);
  for (std::int64_t i = 0; i < longer; ++i) {
    for (std::int64_t j = 0; j < shorter; ++j) matrix(i, j) = normal.data()[i * shorter + j];
  }
  const auto [q, r] = kernels::qr(matrix, false);
  // With the diagonal of r positive the decomposition is unique, which makes q uniformly drawn.
  const auto element = [&q = q, &r = r](std::int64_t i, std::int64_t j) {
    return r(j, j) < 0.0 ? -q(i, j) : q(i, j);
  };
  Tensor result = TensorAccess::uninitialized(shape);
  float* out = TensorAccess::data(result);
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) {
      const double value = rows >= columns ? element(i, j) : element(j, i);
      out[i * columns + j] = static_cast<float>(options_.gain * value);
    }
  }
  return result;
}

Config Orthogonal::get_config() const { return options_to_config(options_); }

Orthogonal Orthogonal::from_config(const Config& config) {
  return Orthogonal(options_from_config<Options>("Orthogonal", config));
}

}  // namespace strata::initializers
