#include "strata/initializers/orthogonal.hpp"

#include <algorithm>
#include <vector>

#include "core/fields.hpp"
#include "kernels/orthonormal.hpp"
#include "strata/tensor/random.hpp"
#include "tensor/format.hpp"

namespace strata::initializers {

Orthogonal::Orthogonal(const Options& options) : options_(options) {}

Tensor Orthogonal::operator()(const Shape& shape) const {
  check<ShapeError>(shape.rank() >= 2, "Orthogonal",
                    "the shape must have rank >= 2. Received: shape={}.", shape);
  const std::int64_t columns = shape.back();
  const std::int64_t rows = shape.without(shape.rank() - 1).element_count();
  const std::int64_t longer = std::max(rows, columns);
  const std::int64_t shorter = std::min(rows, columns);
  const Tensor normal = random::Generator(options_.seed).normal({longer, shorter});

  const auto at = [](std::int64_t i) { return static_cast<std::size_t>(i); };
  std::vector<double> matrix(at(longer * shorter));  // column by column
  for (std::int64_t i = 0; i < longer; ++i) {
    for (std::int64_t j = 0; j < shorter; ++j) {
      matrix[at(j * longer + i)] = normal.data()[i * shorter + j];
    }
  }
  kernels::orthonormalize(matrix.data(), longer, shorter);
  Tensor result = TensorAccess::uninitialized(shape);
  float* out = TensorAccess::data(result);
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) {
      const double value = matrix[at(rows >= columns ? j * longer + i : i * longer + j)];
      out[i * columns + j] = static_cast<float>(options_.gain * value);
    }
  }
  return result;
}

Config Orthogonal::get_config() const {
  return write_fields([&](auto& fields) {
    fields.seed("seed", options_.seed);
    fields("gain", options_.gain);
  });
}

Orthogonal Orthogonal::from_config(const Config& config) {
  Options options;
  read_fields("Orthogonal", config, [&](auto& fields) {
    fields.seed("seed", options.seed);
    fields("gain", options.gain);
  });
  return Orthogonal(options);
}

}  // namespace strata::initializers
