// Metrics: their names, their copies, and their construction from identifiers, callables and
// configs.
#include "strata/metrics/metric.hpp"

#include <stdexcept>

#include "core/callable_rule.hpp"
#include "core/check.hpp"
#include "core/registry.hpp"
#include "metrics/fields.hpp"
#include "metrics/resolved_accuracy.hpp"
#include "metrics/same_class.hpp"
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
  bool heeds_mask() const override { return true; }
  void reset_state() override { mean_.reset(); }
  std::vector<double> get_state() const override { return mean_.get_state(); }
  void set_state(const std::vector<double>& state) override { mean_.set_state(state, name()); }
  void merge_state(const Metric& other) override {
    mean_.merge(metrics::same_class(*this, other).mean_);
  }

 private:
  metrics::RunningMean mean_;
};

[[noreturn]] void refuse_state(const Metric& metric, const char* function) {
  raise<StateError>(
      metric.name(),
      "a metric whose state is to be saved or merged must override get_state(), set_state() and "
      "merge_state(), or derive from metrics::MeanMetric. Received: no {}() in {}.",
      function, registry::class_name_of(typeid(metric)));
}

}  // namespace

Metric::Metric(std::string name) : name_(std::move(name)) {}

double Metric::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) {
  update_state(y_true, y_pred, sample_weight);
  return result();
}

Tensor Metric::results() const { return static_cast<float>(result()); }

std::vector<double> Metric::get_state() const { refuse_state(*this, "get_state"); }

void Metric::set_state(const std::vector<double>&) { refuse_state(*this, "set_state"); }

void Metric::merge_state(const Metric&) { refuse_state(*this, "merge_state"); }

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

Config Metric::get_config() const {
  const MetricOptions named{.name = name()};
  return write_fields([&](auto& fields) { metrics::list_base_fields(fields, named); });
}

MetricOptions Metric::options_in(const std::type_info& type, const Config& config) {
  MetricOptions options;
  read_fields(registry::class_name_of(type), config,
              [&](auto& fields) { metrics::list_base_fields(fields, options); });
  return options;
}

std::string Metric::name_or_default(const std::string& name, const std::type_info& type) {
  return name.empty() ? registry::snake_case(registry::class_name_of(type)) : name;
}

std::shared_ptr<Metric> Metric::from_identifier(std::string_view identifier) {
  return named_rule<Metric>("Metric", identifier);
}

std::shared_ptr<Metric> Metric::from_object(const Config& config) {
  const std::string name = function_named_by(config);
  if (name.empty()) return read_rule<Metric>("Metric", config);
  if (auto function = users_function<Metric>(name)) return function;
  if (registry::find_identifier(typeid(Metric), name)) return from_identifier(name);
  return read_rule<Metric>("Metric", config, registry::identifiers(typeid(Metric)));
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
