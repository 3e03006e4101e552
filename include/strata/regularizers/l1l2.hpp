// L1L2: both penalties at once (the elastic net).
#pragma once

#include "strata/core/number.hpp"
#include "strata/regularizers/regularizer.hpp"

namespace strata::regularizers {

struct L1L2Options {
  float l1 = 0.0f;  ///< Factor of `sum(|x|)`: finite, >= 0.
  float l2 = 0.0f;  ///< Factor of `sum(x^2)`: finite, >= 0.
};

/// `l1 * sum(|x|) + l2 * sum(x^2)`; its gradient is `l1 * sign(x) + 2 * l2 * x`.
///
///     regularizers::L1L2(0.01f, 0.02f)  // l1, l2; or {.l1 = 0.01f, .l2 = 0.02f}
///
/// Both factors default to 0 (as a string, `"l1_l2"`, they are 0.01). A zero factor skips its term.
/// Raises InvalidArgument on a negative or non-finite factor.
/// See https://keras.io/api/layers/regularizers/#l1l2-class.
class L1L2 : public Regularizer {
 public:
  using Options = L1L2Options;

  explicit L1L2(const Options& options = {});
  template <Number A, Number B>
  explicit L1L2(A l1, B l2)
      : L1L2(Options{.l1 = static_cast<float>(l1), .l2 = static_cast<float>(l2)}) {}

  Tensor operator()(const Tensor& x) const override;
  std::optional<ProximalForm> proximal_form(std::int64_t step) const override;
  Config get_config() const override;  ///< {"l1": …, "l2": …}
  static L1L2 from_config(const Config& config);
  float l1() const { return options_.l1; }
  float l2() const { return options_.l2; }

 private:
  Options options_;
};

using l1_l2 = L1L2;

}  // namespace strata::regularizers
