// The README's recipes: a regularizer, a layer and an op of one's own, as a user or a contributor
// writes them. The README shows the parts between the marks.
#include <gtest/gtest.h>

#include <strata/config.hpp>
#include <strata/strata.hpp>

#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

// readme: regularizer
/// Penalizes neighbouring weights that differ: `factor * sum((x[i + 1] - x[i])^2)`.
class Smooth : public Regularizer {
 public:
  explicit Smooth(float factor) : factor_(factor) {}

  Tensor operator()(const Tensor& x) const override {
    const std::int64_t last = x.shape().front() - 1;
    const Tensor steps = ops::slice(x, {1, 0}, {last, -1}) - ops::slice(x, {0, 0}, {last, -1});
    return factor_ * ops::sum(ops::square(steps));
  }
  Config get_config() const override { return {{"factor", factor_}}; }
  static Smooth from_config(const Config& config) { return Smooth(config.at("factor")); }

 private:
  float factor_;
};
// readme: end

// readme: layer
/// Multiplies each feature by a learned gain, whose penalty is a slot like any other.
class Gain : public Layer {
 public:
  Tensor call(const Tensor& inputs, const CallContext&) override { return inputs * gain_; }

 protected:
  void create_weights(const Shape& inputs) override {
    gain_ = add_weight({.name = "gain", .shape = {inputs.back()}, .initializer = "ones"});
  }

 private:
  Variable gain_;
};
// readme: end

// readme: op
/// softsign(x) = x / (1 + |x|),   d/dx = 1 / (1 + |x|)^2
Tensor softsign(const Tensor& x) {
  const Tensor denominator = 1.0f + ops::abs(x);
  return autodiff::record("softsign", x / denominator, {x},
                          [denominator](const Tensor& gradient, autodiff::InputGradients& inputs) {
                            inputs.add(0, gradient / ops::square(denominator));
                          });
}
// readme: end

TEST(Recipes, ARegularizerIsAFunctionWithAConfig) {
  register_serializable<Smooth>({.package = "readme", .name = "Smooth"});
  layers::Dense layer({.units = 2, .kernel_regularizer = Smooth(0.5f)});
  layer.build({1, 3});
  layer.set_weights({Tensor({3, 2}, {0, 0, 1, 0, 1, 2}), Tensor({2}, {0, 0})});
  EXPECT_FLOAT_EQ(layer.losses().at(0).item(), 0.5f * (1 + 4));

  layers::Dense twin = layers::Dense::from_config(layer.get_config());
  EXPECT_FLOAT_EQ(twin.kernel_regularizer()(layer.kernel()).item(), 2.5f);
}

TEST(Recipes, ALayersWeightTakesAPenalty) {
  Gain layer;
  layer.set_regularizer("gain", "l2");
  EXPECT_THAT(layer(Tensor({1, 2}, {3, 4})), IsClose(Tensor({1, 2}, {3, 4})));
  EXPECT_FLOAT_EQ(layer.losses().at(0).item(), 0.02f);
}

TEST(Recipes, AnOpIsAValueWithItsGradient) {
  EXPECT_FLOAT_EQ(softsign(Tensor(1.0f)).item(), 0.5f);
  EXPECT_LT(gradient_gap([](const Tensor& x) { return softsign(x); },
                         Tensor({4}, {-2.0f, -0.5f, 0.5f, 3.0f})),
            1e-3);
}

}  // namespace
}  // namespace strata::testing
