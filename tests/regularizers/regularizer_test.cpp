// A regularizer of one's own, and what slots make of it.
#include "strata/regularizers/regularizer.hpp"

#include <gtest/gtest.h>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/config.hpp"
#include "strata/layers/dense.hpp"
#include "strata/ops/ops.hpp"
#include "strata/regularizers/l2.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

class L2Regularizer : public Regularizer {
 public:
  explicit L2Regularizer(float l2) : l2_(l2) {}
  Tensor operator()(const Tensor& x) const override { return l2_ * ops::sum(ops::square(x)); }

 private:
  float l2_;
};

class Vector : public Regularizer {
 public:
  Tensor operator()(const Tensor& x) const override { return ops::square(x); }
};

TEST(Regularizer, OfOnesOwnCountsLikeABuiltIn) {
  layers::Dense layer(
      {.units = 5, .kernel_initializer = "ones", .kernel_regularizer = L2Regularizer(0.5f)});
  layer(ops::ones({5, 5}));
  EXPECT_EQ(layer.losses().at(0).item(), 12.5f);
}

TEST(Regularizer, OfOnesOwnHasTheGradientOfItsOps) {
  const Variable w("w", Tensor({2}, {1.0f, -3.0f}));
  GradientTape tape;
  EXPECT_THAT(tape.gradient(L2Regularizer(0.5f)(w), w), IsClose(Tensor({2}, {1.0f, -3.0f})));
}

TEST(Regularizer, WithoutGetConfigSaysHowToBeSaved) {
  EXPECT_THAT([] { L2Regularizer(0.5f).get_config(); },
              Raises<InvalidArgument>(
                  "L2Regularizer: a class that is to be saved must override get_config(), have a "
                  "static from_config(), and be registered with register_serializable. Received: "
                  "no get_config() in L2Regularizer."));
}

TEST(Regularizer, ThatIsNoScalarIsNamed) {
  EXPECT_THAT([] { regularizers::scalar_penalty(Vector(), ops::ones({2}), "dense"); },
              Raises<ShapeError>("dense: a regularizer must return a scalar. Received: shape=(2,) "
                                 "from Vector."));
}

TEST(Regularizer, SharedByTwoSlotsIsOneObject) {
  const RegularizerSpec shared = std::make_shared<const regularizers::L2>(0.5f);
  const RegularizerSpec copy = shared;
  EXPECT_EQ(copy.rule(), shared.rule());
}

TEST(Regularizer, TakesEveryWeightUnlessItSaysOtherwise) {
  EXPECT_NO_THROW(L2Regularizer(1.0f).check_weight({1, 2, 3, 4}, "conv: kernel"));
}

}  // namespace
}  // namespace strata::testing
