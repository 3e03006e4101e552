// L2: the penalty that keeps weights small.
#pragma once

#include <concepts>

#include "strata/regularizers/regularizer.hpp"

namespace strata::regularizers {

/// Ridge penalty `l2 * sum(x^2)`, without a half; its gradient is `2 * l2 * x`.
///
/// Factor: finite and >= 0, else InvalidArgument; default 0.01. A zero factor costs nothing and
/// lets no NaN through. Unlike an optimizer's `weight_decay`, which see for the numbers of a step, it
/// is part of the loss: at `w = 2`, `L2(0.005)` adds 0.02 to it. See https://keras.io/api/layers/regularizers/#l2-class.
class L2 : public Regularizer {
 public:
  explicit L2(float l2 = 0.01f);
  template <std::same_as<bool> B>
  explicit L2(B) = delete;  // `L2(true)` is no factor

  Tensor operator()(const Tensor& x) const override;
  std::optional<ProximalForm> proximal_form(std::int64_t step) const override;
  Config get_config() const override;  ///< {"l2": …}
  static L2 from_config(const Config& config);
  float l2() const { return l2_; }

 private:
  float l2_;
};

using l2 = L2;

}  // namespace strata::regularizers
