#include "training/meter.hpp"

#include <set>

#include "core/check.hpp"
#include "core/profile.hpp"

namespace strata::training {

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
  for (const auto* list : {&compiled.metrics, &compiled.weighted_metrics}) {
    for (const MetricSpec& metric : *list) metric->set_name(*name++);
  }
}

FreshMetrics fresh_metrics(const CompileOptions& compiled) {
  FreshMetrics fresh;
  for (const auto* list : {&compiled.metrics, &compiled.weighted_metrics}) {
    for (const MetricSpec& metric : *list) fresh.push_back(metric ? metric->fresh() : nullptr);
  }
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

Meter::Meter(const CompileOptions& compiled, const FreshMetrics& fresh) {
  auto next = fresh.begin();
  const auto begin = [&](const std::vector<MetricSpec>& list, std::vector<RunMetric>& metrics) {
    metrics.reserve(list.size());
    for (const MetricSpec& metric : list)
      metrics.emplace_back(metric.rule(), next == fresh.end() ? nullptr : (next++)->get());
  };
  begin(compiled.metrics, metrics_);
  begin(compiled.weighted_metrics, weighted_metrics_);
}

void Meter::update(const Batch& batch, const Outcome& outcome) {
  const auto count = static_cast<double>(batch.x.front().shape().front());
  samples_ += count;
  data_loss_ += count * outcome.data_loss;
  reg_loss_ += count * outcome.reg_loss;
  regularized_ = regularized_ || outcome.regularized;
  if (metrics_.empty() && weighted_metrics_.empty()) return;
  const profile::Timed timed(profile::Section::metrics);
  const Tensor y_true = batch.y.empty() ? Tensor() : batch.y.front();
  const Tensor& y_pred = outcome.predictions.front();
  for (const RunMetric& metric : metrics_) metric->update_state(y_true, y_pred);
  for (const RunMetric& metric : weighted_metrics_)
    metric->update_state(y_true, y_pred, batch.sample_weight);
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
  for (const auto* list : {&metrics_, &weighted_metrics_}) {
    for (const RunMetric& metric : *list) logs[metric->name()] = metric->result();
  }
  return logs;
}

}  // namespace strata::training
