// L1L2: both penalties at once (the elastic net).
#pragma once

#include "strata/regularizers/regularizer.hpp"

namespace strata::regularizers {

struct L1L2Options {
  float l1 = 0.0f;  ///< Factor of `sum(|x|)`: finite, >= 0.
  float l2 = 0.0f;  ///< Factor of `sum(x^2)`: finite, >= 0.
};

/// `l1 * sum(|x|) + l2 * sum(x^2)`; its gradient is `l1 * sign(x) + 2 * l2 * x`.
///
/// Both factors default to 0 (as a string, `"l1_l2"`, they are 0.01). A zero factor skips its term.
/// Raises InvalidArgument on a negative or non-finite factor.
/// See https://keras.io/api/layers/regularizers/#l1l2-class.
class L1L2 : public Regularizer {
 public:
  using Options = L1L2Options;

  explicit L1L2(const Options& options = {});

  Tensor operator()(const Tensor& x) const override;
  Config get_config() const override;  ///< {"l1": …, "l2": …}
  static L1L2 from_config(const Config& config);
  float l1() const { return options_.l1; }
  float l2() const { return options_.l2; }

 private:
  Options options_;
};

using l1_l2 = L1L2;

}  // namespace strata::regularizers
