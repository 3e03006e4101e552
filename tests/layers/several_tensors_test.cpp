// Layers that take or return several tensors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/layers/layer.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/linear_algebra.hpp"
#include "strata/ops/reduction.hpp"
#include "strata/regularizers/l1.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace several_tensors_test {

using regularizers::L1;
using ::testing::ElementsAre;
using testing::Raises;

constexpr std::int64_t kAny = Shape::kUnknown;

// A layer with inputs a and b and two outputs: a * kernel + b and a * kernel - b.
class Mix : public Layer {
 public:
  Mix() : Layer("Mix", "mix", L1(1.0f)) {}

  Tensors call_tensors(const Tensors& inputs, const CallContext&) override {
    const Tensor first = ops::matmul(inputs[0], kernel_);
    return {first + inputs[1], first - inputs[1]};
  }

 protected:
  void check_inputs(const std::vector<Shape>& inputs) const override {
    if (inputs.size() != 2) throw ShapeError("mix: takes two tensors.");
  }
  void create_weights_for(const std::vector<Shape>& inputs) override {
    kernel_ = add_weight(
        {.name = "kernel", .shape = {inputs[0].back(), inputs[1].back()}, .initializer = "ones"});
  }

 private:
  Variable kernel_;
};

// Splits one tensor into two.
class Halves : public Layer {
 public:
  Tensors call_tensors(const Tensors& inputs, const CallContext&) override {
    const Tensor& x = inputs.front();
    const std::int64_t half = x.shape().back() / 2;
    const std::int64_t rows = x.shape().front();
    return {ops::slice(x, {0, 0}, {rows, half}), ops::slice(x, {0, half}, {rows, half})};
  }
};

TEST(Tensors, AreMadeOfOneTensorOrOfWhateverMakesOne) {
  const Tensors none;
  EXPECT_TRUE(none.empty());
  EXPECT_FALSE(none.defined());
  const Tensors one = ops::ones({2});
  EXPECT_EQ(one.size(), 1U);
  EXPECT_EQ(one.single().shape(), Shape({2}));
  const Variable weight("w", ops::ones({3}));
  const Tensors of_weight = weight;
  EXPECT_EQ(of_weight.front().shape(), Shape({3}));
  const Tensors two = {ops::ones({1}), ops::ones({2})};
  EXPECT_THAT(shapes_of(two), ElementsAre(Shape({1}), Shape({2})));
  EXPECT_THAT([&] { two.single("Who"); },
              Raises<ShapeError>("Who: there must be exactly one tensor. Received: 2."));
  EXPECT_FALSE(Tensors(Tensor()).defined());
}

TEST(SeveralTensors, GoThroughALayerThatTakesThem) {
  Mix mix;
  const Tensors outputs = mix(Tensors({ops::ones({2, 3}), ops::full({2, 4}, 5.0f)}));
  ASSERT_EQ(outputs.size(), 2U);
  EXPECT_THAT(outputs[0].values(), ::testing::Each(8.0f));
  EXPECT_THAT(outputs[1].values(), ::testing::Each(-2.0f));
  EXPECT_THAT(mix.build_shapes(), ElementsAre(Shape({2, 3}), Shape({2, 4})));
  EXPECT_FALSE(mix.build_shape());
}

TEST(SeveralTensors, PayOneActivityPenaltyEach) {
  Mix mix;
  mix(Tensors({ops::ones({2, 3}), ops::full({2, 4}, 5.0f)}));
  const std::vector<Penalty> penalties = mix.penalties();
  ASSERT_EQ(penalties.size(), 2U);
  EXPECT_EQ(penalties[0].value.item(),
            32.0f);  // 8 elements, each adding 8, divided by the batch of 2
  EXPECT_EQ(penalties[1].value.item(), 8.0f);
}

TEST(SeveralTensors, HaveShapesThatAreFoundByTrying) {
  Mix mix;
  EXPECT_THAT(mix.compute_output_shapes({{kAny, 3}, {kAny, 4}}),
              ElementsAre(Shape({kAny, 4}), Shape({kAny, 4})));
  EXPECT_FALSE(mix.built());
  Halves halves;
  EXPECT_THAT(halves.compute_output_shapes({{kAny, 6}}),
              ElementsAre(Shape({kAny, 3}), Shape({kAny, 3})));
  EXPECT_THROW(halves.compute_output_shape({kAny, 6}), ShapeError);
  layers::Dense dense({.units = 7});
  EXPECT_THAT(dense.compute_output_shapes({{kAny, 6}}), ElementsAre(Shape({kAny, 7})));
}

TEST(SeveralTensors, OfAPartAreNotTakenForThoseOfTheWhole) {
  class Whole : public Layer {
   public:
    explicit Whole(std::shared_ptr<Layer> part) { track(std::move(part)); }
    Tensor call(const Tensor& x, const CallContext&) override { return x; }
    Shape compute_output_shape(const Shape& input) override {
      return sublayers()[0]->compute_output_shape(input);
    }
  };
  Whole whole(std::make_shared<Halves>());
  EXPECT_THROW(whole.compute_output_shapes({{kAny, 6}}), ShapeError);
}

TEST(SeveralTensors, AreRefusedByALayerOfOne) {
  layers::Dense dense({.units = 1, .name = "d"});
  EXPECT_THAT(
      [&] {
        dense(Tensors({ops::ones({1, 2}), ops::ones({1, 2})}));
      },
      Raises<ShapeError>("d: the layer takes one tensor; a layer of several overrides "
                         "check_inputs. Received: 2."));
  EXPECT_THROW(dense.build(std::vector<Shape>{{4, 2}, {4, 3}}), ShapeError);
  EXPECT_FALSE(dense.built());
  EXPECT_THAT([&] { dense(Tensors()); },
              Raises("d: the inputs must be defined. Received: no tensor."));
}

TEST(SeveralTensors, OfALayerCalledForOneAreAnError) {
  class Pair : public Layer {
   public:
    Pair() : Layer("Pair", "pair") {}
    Tensors call_tensors(const Tensors& inputs, const CallContext&) override {
      return {inputs[0], inputs[0]};
    }
  };
  Pair pair;
  EXPECT_THAT([&] { pair(ops::ones({1})); },
              Raises<ShapeError>("pair: a call with one tensor gives one; pass and take Tensors "
                                 "where a layer returns several. Received: 2 outputs."));
  EXPECT_EQ(pair(Tensors(ops::ones({1}))).size(), 2U);
}

TEST(Layer, ThatOverridesNoCallSaysSo) {
  class Nothing : public Layer {
   public:
    Nothing() : Layer("Nothing", "nothing") {}
  };
  EXPECT_THROW(Nothing()(ops::ones({1})), StateError);
}

}  // namespace several_tensors_test
}  // namespace strata
