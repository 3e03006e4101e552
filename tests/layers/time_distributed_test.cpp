// TimeDistributed: steps as samples and step by step, and what counts of the layer inside.
// layer_golden_test.cpp has Keras's values.
#include "strata/layers/time_distributed.hpp"

#include <memory>
#include <vector>

#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/dropout.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/tensor/random.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using layers::Dense;
using layers::TimeDistributed;
using testing::IsClose;
using testing::Raises;

// A user's subclass is called step by step.
class OneStep : public Dense {
 public:
  using Dense::Dense;
  Tensor call(const Tensor& inputs, const CallContext& context) override {
    ++calls;
    last_mask = context.mask;
    return Dense::call(inputs, context);
  }
  int calls = 0;
  Tensor last_mask;
};

TEST(TimeDistributed, IsTheSameStepByStepAndAllAtOnce) {
  const auto slow = std::make_shared<OneStep>(3);
  TimeDistributed by_step(slow);
  TimeDistributed at_once(Dense(3));
  const Tensor x = random::Generator(5).normal({2, 4, 3});
  by_step.build(x.shape());
  at_once.build(x.shape());
  at_once.set_weights(by_step.get_weights());
  const Tensor mask({2, 4}, {1, 0, 1, 1, 0, 0, 1, 0});
  EXPECT_THAT(at_once(x), IsClose(by_step(x, {.mask = mask})));
  EXPECT_EQ(slow->calls, 4);
  EXPECT_THAT(slow->last_mask, IsClose(Tensor({2}, {1, 0})));
  EXPECT_THAT(at_once.call_with_mask(x, {.mask = mask}).mask, IsClose(mask));
  EXPECT_EQ(by_step(ops::zeros({2, 0, 3})).shape(), Shape({2, 0, 3}));
}

TEST(TimeDistributed, CountsTheWeightsAndPenaltiesOfItsLayer) {
  TimeDistributed layer(Dense({.units = 2,
                               .kernel_initializer = "ones",
                               .kernel_regularizer = regularizers::L1(1.0f),
                               .name = "inner"}));
  layer.build({2, 3, 4});
  EXPECT_EQ(layer.count_params(), 10);
  EXPECT_EQ(layer.named_weights()[0].path, "inner/kernel");
  ASSERT_EQ(layer.penalties().size(), 1u);
  EXPECT_FLOAT_EQ(layer.penalties()[0].value.item(), 8.0f);
  EXPECT_EQ(layer.penalties()[0].layer, "inner");
}

// As in Keras: of a model's layers the activity counts for each step.
TEST(TimeDistributed, AddsTheActivityPenaltiesInsideAModel) {
  Sequential inner({Dense(
      {.units = 1, .kernel_initializer = "ones", .activity_regularizer = regularizers::L1(1.0f)})});
  TimeDistributed layer(std::make_shared<Sequential>(std::move(inner)));
  layer(ops::ones({2, 3, 2}));
  ASSERT_EQ(layer.losses().size(), 3u);
  for (const Tensor& loss : layer.losses()) EXPECT_FLOAT_EQ(loss.item(), 2.0f);
}

TEST(TimeDistributed, HasItsLayersRandomStates) {
  TimeDistributed layer(layers::Dropout({.rate = 0.5f, .seed = 3}));
  const Tensor x = ops::ones({2, 3, 8});
  const auto states = layer.random_states();
  EXPECT_EQ(states.size(), 1u);
  const Tensor first = layer(x, {.training = true});
  EXPECT_FALSE(testing::relative_gap(layer(x, {.training = true}), first) == 0.0);
  layer.set_random_states(states);
  EXPECT_THAT(layer(x, {.training = true}), IsClose(first, 0.0));
}

TEST(TimeDistributed, RefusesAnActivityRegularizerThatWouldNotCount) {
  EXPECT_THAT(
      [] { TimeDistributed(Dense({.units = 2, .activity_regularizer = "l2", .name = "inner"})); },
      Raises(
          "TimeDistributed: an activity regularizer must be TimeDistributed's own, since that of "
          "the layer that it calls doesn't count. Received: inner with one."));
  const auto read =
      layers::deserialize({{"class_name", "TimeDistributed"},
                           {"config",
                            {{"layer",
                              {{"class_name", "Dense"},
                               {"config", {{"units", 2}, {"activity_regularizer", "l2"}}}}}}}});
  (*read)(ops::ones({2, 3, 4}));
  EXPECT_TRUE(read->losses().empty());
}

TEST(TimeDistributed, RefusesWhatHasNoSteps) {
  TimeDistributed layer({.layer = Dense(2), .name = "each"});
  EXPECT_THAT(
      [&] {
        layer(ops::ones({2, 3}));
      },
      Raises<ShapeError>("each: the input must have at least three axes, (batch, steps, …). "
                         "Received: shape=(2, 3)."));
  EXPECT_THAT(
      [&] {
        layer(ops::ones({2, 3, 1}), {.mask = ops::ones({2, 4})});
      },
      Raises<ShapeError>("each: the mask's first two axes must be those of the input. "
                         "Received: mask.shape=(2, 4), shape=(2, 3, 1)."));
  EXPECT_THAT([] { TimeDistributed(std::shared_ptr<Layer>()); },
              Raises("TimeDistributed: a layer is needed. Received: none."));
  EXPECT_THAT(
      [] {
        TimeDistributed::from_config({{"name", "each"}});
      },
      Raises("TimeDistributed: a config needs a layer. Received: {\"name\":\"each\"}."));
}

}  // namespace
}  // namespace strata
