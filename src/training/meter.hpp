// The running figures of an epoch: mean losses, weighted by the size of the batches, and metrics.
#pragma once

#include <string>
#include <vector>

#include "strata/training/logs.hpp"
#include "strata/training/options.hpp"
#include "training/step.hpp"

namespace strata::training {

/// Renames the later of equal names as Keras does (`mae_1`, `weighted_mae`). Raises InvalidArgument
/// on an empty metric.
void name_metrics(CompileOptions& compiled);

class Meter {
 public:
  /// Starts anew, with all metrics of `compiled` reset.
  explicit Meter(const CompileOptions& compiled);

  void update(const Batch& batch, const Outcome& outcome);
  Logs logs() const;

 private:
  const CompileOptions& compiled_;
  double samples_ = 0.0;
  double data_loss_ = 0.0;
  double reg_loss_ = 0.0;
  bool regularized_ = false;
};

}  // namespace strata::training
