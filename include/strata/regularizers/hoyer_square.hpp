// HoyerSquare: the penalty on how evenly a weight is spread, whatever its scale.
#pragma once

#include <concepts>

#include "strata/regularizers/regularizer.hpp"

namespace strata::regularizers {

/// `factor * (Σ|w|)² / Σw²`, 0 for a weight of zeros: between 1 for a single nonzero element and
/// their number where all are equal. Its gradient is `2 factor (S/Q) (sign(w) - (S/Q) w)` with
/// `S = Σ|w|` and `Q = Σw²`.
///
/// Factor: finite and >= 0, else InvalidArgument; default 0.01. Source: Yang et al. 2020
/// (arXiv:1908.09979).
class HoyerSquare : public Regularizer {
 public:
  explicit HoyerSquare(float factor = 0.01f);
  template <std::same_as<bool> B>
  explicit HoyerSquare(B) = delete;  // `HoyerSquare(true)` is no factor

  Tensor operator()(const Tensor& x) const override;
  Config get_config() const override;  ///< {"factor": …}
  static HoyerSquare from_config(const Config& config);
  float factor() const { return factor_; }

 private:
  float factor_;
};

using hoyer_square = HoyerSquare;

}  // namespace strata::regularizers
