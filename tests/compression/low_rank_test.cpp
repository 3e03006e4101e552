// low_rank: which layers become two, and that the two compute the same.
#include "strata/compression/low_rank.hpp"

#include <gtest/gtest.h>

#include "strata/layers/dense.hpp"
#include "strata/layers/dropout.hpp"
#include "strata/layers/input.hpp"
#include "strata/layers/time_distributed.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/linear_algebra.hpp"
#include "strata/tensor/random.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace low_rank_test {
namespace {

using layers::Dense;
using layers::Input;

// A kernel (8, 6) of rank 2 with singular values that are far apart.
Sequential thin(const RegularizerSpec& rule = {}) {
  Sequential model(
      {Input({8}),
       Dense({.units = 6, .activation = "tanh", .kernel_regularizer = rule, .name = "wide"})});
  random::Generator random(3);
  const Tensor kernel = ops::matmul(random.normal({8, 2}, 0.0f, 1.0f) * Tensor({2}, {1, 0.01f}),
                                    random.normal({2, 6}));
  model.set_weights({kernel, random.normal({6})});
  return model;
}

TEST(LowRank, MakesTwoLayersOfOne) {
  Sequential model = thin();
  const LowRankModel smaller = low_rank(model);
  ASSERT_EQ(smaller.model->layers().size(), 2U);
  EXPECT_EQ(smaller.model->layers()[0]->name(), "wide_low_rank");
  EXPECT_EQ(smaller.model->layers()[1]->name(), "wide");
  ASSERT_EQ(smaller.layers.size(), 1U);
  EXPECT_EQ(smaller.layers[0].rank, 2);
  EXPECT_EQ(smaller.layers[0].full_rank, 6);
  EXPECT_EQ(smaller.layers[0].parameters, (BeforeAndAfter{54, 34}));
  EXPECT_EQ(smaller.model->count_params(), 34);
  const Tensor x = random::Generator(4).normal({5, 8});
  EXPECT_THAT((*smaller.model)(x), IsClose(model(x)));
}

TEST(LowRank, KeepsAShareOrAtMostSoMany) {
  EXPECT_EQ(low_rank(thin(), {.energy = 0.99f}).layers[0].rank, 1);
  EXPECT_EQ(low_rank(thin(), {.max_rank = 1}).layers[0].rank, 1);
}

TEST(LowRank, LeavesWhatWouldNotBeSmaller) {
  Sequential model({Input({4}), Dense(3)});
  EXPECT_TRUE(low_rank(model).layers.empty());
  EXPECT_EQ(low_rank(model).model->layers().size(), 1U);
}

TEST(LowRank, SaysWhichRulesGo) {
  const LowRankModel smaller = low_rank(thin("l2"));
  EXPECT_EQ(smaller.layers[0].note, "without its kernel_regularizer");
  EXPECT_TRUE(smaller.model->losses().empty());
}

TEST(LowRank, TakesLayersOfSequentialModelsInside) {
  auto inside = std::make_shared<Sequential>(thin());
  Sequential model({Input({8}), layers::Dropout(0.5f)});
  model.add(inside);
  const LowRankModel smaller = low_rank(model);
  ASSERT_EQ(smaller.layers.size(), 1U);
  EXPECT_EQ(smaller.layers[0].layer, inside->name() + "/wide");
  EXPECT_TRUE(smaller.left.empty());
  const Tensor x = random::Generator(4).normal({5, 8});
  EXPECT_THAT((*smaller.model)(x), IsClose(model(x)));
}

TEST(LowRank, SaysWhichKernelsItLeaves) {
  const Sequential model(
      {Input({3, 8}),
       layers::TimeDistributed({.layer = Dense({.units = 6, .name = "each"}), .name = "steps"})});
  const LowRankModel same = low_rank(model);
  EXPECT_EQ(same.left, std::vector<std::string>{"steps/each/kernel"});
  EXPECT_TRUE(same.layers.empty());
}

class OneDense : public Model {
 public:
  OneDense() : Model("OneDense", "one") { track(dense_); }
  Tensor call(const Tensor& x, const CallContext& context) override {
    return (*dense_)(x, context);
  }
  Shape compute_output_shape(const Shape& input) override {
    return dense_->compute_output_shape(input);
  }

 private:
  std::shared_ptr<Dense> dense_ = std::make_shared<Dense>(Dense::Options{.units = 2});
};

TEST(LowRank, RefusesAModelThatIsNoSequential) {
  OneDense model;
  model.build({1, 2});
  EXPECT_THAT([&] { low_rank(model); },
              Raises("low_rank: the model must be a Sequential, of no class of its own. Received: "
                     "one of class OneDense."));
}

TEST(LowRank, RefusesWhatItCanNotTake) {
  EXPECT_THAT([] { low_rank(thin(), {.energy = 0.0f}); },
              Raises("low_rank: energy must lie in (0, 1]. Received: energy=0."));
  EXPECT_THAT([] { low_rank(thin(), {.max_rank = 0}); },
              Raises("low_rank: max_rank must be > 0. Received: max_rank=0."));
}

}  // namespace
}  // namespace low_rank_test
}  // namespace strata::testing
