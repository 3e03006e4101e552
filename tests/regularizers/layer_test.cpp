// What regularizers do in a layer's slots: the numbers of Keras's documentation, and the defects
// of its history.
#include <gtest/gtest.h>

#include <limits>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/layers/dense.hpp"
#include "strata/ops/ops.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l1l2.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/orthogonal.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

using namespace regularizers;

class Identity : public Layer {
 public:
  explicit Identity(RegularizerSpec activity) : Layer("Identity", "identity", activity) {}
  Tensor call(const Tensor& inputs, const CallContext&) override { return inputs; }
};

TEST(RegularizedDense, HasTheDocumentedLosses) {
  layers::Dense layer({.units = 5,
                       .kernel_initializer = "ones",
                       .kernel_regularizer = L1(0.01f),
                       .activity_regularizer = L2(0.01f)});
  layer(ops::full({5, 5}, 2.0f));
  const std::vector<Tensor> losses = layer.losses();
  ASSERT_EQ(losses.size(), 2U);
  EXPECT_FLOAT_EQ(losses[0].item(), 5.0f);   // the activity's, by the batch
  EXPECT_FLOAT_EQ(losses[1].item(), 0.25f);  // the kernel's
  EXPECT_FLOAT_EQ(ops::sum(losses).item(), 5.25f);
}

TEST(RegularizedDense, ListsActivityThenKernelThenBias) {
  layers::Dense layer({.units = 2,
                       .kernel_initializer = "ones",
                       .bias_initializer = "ones",
                       .kernel_regularizer = L1(1.0f),
                       .bias_regularizer = L2(0.5f),
                       .activity_regularizer = L1(1.0f)});
  layer(ops::ones({4, 3}));
  const std::vector<Penalty> penalties = layer.penalties();
  ASSERT_EQ(penalties.size(), 3U);
  EXPECT_EQ(penalties[0].source, "activity");
  EXPECT_EQ(penalties[0].value.item(), 8.0f);
  EXPECT_EQ(penalties[1].source, "kernel");
  EXPECT_EQ(penalties[1].value.item(), 6.0f);
  EXPECT_EQ(penalties[2].source, "bias");
  EXPECT_EQ(penalties[2].value.item(), 1.0f);
}

TEST(ActivityRegularizer, IsDividedByTheBatch) {
  for (const auto& [batch, expected] : {std::pair{0, 0.0f}, {1, 0.2f}, {5, 0.2f}, {10, 0.2f}}) {
    Identity layer("l2");
    layer(ops::full({batch, 5}, 2.0f));
    ASSERT_EQ(layer.losses().size(), 1U);
    EXPECT_FLOAT_EQ(layer.losses()[0].item(), expected) << batch;
  }
}

TEST(ActivityRegularizer, OfAScalarIsNotDivided) {
  Identity layer(L1(2.0f));
  layer(Tensor(3.0f));
  EXPECT_EQ(layer.losses().at(0).item(), 6.0f);
}

TEST(ActivityRegularizer, DoesNotPileUpOverCalls) {
  Identity layer("l1");
  layer(ops::ones({1}));
  layer(ops::ones({1}));
  ASSERT_EQ(layer.losses().size(), 1U);
  EXPECT_FLOAT_EQ(layer.losses()[0].item(), 0.01f);
}

TEST(ActivityRegularizer, GradientReachesTheWeightsByTheBatch) {
  const Variable w("w", Tensor({2, 2}, {1.0f, -2.0f, 3.0f, 4.0f}));
  Identity layer(L2(0.5f));
  GradientTape tape;
  layer(w.value());
  EXPECT_THAT(tape.gradient(layer.losses().at(0), w),
              IsClose(Tensor({2, 2}, {0.5f, -1.0f, 1.5f, 2.0f})));
}

TEST(RegularizedDense, AFrozenKernelPaysNothingButItsActivityDoes) {
  layers::Dense layer({.units = 2, .kernel_regularizer = "l2", .activity_regularizer = "l2"});
  layer(ops::ones({4, 3}));
  layer.set_trainable(false);
  ASSERT_EQ(layer.penalties().size(), 1U);
  EXPECT_EQ(layer.penalties()[0].source, "activity");
  layer.set_trainable(true);
  EXPECT_EQ(layer.penalties().size(), 2U);
}

TEST(RegularizedDense, AZeroFactorIsLegalAndLetsNoNaNThrough) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  layers::Dense layer({.units = 2, .kernel_regularizer = L2(0.0f)});
  layer.build({1, 2});
  layer.kernel().assign(Tensor({2, 2}, {nan, 1, 1, 1}));
  EXPECT_EQ(layer.losses().at(0).item(), 0.0f);
}

TEST(RegularizedDense, SetRegularizerCountsAtOnceBuiltOrNot) {
  layers::Dense layer({.units = 2, .kernel_initializer = "ones"});
  layer.set_regularizer("kernel", L2(0.5f));
  layer.build({1, 3});
  EXPECT_EQ(layer.losses().at(0).item(), 3.0f);
  layer.set_regularizer("kernel", L1(1.0f));
  EXPECT_EQ(layer.losses().at(0).item(), 6.0f);
  layer.set_regularizer("kernel", nullptr);
  EXPECT_TRUE(layer.losses().empty());
}

TEST(RegularizedDense, PenaltiesFollowTheWeightsOfNow) {
  layers::Dense layer({.units = 1, .kernel_initializer = "ones", .kernel_regularizer = L1(1.0f)});
  layer.build({1, 3});
  EXPECT_EQ(layer.losses().at(0).item(), 3.0f);
  layer.kernel().assign(Tensor({3, 1}, {2, -2, 2}));
  EXPECT_EQ(layer.losses().at(0).item(), 6.0f);
}

TEST(AddLoss, RefusesAVectorAtOnceWithItsShape) {
  Identity layer(nullptr);
  EXPECT_THAT(
      [&] { layer.add_loss(ops::ones({3})); },
      Raises<ShapeError>("identity.add_loss: a loss must be a scalar. Received: shape=(3,)."));
  EXPECT_TRUE(layer.losses().empty());
}

}  // namespace
}  // namespace strata::testing
