// The names of compiled metrics, and the mean losses and metrics of a run.
#include "training/running_metrics.hpp"

#include <set>

#include "core/check.hpp"
#include "core/profile.hpp"
#include "ops/align.hpp"

namespace strata::training {

std::vector<MetricSpec> all_metrics(const CompileOptions& compiled) {
  std::vector<MetricSpec> all = compiled.metrics;
  all.insert(all.end(), compiled.weighted_metrics.begin(), compiled.weighted_metrics.end());
  return all;
}

NameClaims::NameClaims() : taken_{"loss", "data_loss", "reg_loss"} {}

std::string NameClaims::claim(const std::string& name, bool weighted) {
  std::string free = (weighted && taken_.contains(name) ? "weighted_" : "") + name;
  const std::string base = free;
  for (int count = 1; !taken_.insert(free).second; ++count)
    free = base + "_" + std::to_string(count);
  return free;
}

void NameClaims::check_no_val() const {
  for (const std::string& name : taken_) {
    check(!name.starts_with("val_") || !taken_.contains(name.substr(4)), "compile",
          "validation logs the figures under val_ and their name, so no metric may be named so. "
          "Received: name={}.",
          name);
  }
}

// All is checked before the first one is renamed.
void name_metrics(CompileOptions& compiled) {
  NameClaims claims;
  std::set<const Metric*> seen;
  std::vector<std::string> names;
  const auto claim = [&](const char* list, const std::vector<MetricSpec>& metrics, bool weighted) {
    for (const MetricSpec& metric : metrics) {
      check(static_cast<bool>(metric), "compile", "{} must not be empty. Received: nullptr.", list);
      check(seen.insert(metric.rule().get()).second, "compile",
            "a metric can be listed once, for each gathers figures of its own. Received: the same "
            "object twice, name={}.",
            metric->name());
      names.push_back(claims.claim(metric->name(), weighted));
    }
  };
  claim("metrics", compiled.metrics, false);
  claim("weighted_metrics", compiled.weighted_metrics, true);
  claims.check_no_val();
  auto name = names.begin();
  for (const MetricSpec& metric : all_metrics(compiled)) metric->set_name(*name++);
}

FreshMetrics fresh_metrics(const CompileOptions& compiled) {
  FreshMetrics fresh;
  for (const MetricSpec& metric : all_metrics(compiled))
    fresh.push_back(metric ? metric->fresh() : nullptr);
  return fresh;
}

bool RunMetric::take(Metric& metric) {
  return !metric.in_use_.flag.exchange(true, std::memory_order_acquire);
}

RunMetric::RunMetric(std::shared_ptr<Metric> compiled, const Metric* fresh)
    : metric_(std::move(compiled)), is_fresh_(!take(*metric_)) {
  if (!is_fresh_) {
    try {
      metric_->reset_state();
    } catch (...) {
      release();
      throw;
    }
    return;
  }
  const std::shared_ptr<Metric> made = fresh == nullptr ? nullptr : fresh->fresh();
  check<StateError>(made != nullptr, metric_->name(),
                    "runs that overlap need a metric each: give compile an object of a copyable "
                    "class, by value or as a shared_ptr of that class, or override fresh(). "
                    "Received: a run inside or beside another one that uses this metric.");
  made->set_name(metric_->name());
  metric_ = made;
}

// A moved-from RunMetric holds no metric.
void RunMetric::release() noexcept {
  if (metric_ != nullptr && !is_fresh_)
    metric_->in_use_.flag.store(false, std::memory_order_release);
}

RunningMetrics::RunningMetrics(const CompileOptions& compiled, const FreshMetrics& fresh)
    : unweighted_(compiled.metrics.size()) {
  const std::vector<MetricSpec> all = all_metrics(compiled);
  metrics_.reserve(all.size());
  for (std::size_t i = 0; i < all.size(); ++i)
    metrics_.emplace_back(all[i].rule(), i < fresh.size() ? fresh[i].get() : nullptr);
}

void RunningMetrics::update(const Batch& batch, const StepResult& result) {
  const auto count = static_cast<double>(batch.x.front().shape().front());
  samples_ += count;
  data_loss_ += count * result.data_loss;
  reg_loss_ += count * result.reg_loss;
  regularized_ = regularized_ || result.regularized;
  if (metrics_.empty()) return;
  const profile::Timed timed(profile::Section::metrics);
  const Tensor y_true = batch.y.empty() ? Tensor() : batch.y.front();
  const Tensor& y_pred = result.predictions.front();
  for (std::size_t i = 0; i < metrics_.size(); ++i) {
    const Tensor weights = i < unweighted_ ? Tensor() : batch.sample_weight;
    const bool masked = result.mask.defined() && metrics_[i]->heeds_mask();
    metrics_[i]->update_state(y_true, y_pred,
                              masked ? ops::masked_weights(result.mask, weights) : weights);
  }
}

Logs RunningMetrics::logs() const {
  Logs logs;
  const double data_loss = data_loss_ / samples_;
  const double reg_loss = reg_loss_ / samples_;
  logs["loss"] = data_loss + reg_loss;
  if (regularized_) {
    logs["data_loss"] = data_loss;
    logs["reg_loss"] = reg_loss;
  }
  for (const RunMetric& metric : metrics_) logs[metric->name()] = metric->result();
  return logs;
}

std::vector<std::vector<double>> RunningMetrics::get_state() const {
  std::vector<std::vector<double>> state = {
      {samples_, data_loss_, reg_loss_, regularized_ ? 1.0 : 0.0}};
  for (const RunMetric& metric : metrics_) state.push_back(metric->get_state());
  return state;
}

void RunningMetrics::set_state(const std::vector<std::vector<double>>& state) {
  check(state.size() == metrics_.size() + 1 && state.front().size() == 4, "metrics",
        "the state must be 4 figures of the losses and that of {} metrics. Received: {}.",
        metrics_.size(), state.empty() ? 0 : state.size() - 1);
  for (std::size_t i = 0; i < metrics_.size(); ++i) metrics_[i]->set_state(state[i + 1]);
  samples_ = state.front()[0];
  data_loss_ = state.front()[1];
  reg_loss_ = state.front()[2];
  regularized_ = state.front()[3] != 0.0;
}

}  // namespace strata::training
