// Metric: a running figure over batches. What users subclass.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "strata/core/config.hpp"
#include "strata/core/rule_spec.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata {

/// What metrics take that have nothing more to choose.
struct MetricOptions {
  std::string name = {};  ///< Under which it is logged. Default: the class in snake_case.
};

/// Gathers batches by `update_state`, gives their figure by `result`. Never holds penalties, and is
/// never followed by a tape. See https://keras.io/api/metrics/.
class Metric {
 public:
  using Function = std::function<Tensor(const Tensor& y_true, const Tensor& y_pred)>;

  explicit Metric(std::string name);
  virtual ~Metric() = default;

  /// Takes in a batch. `sample_weight` has one weight a sample, or as many axes as the metric's
  /// values. Raises ShapeError where shapes don't fit; then nothing was taken in.
  virtual void update_state(const Tensor& y_true, const Tensor& y_pred,
                            const Tensor& sample_weight = {}) = 0;
  virtual double result() const = 0;  ///< 0 before any update.
  virtual void reset_state() = 0;

  /// `update_state`, then `result`.
  double operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {});

  const std::string& name() const { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }
  /// Whether a larger figure is a better one: what callbacks' `mode = "auto"` asks.
  virtual bool larger_is_better() const { return false; }
  virtual Config get_config() const;  ///< {"name", "dtype"}; subclasses add theirs.

  /// A class name (`MeanSquaredError`), the same in snake_case, or a short name (`mse`, `MSE`).
  /// Named as typed: `"acc"` is logged as `acc`. `"accuracy"` and `"acc"`, in any case, choose by
  /// the shapes they see: binary, sparse or categorical accuracy. Raises InvalidArgument, naming
  /// the choices, on any other.
  static std::shared_ptr<Metric> from_identifier(std::string_view identifier);
  static std::shared_ptr<Metric> from_object(const Config& config);
  /// The running mean of a callable's values, one a sample or more. Named as registered, or
  /// `lambda`.
  static std::shared_ptr<Metric> from_function(Function function, std::string registered_name);
  static Config to_object(const Metric& metric);

 private:
  std::string name_;
};

/// What `compile`'s metrics take: `"accuracy"`, `metrics::BinaryAccuracy({…})`, a callable, ….
using MetricSpec = RuleSpec<Metric>;

namespace metrics {

/// The config of a metric, `null` for none: {"module", "class_name", "config", "registered_name"}.
/// Raises InvalidArgument for a callable that was not registered.
Config serialize(const MetricSpec& metric);
/// The metric that such a config (or a string) names. Raises InvalidArgument if unknown.
MetricSpec deserialize(const Config& config);
/// The same for all that `compile` takes.
MetricSpec get(MetricSpec identifier);

}  // namespace metrics

}  // namespace strata
