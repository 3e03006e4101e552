// L1: the penalty that makes weights zero.
#pragma once

#include <concepts>

#include "strata/regularizers/regularizer.hpp"

namespace strata::regularizers {

/// Lasso penalty `l1 * sum(|x|)`; its gradient is `l1 * sign(x)`, 0 at 0.
///
/// Factor: finite and >= 0, else InvalidArgument; default 0.01. A zero factor costs nothing and
/// lets no NaN through. See https://keras.io/api/layers/regularizers/#l1-class.
class L1 : public Regularizer {
 public:
  explicit L1(float l1 = 0.01f);
  template <std::same_as<bool> B>
  explicit L1(B) = delete;  // `L1(true)` is no factor

  Tensor operator()(const Tensor& x) const override;
  std::optional<ProximalForm> proximal_form(std::int64_t step) const override;
  Config get_config() const override;  ///< {"l1": …}
  static L1 from_config(const Config& config);
  float l1() const { return l1_; }

 private:
  float l1_;
};

using l1 = L1;

}  // namespace strata::regularizers
