// Sums over samples: added up, saved, merged.
#include "strata/metrics/additive_metric.hpp"

#include <numeric>

#include "core/check.hpp"
#include "metrics/batch.hpp"
#include "metrics/same_class.hpp"
#include "strata/ops/elementwise.hpp"

namespace strata::metrics {

AdditiveMetric::AdditiveMetric(std::string name, std::size_t count, Per per)
    : Metric(std::move(name)), count_(count), per_(per), sums_(start()) {}

std::vector<double> AdditiveMetric::start() const {
  return std::vector<double>(per_ == Per::metric ? count_ : 0, 0.0);
}

bool AdditiveMetric::accepts(const std::vector<double>& sums) const {
  return per_ == Per::metric ? sums.size() == count_ : sums.size() % count_ == 0;
}

void AdditiveMetric::add(const std::vector<double>& sums) {
  if (sums_.empty()) {
    sums_ = sums;
    return;
  }
  if (sums.empty()) return;
  check<ShapeError>(sums.size() == sums_.size(), name(),
                    "all batches must have the same number of classes. Received: {} classes after "
                    "batches of {}.",
                    sums.size() / count_, sums_.size() / count_);
  for (std::size_t i = 0; i < sums.size(); ++i) sums_[i] += sums[i];
}

void AdditiveMetric::update_state(const Tensor& y_true, const Tensor& y_pred,
                                  const Tensor& sample_weight) {
  check_defined(y_true, y_pred, name());
  add(sums_of(ops::stop_gradient(y_true), ops::stop_gradient(y_pred), sample_weight));
}

double AdditiveMetric::result() const {
  if (sums_.empty()) return 0.0;
  const std::vector<double> all = figures(sums_);
  return std::accumulate(all.begin(), all.end(), 0.0) / static_cast<double>(all.size());
}

Tensor AdditiveMetric::results() const {
  if (sums_.empty() || !is_list()) return static_cast<float>(result());
  const std::vector<double> all = figures(sums_);
  return {{static_cast<std::int64_t>(all.size())}, std::vector<float>(all.begin(), all.end())};
}

void AdditiveMetric::set_state(const std::vector<double>& state) {
  check(accepts(state), name(), "the state must be {} sums{}. Received: {} numbers.", count_,
        per_ == Per::metric ? "" : " for each class", state.size());
  sums_ = state;
}

void AdditiveMetric::merge_state(const Metric& other) { add(same_class(*this, other).sums_); }

}  // namespace strata::metrics
