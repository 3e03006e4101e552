#include "strata/metrics/metric.hpp"

#include <stdexcept>

#include "core/callable_rule.hpp"
#include "core/check.hpp"
#include "core/fields.hpp"
#include "core/registry.hpp"
#include "metrics/identifiers.hpp"
#include "metrics/resolved_accuracy.hpp"
#include "strata/metrics/mean_metric.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata {
namespace {

class CallableMetric : public CallableRule<Metric> {
 public:
  using CallableRule::CallableRule;

  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight) override {
    const Tensor values = function()(ops::stop_gradient(y_true), ops::stop_gradient(y_pred));
    mean_.add(values, sample_weight, name());
  }
  double result() const override { return mean_.result(); }
  void reset_state() override { mean_.reset(); }

 private:
  metrics::RunningMean mean_;
};

}  // namespace

Metric::Metric(std::string name) : name_(std::move(name)) {}

double Metric::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) {
  update_state(y_true, y_pred, sample_weight);
  return result();
}

std::shared_ptr<Metric> Metric::fresh() const {
  std::shared_ptr<Metric> made;
  if (copy_ != nullptr) made = copy_(*this);
  if (made == nullptr && registry::find(typeid(*this)) != nullptr) {
    try {
      made = from_object(to_object(*this));
    } catch (const std::logic_error&) {  // its class doesn't accept the config that it wrote
      return nullptr;
    }
  }
  if (made == nullptr) return nullptr;
  made->set_name(name_);
  made->reset_state();
  return made;
}

Config Metric::get_config() const { return Config{{"name", name_}, {"dtype", "float32"}}; }

std::shared_ptr<Metric> Metric::from_object(const Config& config) {
  if (const auto name = function_named_by(config); metrics::is_identifier(name))
    return from_identifier(name);
  return read_rule<Metric>("Metric", config);
}

std::shared_ptr<Metric> Metric::from_function(Function function, std::string registered_name) {
  std::string name = callable_name(registered_name);
  const auto metric = std::make_shared<CallableMetric>(std::move(function),
                                                       std::move(registered_name), std::move(name));
  metric->set_class<CallableMetric>();
  return metric;
}

Config Metric::to_object(const Metric& metric) {
  if (const auto* resolved = dynamic_cast<const metrics::ResolvedAccuracy*>(&metric))
    return resolved->identifier();
  return write_rule("Metric", metric);
}

namespace metrics {

Config serialize(const MetricSpec& metric) { return to_config(metric); }

MetricSpec deserialize(const Config& config) { return MetricSpec(config); }

MetricSpec get(MetricSpec identifier) { return identifier; }

}  // namespace metrics
}  // namespace strata
