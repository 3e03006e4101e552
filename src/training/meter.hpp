// The running figures of an epoch: mean losses, weighted by the size of the batches, and metrics.
#pragma once

#include <memory>
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

/// One of each compiled metric that no run touches, to make those of overlapping runs from; null
/// where there is no way to make one. In the order of `metrics`, then `weighted_metrics`.
using FreshMetrics = std::vector<std::shared_ptr<const Metric>>;
FreshMetrics fresh_metrics(const CompileOptions& compiled);

/// A metric as one run uses it: the compiled object, reset, where no other run gathers in it, else
/// a fresh one.
class RunMetric {
 public:
  /// Raises StateError where a fresh one is needed and there is none.
  RunMetric(std::shared_ptr<Metric> compiled, const Metric* fresh);
  ~RunMetric() { release(); }
  RunMetric(RunMetric&& other) noexcept = default;
  RunMetric& operator=(RunMetric&&) = delete;

  Metric* operator->() const { return metric_.get(); }

 private:
  static bool take(Metric& metric);
  void release() noexcept;

  std::shared_ptr<Metric> metric_;
  bool is_fresh_;
};

/// The figures of one run, or of one epoch: no other run changes them.
class Meter {
 public:
  /// Starts anew. `compiled` is looked at here only.
  explicit Meter(const CompileOptions& compiled, const FreshMetrics& fresh = {});

  void update(const Batch& batch, const Outcome& outcome);
  Logs logs() const;

 private:
  std::vector<RunMetric> metrics_;
  std::vector<RunMetric> weighted_metrics_;
  double samples_ = 0.0;
  double data_loss_ = 0.0;
  double reg_loss_ = 0.0;
  bool regularized_ = false;
};

}  // namespace strata::training
