// The running figures of an epoch: mean losses, weighted by the size of the batches, and metrics.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "strata/training/logs.hpp"
#include "strata/training/options.hpp"
#include "training/step.hpp"

namespace strata::training {

/// The names under which a compiled model logs, given out one by one.
class NameClaims {
 public:
  NameClaims();

  /// The name itself, or as Keras has the later of equal ones: `mae_1`, `weighted_mae`.
  std::string claim(const std::string& name, bool weighted);
  /// Raises InvalidArgument if one is what validation logs another under.
  void check_no_val() const;

 private:
  std::set<std::string> taken_;
};

/// Renames the later of equal names. Raises InvalidArgument, and renames none, on an empty metric,
/// one that is listed twice, and a name that validation would take.
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
