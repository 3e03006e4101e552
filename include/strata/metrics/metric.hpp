// Metric: a running value over batches. What users subclass.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <vector>

#include "strata/core/config.hpp"
#include "strata/core/rule_spec.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata {

namespace training {
class RunMetric;
}

/// The options of metrics that have none of their own.
struct MetricOptions {
  std::string name = {};  ///< Under which it is logged. Default: the class in snake_case.
};

/// Accumulates batches by `update_state` and returns its value by `result`. Never includes
/// penalties, and is never recorded by a tape. See https://keras.io/api/metrics/.
///
/// A run of a model (`fit`, `evaluate`, `train_on_batch`, `test_on_batch`) accumulates in the
/// compiled object itself, so that its `result` may be read afterwards. A run that begins while
/// another one does so, inside one of its hooks or on another thread, accumulates in a metric that
/// `fresh` made.
class Metric {
 public:
  using Function = std::function<Tensor(const Tensor& y_true, const Tensor& y_pred)>;

  explicit Metric(std::string name);
  virtual ~Metric() = default;

  /// Adds a batch. `sample_weight` has one weight per sample, or as many axes as the metric's
  /// values. Raises ShapeError where shapes don't fit; then nothing was added.
  virtual void update_state(const Tensor& y_true, const Tensor& y_pred,
                            const Tensor& sample_weight = {}) = 0;
  virtual double result() const = 0;  ///< 0 before any update.
  /// All values of a metric that has several, such as one for each threshold or class; `result` is
  /// their mean, which is what logs hold. By default, `result` as a scalar.
  virtual Tensor results() const;
  virtual void reset_state() = 0;

  /// What was accumulated, to be saved, or to be sent to another process: a few numbers, of which
  /// `set_state` of a metric of the same class makes the same state exactly. By default raises
  /// StateError; a class derived from `metrics::MeanMetric` has the total and the count.
  virtual std::vector<double> get_state() const;
  /// Replaces what was accumulated. Raises InvalidArgument where the numbers are not as many as
  /// `get_state` gives.
  virtual void set_state(const std::vector<double>& state);
  /// Adds what another metric of the same class has accumulated, as if this one had seen its
  /// batches too: for data-parallel training and for evaluation in parts. `other` stays as it is.
  /// By default raises StateError, as `get_state` does; raises InvalidArgument on a metric of
  /// another class. A failed call changes nothing.
  virtual void merge_state(const Metric& other);

  /// Another metric that computes the same value and has accumulated nothing yet. By default a
  /// copy, if `compile` was given an object of a copyable class (by value, or as a `shared_ptr` of
  /// exactly that class); otherwise, for a registered class, an object made from its config. Null
  /// if neither is possible: overlapping runs then raise StateError. Override it if copies share
  /// their state.
  virtual std::shared_ptr<Metric> fresh() const;

  /// `update_state`, then `result`.
  double operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {});

  const std::string& name() const { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }
  /// Whether a larger value is a better one: what callbacks' `mode = "auto"` asks.
  virtual bool larger_is_better() const { return false; }
  /// Whether a run leaves out the steps that the model's mask skips: they get weight 0. By default
  /// it doesn't; metrics that are means do, as in Keras.
  virtual bool heeds_mask() const { return false; }
  virtual Config get_config() const;  ///< {"name", "dtype"}; subclasses add theirs.

  /// A class name (`MeanSquaredError`), the same in snake_case, or a short name (`mse`, `MSE`).
  /// Named as typed: `"acc"` is logged as `acc`. `"accuracy"` and `"acc"`, in any case, choose by
  /// the shapes they see: binary, sparse or categorical accuracy. Raises InvalidArgument, naming
  /// the choices, on any other.
  static std::shared_ptr<Metric> from_identifier(std::string_view identifier);
  static std::shared_ptr<Metric> from_object(const Config& config);
  /// The running mean of a callable's values, one per sample or more. Named as registered, or
  /// `lambda`.
  static std::shared_ptr<Metric> from_function(Function function, std::string registered_name);
  static Config to_object(const Metric& metric);

  /// Called by `MetricSpec`, which knows the class of its argument: enables `fresh` to copy it.
  template <class M>
  void set_class() {
    if constexpr (std::is_copy_constructible_v<M>) {
      if (typeid(*this) != typeid(M)) return;  // The object's class derives from M.
      copy_ = [](const Metric& metric) -> std::shared_ptr<Metric> {
        if (typeid(metric) != typeid(M)) return nullptr;
        return std::make_shared<M>(dynamic_cast<const M&>(metric));
      };
    }
  }

 protected:
  /// The options in a config of the class `type`, which errors name. Raises InvalidArgument on a
  /// key that is unknown or has a wrong value.
  static MetricOptions options_in(const std::type_info& type, const Config& config);
  /// `name`, if there is one, else the class name of `type` in snake_case.
  static std::string name_or_default(const std::string& name, const std::type_info& type);

 private:
  friend class training::RunMetric;

  // Whether a run accumulates in this object. A copy is another object, so it starts unused.
  struct InUse {
    InUse() = default;
    InUse(const InUse&) noexcept {}
    InUse& operator=(const InUse&) noexcept { return *this; }
    std::atomic<bool> flag = false;
  };

  std::string name_;
  std::shared_ptr<Metric> (*copy_)(const Metric&) = nullptr;
  InUse in_use_;
};

/// What `compile`'s metrics accept: `"accuracy"`, `metrics::BinaryAccuracy({…})`, a callable, ….
using MetricSpec = RuleSpec<Metric>;

namespace metrics {

/// The config of a metric, `null` for none: {"module", "class_name", "config", "registered_name"}.
/// Raises InvalidArgument for a callable that was not registered.
Config serialize(const MetricSpec& metric);
/// The metric that such a config (or a string) names. Raises InvalidArgument if unknown.
MetricSpec deserialize(const Config& config);
/// The same for all that `compile` accepts.
MetricSpec get(MetricSpec identifier);

}  // namespace metrics

}  // namespace strata
