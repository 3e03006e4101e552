#include "training/meter.hpp"

#include <set>

#include "core/check.hpp"
#include "core/profile.hpp"

namespace strata::training {
namespace {

// The name itself, or numbered so that nobody has it yet.
std::string claim(const std::string& name, std::set<std::string>& taken) {
  std::string free = name;
  for (int count = 1; !taken.insert(free).second; ++count)
    free = name + "_" + std::to_string(count);
  return free;
}

}  // namespace

void name_metrics(CompileOptions& compiled) {
  std::set<std::string> taken = {"loss", "data_loss", "reg_loss"};
  for (const MetricSpec& metric : compiled.metrics) {
    check(static_cast<bool>(metric), "compile", "metrics must not be empty. Received: nullptr.");
    metric->set_name(claim(metric->name(), taken));
  }
  for (const MetricSpec& metric : compiled.weighted_metrics) {
    check(static_cast<bool>(metric), "compile",
          "weighted_metrics must not be empty. Received: nullptr.");
    const bool clashes = taken.contains(metric->name());
    metric->set_name(claim((clashes ? "weighted_" : "") + metric->name(), taken));
  }
}

Meter::Meter(const CompileOptions& compiled) : compiled_(compiled) {
  for (const auto* list : {&compiled.metrics, &compiled.weighted_metrics}) {
    for (const MetricSpec& metric : *list) metric->reset_state();
  }
}

void Meter::update(const Batch& batch, const Outcome& outcome) {
  const auto count = static_cast<double>(batch.x.shape().front());
  samples_ += count;
  data_loss_ += count * outcome.data_loss;
  reg_loss_ += count * outcome.reg_loss;
  regularized_ = regularized_ || outcome.regularized;
  if (compiled_.metrics.empty() && compiled_.weighted_metrics.empty()) return;
  const profile::Timed timed(profile::Section::metrics);
  for (const MetricSpec& metric : compiled_.metrics)
    metric->update_state(batch.y, outcome.predictions);
  for (const MetricSpec& metric : compiled_.weighted_metrics) {
    metric->update_state(batch.y, outcome.predictions, batch.sample_weight);
  }
}

Logs Meter::logs() const {
  Logs logs;
  const double data_loss = data_loss_ / samples_;
  const double reg_loss = reg_loss_ / samples_;
  logs["loss"] = data_loss + reg_loss;
  if (regularized_) {
    logs["data_loss"] = data_loss;
    logs["reg_loss"] = reg_loss;
  }
  for (const auto* list : {&compiled_.metrics, &compiled_.weighted_metrics}) {
    for (const MetricSpec& metric : *list) logs[metric->name()] = metric->result();
  }
  return logs;
}

}  // namespace strata::training
