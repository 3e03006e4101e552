// TotalVariation: the penalty on steps between neighbours.
#pragma once

#include "strata/core/axis_list.hpp"
#include "strata/core/number.hpp"
#include "strata/regularizers/regularizer.hpp"

namespace strata::regularizers {

struct TotalVariationOptions {
  float factor = 0.01f;  ///< Finite, >= 0.
  AxisList axes = 0;     ///< Whose neighbours are compared; negative ones count from the end.
};

/// `factor * Σ |x[i + 1] - x[i]|` along each of the axes; its gradient is the signs of the steps.
///
///     regularizers::TotalVariation({.factor = 1e-3f, .axes = {0, 1}})  // a kernel's window
///
/// Raises InvalidArgument on a bad factor and on no axes or equal ones, ShapeError on axes that a
/// tensor doesn't have. The first axis of an output counts samples, which have no order: refused.
/// Source: Rudin, Osher and Fatemi 1992.
class TotalVariation : public Regularizer {
 public:
  using Options = TotalVariationOptions;

  explicit TotalVariation(const Options& options = {});
  template <Number N>
  explicit TotalVariation(N factor)
      : TotalVariation(Options{.factor = static_cast<float>(factor)}) {}

  Tensor operator()(const Tensor& x) const override;
  Config get_config() const override;  ///< {"factor": …, "axes": …}
  static TotalVariation from_config(const Config& config);
  void check_slot(const PenaltySlot& slot, std::string_view owner) const override;
  float factor() const { return options_.factor; }
  const AxisList& axes() const { return options_.axes; }

 private:
  Options options_;
};

using total_variation = TotalVariation;

}  // namespace strata::regularizers
