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

/// Gathers batches by `update_state`, gives their figure by `result`. Never holds penalties.
/// See https://keras.io/api/metrics/.
class Metric {
 public:
  using Function = std::function<Tensor(const Tensor& y_true, const Tensor& y_pred)>;

  explicit Metric(std::string name);
  virtual ~Metric() = default;

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

  /// Named as typed: `"acc"` is logged as `acc`. `"accuracy"` and `"acc"` choose by the shapes they
  /// see.
  static std::shared_ptr<Metric> from_identifier(std::string_view identifier);
  static std::shared_ptr<Metric> from_object(const Config& config);
  static std::shared_ptr<Metric> from_function(Function function, std::string registered_name);
  static Config to_object(const Metric& metric);

 private:
  std::string name_;
};

/// What `compile`'s metrics take: `"accuracy"`, `metrics::BinaryAccuracy({…})`, a callable, ….
using MetricSpec = RuleSpec<Metric>;

namespace metrics {
Config serialize(const MetricSpec& metric);
MetricSpec deserialize(const Config& config);
MetricSpec get(MetricSpec identifier);
}  // namespace metrics

}  // namespace strata
