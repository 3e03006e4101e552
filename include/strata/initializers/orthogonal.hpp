// Orthogonal: rows (or columns) at right angles.
#pragma once

#include <cstdint>
#include <optional>

#include "strata/core/number.hpp"
#include "strata/initializers/initializer.hpp"

namespace strata::initializers {

struct OrthogonalOptions {
  float gain = 1.0f;                      ///< What the orthogonal matrix is multiplied by.
  std::optional<std::int64_t> seed = {};  ///< Default: the process-wide stream.
};

/// An orthogonal matrix times `gain`: the Q, drawn uniformly, of a normal matrix's QR
/// decomposition. A shape of rank > 2 is taken as the matrix `(product of the others, last)`; of
/// one that is not square the shorter side's vectors are orthonormal.
///
/// Raises ShapeError on a shape of rank < 2.
/// See https://keras.io/api/layers/initializers/#orthogonal-class.
class Orthogonal : public Initializer {
 public:
  using Options = OrthogonalOptions;

  explicit Orthogonal(const Options& options = {});
  template <Number N>
  explicit Orthogonal(N gain) : Orthogonal(Options{.gain = static_cast<float>(gain)}) {}

  Tensor operator()(const Shape& shape) const override;
  Config get_config() const override;  ///< {"seed": …, "gain": …}
  static Orthogonal from_config(const Config& config);
  float gain() const { return options_.gain; }

 private:
  Options options_;
};

}  // namespace strata::initializers
