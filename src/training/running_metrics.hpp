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

/// All compiled metrics: those of `metrics`, then those of `weighted_metrics`.
std::vector<MetricSpec> all_metrics(const CompileOptions& compiled);

/// The names under which a compiled model logs, given out one by one.
class NameClaims {
 public:
  NameClaims();

  /// The name itself, or as Keras has the later of equal ones: `mae_1`, `weighted_mae`.
  std::string claim(const std::string& name, bool weighted);
  /// Raises InvalidArgument if one is the name under which validation logs another.
  void check_no_val() const;

 private:
  std::set<std::string> taken_;
};

/// Renames the later of equal names. Raises InvalidArgument, and renames none, on an empty metric,
/// one that is listed twice, and a name that validation would take.
void name_metrics(CompileOptions& compiled);

/// One copy of each compiled metric that no run uses, from which overlapping runs make theirs; null
/// if there is no metric or it can't be copied. In the order of `all_metrics`.
using FreshMetrics = std::vector<std::shared_ptr<const Metric>>;
FreshMetrics fresh_metrics(const CompileOptions& compiled);

/// A metric during one run: the compiled object, reset, if no other run accumulates in it;
/// otherwise a fresh one.
class RunMetric {
 public:
  /// Raises StateError if a fresh metric is needed and none can be made.
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

/// The mean losses and metrics of one run or one epoch, which no other run changes.
class RunningMetrics {
 public:
  /// Starts with no batches. `compiled` is only read here.
  explicit RunningMetrics(const CompileOptions& compiled, const FreshMetrics& fresh = {});

  void update(const Batch& batch, const StepResult& result);
  Logs logs() const;

  /// What was accumulated: of the losses, then the state of each metric. Raises StateError as
  /// `Metric::get_state` does.
  std::vector<std::vector<double>> get_state() const;
  /// Goes on from there. Raises InvalidArgument on what `get_state` can't have given.
  void set_state(const std::vector<std::vector<double>>& state);

 private:
  std::vector<RunMetric> metrics_;  // in the order of `all_metrics`
  std::size_t unweighted_;          // how many of them sample weights don't touch
  double samples_ = 0.0;
  double data_loss_ = 0.0;
  double reg_loss_ = 0.0;
  bool regularized_ = false;
};

}  // namespace strata::training
