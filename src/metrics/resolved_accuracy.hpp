// The metric "accuracy" (or "acc"): binary, categorical or sparse, as the shapes it sees say.
#pragma once

#include <string>

#include "strata/metrics/mean_metric.hpp"

namespace strata::metrics {

class ResolvedAccuracy : public MeanMetric {
 public:
  /// `identifier`: as it was typed; its config, and its name until it is renamed.
  explicit ResolvedAccuracy(std::string identifier);

  const std::string& identifier() const { return identifier_; }
  bool larger_is_better() const override { return true; }

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override;

 private:
  std::string identifier_;
};

}  // namespace strata::metrics
