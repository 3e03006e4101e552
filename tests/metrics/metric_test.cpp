// What all metrics share: names, configs, callables.
#include "strata/metrics/metric.hpp"

#include <gtest/gtest.h>

#include "strata/config.hpp"
#include "strata/metrics/binary_accuracy.hpp"
#include "strata/metrics/binary_crossentropy.hpp"
#include "strata/metrics/categorical_crossentropy.hpp"
#include "strata/metrics/cosine_similarity.hpp"
#include "strata/metrics/formula_metric.hpp"
#include "strata/metrics/sparse_categorical_crossentropy.hpp"
#include "strata/metrics/top_k_categorical_accuracy.hpp"
#include "strata/ops/ops.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

Tensor bias(const Tensor& y_true, const Tensor& y_pred) { return y_pred - y_true; }

TEST(Metric, IsNamedAfterItsClass) {
  EXPECT_EQ(metrics::MeanSquaredError().name(), "mean_squared_error");
  EXPECT_EQ(metrics::LogCoshError().name(), "logcosh");
  EXPECT_EQ(metrics::BinaryAccuracy().name(), "binary_accuracy");
  EXPECT_EQ(metrics::MeanAbsoluteError({.name = "mine"}).name(), "mine");
}

TEST(Metric, OfACallableIsTheMeanOfItsValues) {
  const MetricSpec metric(bias);
  metric->update_state(Tensor({2}, {1, 2}), Tensor({2}, {2, 5}));
  metric->update_state(Tensor({1}, {1}), Tensor({1}, {3}));
  EXPECT_EQ(metric->result(), 2.0);
  EXPECT_EQ(metric->name(), "lambda");
  EXPECT_FALSE(metric->larger_is_better());
  metric->reset_state();
  EXPECT_EQ(metric->result(), 0.0);
}

TEST(Metric, OfACallableIsWeighted) {
  const MetricSpec metric(bias);
  EXPECT_EQ((*metric)(Tensor({2}, {1, 2}), Tensor({2}, {2, 5}), Tensor({2}, {3, 1})), 1.5);
}

TEST(Metric, RefusesACallableThatReturnsNothing) {
  const MetricSpec metric = [](const Tensor&, const Tensor&) { return Tensor(); };
  EXPECT_THAT([&] { metric->update_state(ops::ones({1}), ops::ones({1})); },
              Raises("lambda: a metric's values must be defined. Received: an undefined tensor."));
}

TEST(Metric, RefusesAnUndefinedTensor) {
  EXPECT_THAT([] { metrics::MeanSquaredError().update_state(Tensor(), ops::ones({1})); },
              Raises("mean_squared_error: y_true and y_pred must be defined. Received: an "
                     "undefined y_true."));
}

class Own : public metrics::MeanMetric {
 public:
  explicit Own(float scale) : MeanMetric("own"), scale_(scale) {}

 protected:
  Tensor values(const Tensor& y_true, const Tensor& y_pred) const override {
    return scale_ * (y_pred - y_true);
  }

 private:
  float scale_;
};

class OwnAgain : public Own {
 public:
  OwnAgain() : Own(7.0f) {}
};

TEST(Metric, AFreshOneGathersTheSameFigureFromNothing) {
  const MetricSpec metrics[] = {
      "mae",
      "accuracy",
      metrics::BinaryAccuracy({.threshold = 0.2f}),
      metrics::deserialize(metrics::serialize(metrics::BinaryAccuracy({.threshold = 0.2f}))),
      bias,
      Own(3.0f),
      std::make_shared<Own>(3.0f)};
  const Tensor y({2}, {0, 1});
  const Tensor scores({2}, {0.4f, 0.9f});
  for (const MetricSpec& metric : metrics) {
    metric->set_name("renamed");
    const double figure = (*metric)(y, scores);
    const auto fresh = metric->fresh();
    ASSERT_NE(fresh, nullptr);
    EXPECT_EQ(fresh->name(), "renamed");
    EXPECT_EQ(fresh->result(), 0.0);
    (*fresh)(y, 1.0f - y);
    EXPECT_EQ(metric->result(), figure);
    fresh->reset_state();
    EXPECT_EQ((*fresh)(y, scores), figure);
  }
}

TEST(Metric, IsNeverCopiedAsItsBase) {
  const std::shared_ptr<Own> derived = std::make_shared<OwnAgain>();
  EXPECT_EQ(MetricSpec(derived)->fresh(), nullptr);
  const MetricSpec known(std::static_pointer_cast<OwnAgain>(derived));
  const MetricSpec again(derived);
  EXPECT_NE(again->fresh(), nullptr);
  EXPECT_EQ((*again->fresh())(ops::zeros({1}), ops::ones({1})), 7.0);
}

TEST(Metric, ConfigIsThatOfKeras) {
  EXPECT_EQ(metrics::serialize(metrics::MeanSquaredError({.name = "error"})).dump(),
            R"({"module":"keras.metrics","class_name":"MeanSquaredError","config":{"name":"error",)"
            R"("dtype":"float32"},"registered_name":null})");
  EXPECT_EQ(metrics::BinaryAccuracy({.threshold = 0.3f}).get_config().dump(),
            R"({"name":"binary_accuracy","dtype":"float32","threshold":0.3})");
  EXPECT_EQ(metrics::TopKCategoricalAccuracy().get_config().dump(),
            R"({"name":"top_k_categorical_accuracy","dtype":"float32","k":5})");
  EXPECT_EQ(metrics::CategoricalCrossentropy().get_config().dump(),
            R"({"name":"categorical_crossentropy","dtype":"float32","from_logits":false,)"
            R"("label_smoothing":0.0,"axis":-1})");
  EXPECT_EQ(metrics::SparseCategoricalCrossentropy().get_config().dump(),
            R"({"name":"sparse_categorical_crossentropy","dtype":"float32","from_logits":false,)"
            R"("axis":-1})");
}

TEST(Metric, ConfigsRoundTrip) {
  for (const MetricSpec& metric :
       {MetricSpec(metrics::BinaryAccuracy({.threshold = 0.25f, .name = "mine"})),
        MetricSpec(metrics::CosineSimilarity({.axis = 0})),
        MetricSpec(metrics::BinaryCrossentropy({.from_logits = true, .label_smoothing = 0.5f})),
        MetricSpec(metrics::TopKCategoricalAccuracy({.k = 3})), MetricSpec("MAE"),
        MetricSpec(metrics::Accuracy())}) {
    const Config config = metrics::serialize(metric);
    EXPECT_EQ(metrics::serialize(metrics::deserialize(config)), config);
  }
}

TEST(Metric, ConfigWithAnUnknownKeyIsRefused) {
  EXPECT_THAT(
      [] {
        metrics::MeanSquaredError::from_config({{"threshold", 0.5}});
      },
      Raises("MeanSquaredError: unknown key in the config; known are name, dtype. "
             "Received: threshold=0.5."));
}

TEST(Metric, ConfigOfAnotherDtypeIsRefused) {
  EXPECT_THAT(
      [] {
        metrics::MeanSquaredError::from_config({{"dtype", "float16"}});
      },
      Raises("MeanSquaredError: dtype is supported only as \"float32\". Received: "
             "dtype=\"float16\"."));
}

TEST(Metric, NothingSerializesToNull) {
  EXPECT_EQ(metrics::serialize(nullptr), Config(nullptr));
  EXPECT_FALSE(metrics::deserialize(nullptr));
}

TEST(Metric, OfAnUnregisteredCallableHasNoConfig) {
  EXPECT_THAT([] { metrics::serialize(MetricSpec(bias)); },
              Raises("Metric: a callable can be written into a config only when registered: use "
                     "what register_serializable({.package = …, .name = …}, callable) returns. "
                     "Received: a nameless callable."));
}

}  // namespace
}  // namespace strata::testing
