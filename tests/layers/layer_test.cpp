// What every layer does around its call: building, and asking for a shape.
#include "strata/layers/layer.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "strata/core/errors.hpp"
#include "strata/layers/activation.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "strata/regularizers/l2.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace layer_test {

using regularizers::L2;
using testing::Raises;

constexpr std::int64_t kAny = Shape::kUnknown;

float sum_of(const std::vector<Tensor>& losses) {
  float sum = 0.0f;
  for (const Tensor& loss : losses) sum += loss.item();
  return sum;
}

// Adds the sum of its inputs to the losses, and calls an activation inside.
class Recording : public Layer {
 public:
  Recording() {
    track(std::make_shared<layers::Activation>(
        layers::ActivationOptions{.activation = "relu", .activity_regularizer = L2(1.0f)}));
  }
  Tensor call(const Tensor& inputs, const CallContext&) override {
    add_loss(ops::sum(inputs));
    const Tensor outputs = (*sublayers().front())(inputs);
    if (outputs.rank() != 2) throw std::runtime_error("rank");
    return outputs;
  }
};

TEST(ComputeOutputShape, KeepsWhatTheLastCallRecorded) {
  Recording layer;
  layer(ops::ones({1, 2}));
  EXPECT_EQ(sum_of(layer.losses()), 4.0f);
  EXPECT_EQ(layer.compute_output_shape({kAny, 3}), Shape({kAny, 3}));
  EXPECT_EQ(sum_of(layer.losses()), 4.0f);
  EXPECT_EQ(layer.losses().size(), 2U);
}

TEST(ComputeOutputShape, ThatFailsKeepsWhatTheLastCallRecorded) {
  Recording layer;
  layer(ops::ones({1, 2}));
  EXPECT_THROW(layer.compute_output_shape({kAny, 3, 3}), std::runtime_error);
  EXPECT_EQ(sum_of(layer.losses()), 4.0f);
}

TEST(ComputeOutputShape, RecordsNothing) {
  Recording layer;
  layer.compute_output_shape({kAny, 3});
  EXPECT_TRUE(layer.losses().empty());
}

TEST(ComputeOutputShape, OfAModelKeepsTheActivityPenaltiesInItsLoss) {
  const auto own = [](const Tensor& x) { return ops::square(x); };
  Sequential model({layers::Input({2}),
                    layers::Activation({.activation = "relu", .activity_regularizer = L2(1.0f)}),
                    layers::Activation({.activation = own, .activity_regularizer = L2(1.0f)})});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const Tensor outputs = model(ops::ones({1, 2}));
  EXPECT_EQ(model.compute_loss(ops::ones({1, 2}), outputs).item(), 4.0f);
  model.output_shape();
  EXPECT_EQ(model.compute_loss(ops::ones({1, 2}), outputs).item(), 4.0f);
}

TEST(Call, ThatFailsLeavesTheLayerUnbuilt) {
  layers::Dense layer({.units = 3, .activation = "glu", .name = "d"});
  layer.set_regularizer("kernel", "l2");
  for (const std::int64_t features : {4, 5}) {
    EXPECT_THAT(
        [&] {
          layer(ops::ones({2, features}));
        },
        Raises<ShapeError>("glu: the extent along the axis must be even. Received: "
                           "axis=-1, shape=(2, 3)."));
    EXPECT_FALSE(layer.built());
    EXPECT_TRUE(layer.weights().empty());
  }
}

TEST(Call, WhosePenaltyFailsLeavesTheLayerUnbuilt) {
  layers::Dense layer({.units = 2, .activity_regularizer = "orthogonal_regularizer"});
  EXPECT_THROW(layer(ops::ones({2, 3, 4})), ShapeError);
  EXPECT_FALSE(layer.built());
  EXPECT_EQ(layer(ops::ones({3, 5})).shape(), Shape({3, 2}));
}

TEST(Call, ThatFailsLeavesSubLayersUnbuilt) {
  class Pair : public Layer {
   public:
    Pair() {
      track(std::make_shared<layers::Dense>(layers::DenseOptions{.units = 4}));
      track(std::make_shared<layers::Dense>(layers::DenseOptions{.units = 3, .activation = "glu"}));
    }
    Tensor call(const Tensor& inputs, const CallContext&) override {
      return (*sublayers()[1])((*sublayers()[0])(inputs));
    }
  };
  Pair pair;
  EXPECT_THROW(pair(ops::ones({2, 4})), ShapeError);
  EXPECT_FALSE(pair.built());
  EXPECT_FALSE(pair.sublayers()[0]->built());
}

TEST(Call, ThatFailsKeepsTheWeightsOfAConstructor) {
  class Scale : public Layer {
   public:
    Scale() : factor_(add_weight({.name = "factor", .shape = {2}})) {}
    Tensor call(const Tensor& inputs, const CallContext&) override { return factor_ * inputs; }

   private:
    Variable factor_;
  };
  Scale layer;
  EXPECT_THROW(layer(ops::ones({1, 3})), ShapeError);
  EXPECT_EQ(layer.weights().size(), 1U);
  layer.compute_output_shape({kAny, 2});
  EXPECT_EQ(layer.weights().size(), 1U);
}

}  // namespace layer_test
}  // namespace strata
