// What metrics have accumulated: read, restored, and merged as if one metric had seen all.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/registry.hpp"
#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/metrics/binary_accuracy.hpp"
#include "strata/metrics/formula_metric.hpp"
#include "strata/metrics/metric.hpp"
#include "strata/metrics/root_mean_squared_error.hpp"
#include "strata/ops/ops.hpp"
#include "strata/tensor/random.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace state_test {

Tensor bias(const Tensor& y_true, const Tensor& y_pred) { return y_pred - y_true; }

class LargestError : public Metric {
 public:
  LargestError() : Metric("largest_error") {}
  void update_state(const Tensor& y_true, const Tensor& y_pred, const Tensor&) override {
    largest_ = std::max(largest_, static_cast<double>(ops::max(ops::abs(y_true - y_pred)).item()));
  }
  double result() const override { return largest_; }
  void reset_state() override { largest_ = 0.0; }

 private:
  double largest_ = 0.0;
};

struct Batch {
  Tensor y_true;
  Tensor y_pred;
  Tensor sample_weight;
};

// Four samples of three classes; one-hot targets, or labels.
Batch batch_of(std::int64_t seed, bool labels) {
  random::Generator generator(static_cast<std::uint64_t>(seed));
  const Tensor scores = ops::softmax(generator.uniform({4, 3}, -2.0f, 2.0f));
  const Tensor classes({4}, {0, 2, 1, static_cast<float>(seed % 3)});
  return {labels ? classes : ops::one_hot(classes, 3), scores,
          Tensor({4}, {1.0f, 0.5f, 2.0f, 0.25f})};
}

// Those that no string makes, and Mean and Sum, which have tests of their own.
bool takes_values_or_needs_options(const std::string& name) {
  static const std::set<std::string> names = {"Mean",
                                              "Sum",
                                              "IoU",
                                              "MeanIoU",
                                              "OneHotIoU",
                                              "OneHotMeanIoU",
                                              "mean",
                                              "sum",
                                              "io_u",
                                              "mean_io_u",
                                              "one_hot_io_u",
                                              "one_hot_mean_io_u",
                                              "MeanMetricWrapper",
                                              "mean_metric_wrapper"};
  return names.contains(name) || name.find("At") != std::string::npos ||
         name.find("_at_") != std::string::npos;
}

TEST(MetricState, MergedIsThatOfOneMetricThatSawAll) {
  int tested = 0;
  for (const std::string& name : registry::identifiers(typeid(Metric))) {
    SCOPED_TRACE(name);
    if (takes_values_or_needs_options(name)) continue;
    ++tested;
    const MetricSpec all(name);
    const MetricSpec first(name);
    const MetricSpec second(name);
    const Metric& metric = *first;
    const bool labels = registry::class_name_of(typeid(metric)).starts_with("Sparse");
    for (const std::int64_t seed : {1, 2, 3, 4, 5}) {
      const auto [y_true, y_pred, weight] = batch_of(seed, labels);
      all->update_state(y_true, y_pred, weight);
      (seed < 3 ? first : second)->update_state(y_true, y_pred, weight);
    }
    const std::vector<double> of_second = second->get_state();
    first->merge_state(*second);
    EXPECT_NEAR(first->result(), all->result(), 1e-12);
    EXPECT_EQ(second->get_state(), of_second);
    EXPECT_THAT(first->results(), IsClose(all->results()));
    const auto restored = first->fresh();
    ASSERT_NE(restored, nullptr);
    restored->set_state(first->get_state());
    EXPECT_EQ(restored->result(), first->result());
  }
  EXPECT_GT(tested, 70);
}

TEST(MetricState, OfCountsIsExact) {
  metrics::BinaryAccuracy all, first, second;
  all.update_state(Tensor({3, 1}, {0, 1, 1}), Tensor({3, 1}, {0.1f, 0.2f, 0.9f}));
  all.update_state(Tensor({2, 1}, {0, 1}), Tensor({2, 1}, {0.1f, 0.9f}));
  first.update_state(Tensor({3, 1}, {0, 1, 1}), Tensor({3, 1}, {0.1f, 0.2f, 0.9f}));
  second.update_state(Tensor({2, 1}, {0, 1}), Tensor({2, 1}, {0.1f, 0.9f}));
  first.merge_state(second);
  EXPECT_EQ(first.get_state(), (std::vector<double>{4.0, 5.0}));
  EXPECT_EQ(first.result(), all.result());
}

TEST(MetricState, IsRestoredExactly) {
  metrics::RootMeanSquaredError metric;
  metric.update_state(Tensor({3}, {0.1f, 0.2f, 0.3f}), Tensor({3}, {0.3f, 0.1f, 0.7f}));
  metrics::RootMeanSquaredError restored;
  restored.set_state(metric.get_state());
  EXPECT_EQ(restored.result(), metric.result());
  EXPECT_EQ(restored.get_state(), metric.get_state());
}

TEST(MetricState, OfACallableIsMergedToo) {
  const MetricSpec first(bias);
  const MetricSpec second(bias);
  (*first)(Tensor({1}, {0}), Tensor({1}, {1}));
  (*second)(Tensor({3}, {0, 0, 0}), Tensor({3}, {3, 3, 3}));
  first->merge_state(*second);
  EXPECT_EQ(first->result(), 2.5);
  const auto fresh = first->fresh();
  fresh->set_state(first->get_state());
  EXPECT_EQ(fresh->result(), 2.5);
}

TEST(MetricState, OfAnotherClassIsRefusedAndNothingChanges) {
  metrics::MeanSquaredError metric;
  metric(Tensor({1}, {0}), Tensor({1}, {2}));
  EXPECT_THAT([&] { metric.merge_state(metrics::MeanAbsoluteError()); },
              Raises<InvalidArgument>(
                  "mean_squared_error: only a metric of the same class, MeanSquaredError, can be "
                  "merged into it. Received: MeanAbsoluteError."));
  EXPECT_THAT([&] { metric.set_state({1.0}); },
              Raises<InvalidArgument>("mean_squared_error: the state of a mean must be {total, "
                                      "count}. Received: 1 numbers."));
  EXPECT_EQ(metric.result(), 4.0);
}

TEST(MergeState, RefusesAMetricWithOtherOptions) {
  metrics::BinaryAccuracy metric({.threshold = 0.3f});
  EXPECT_NO_THROW(
      metric.merge_state(metrics::BinaryAccuracy({.threshold = 0.3f, .name = "other"})));
  EXPECT_THROW(metric.merge_state(metrics::BinaryAccuracy()), InvalidArgument);
}

TEST(MetricState, OfAUsersMetricMustBeWrittenByTheUser) {
  LargestError metric;
  const std::string rule =
      "largest_error: a metric whose state is to be saved or merged must override get_state(), "
      "set_state() and merge_state(), or derive from metrics::MeanMetric. Received: no ";
  EXPECT_THAT([&] { metric.get_state(); },
              Raises<StateError>(rule + "get_state() in LargestError."));
  EXPECT_THAT([&] { metric.set_state({}); },
              Raises<StateError>(rule + "set_state() in LargestError."));
  EXPECT_THAT([&] { metric.merge_state(LargestError()); },
              Raises<StateError>(rule + "merge_state() in LargestError."));
}

}  // namespace state_test
}  // namespace strata::testing
