// The running mean of a callable's values: its checks, state and config.
#include "strata/metrics/mean_metric_wrapper.hpp"

#include "core/callable_rule.hpp"
#include "metrics/batch.hpp"
#include "metrics/fields.hpp"
#include "metrics/same_class.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata::metrics {

MeanMetricWrapper::MeanMetricWrapper(Function fn, std::string registered_name,
                                     const Options& options)
    : MeanMetric(name_or_default(options.name, typeid(MeanMetricWrapper))),
      fn_(std::move(fn)),
      registered_name_(std::move(registered_name)) {
  check(static_cast<bool>(fn_), "MeanMetricWrapper",
        "fn must be callable. Received: an empty function.");
}

Tensor MeanMetricWrapper::values(const Tensor& y_true, const Tensor& y_pred) const {
  return fn_(y_true, y_pred);
}

void MeanMetricWrapper::merge_state(const Metric& other) {
  const auto* same = dynamic_cast<const MeanMetricWrapper*>(&other);
  const bool nameless = same != nullptr && registered_name_.empty();
  if (!nameless || !same->registered_name_.empty()) same = &same_class(*this, other);
  merge_mean(*same);
}

Config MeanMetricWrapper::get_config() const {
  check(
      !registered_name_.empty(), "MeanMetricWrapper",
      "fn can be written into a config only when registered: use what "
      "register_serializable({{.package = …, .name = …}}, callable) returns. Received: a nameless "
      "callable.");
  Config config = Metric::get_config();
  config["fn"] = registry::function_config(registered_name_);
  return config;
}

MeanMetricWrapper MeanMetricWrapper::from_config(const Config& config) {
  const auto fn = config.find("fn");
  check(fn != config.end(), "MeanMetricWrapper", "a config needs a fn. Received: {}.", config);
  Config others = config;
  others.erase("fn");
  const Options options = options_in(typeid(MeanMetricWrapper), others);
  const std::shared_ptr<Metric> read = from_object(*fn);
  if (const auto* callable = dynamic_cast<const CallableRule<Metric>*>(read.get()))
    return {callable->function(), callable->registered_name(), options};
  const std::string name = fn->is_string() ? fn->get<std::string>() : function_named_by(*fn);
  const auto built_in = std::dynamic_pointer_cast<const MeanMetric>(read);
  check(built_in != nullptr && !name.empty(), "MeanMetricWrapper",
        "fn must be a function that was registered, or name a built-in metric that is a mean. "
        "Received: fn={}.",
        *fn);
  MeanMetricWrapper wrapper(
      [built_in](const Tensor& y_true, const Tensor& y_pred) {
        return values_of(*built_in, y_true, y_pred);
      },
      name, options);
  wrapper.larger_is_better_ = built_in->larger_is_better();
  return wrapper;
}

}  // namespace strata::metrics
