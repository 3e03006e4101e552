// An optimizer of one's own: what the base does for it.
#include <gtest/gtest.h>

#include "strata/config.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/optimizers/optimizer.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

// Follows signs alone, in plain ops; remembers what it was given.
class SignDescent : public Optimizer {
 public:
  explicit SignDescent(OptimizerOptions options) : Optimizer(std::move(options), "SignDescent") {}

  std::vector<float> seen;
  std::vector<std::int64_t> iterations_seen;

 protected:
  void build_slots(const std::vector<Variable>& variables) override {
    steps_ = add_slots(variables, "steps", 7.0f);
  }
  void update(std::size_t index, const Tensor& gradient, const Variable& variable,
              const Step& step) override {
    seen.assign(gradient.values().begin(), gradient.values().end());
    iterations_seen.push_back(step.iteration);
    variable.assign(variable - step.learning_rate * ops::sign(gradient));
    steps_[index].assign(steps_[index] + 1.0f);
  }

 private:
  std::vector<Variable> steps_;
};

TEST(OwnOptimizer, StepsAndKeepsSlots) {
  const Variable w("w", Tensor({2}, {1, 2}));
  SignDescent optimizer({.learning_rate = 0.5f});
  optimizer.apply({Tensor({2}, {3, -4})}, {w});
  EXPECT_THAT(w.value(), IsClose(Tensor({2}, {0.5f, 2.5f})));
  ASSERT_EQ(optimizer.variables().size(), 3U);
  EXPECT_EQ(optimizer.variables()[2].name(), "sign_descent/w_steps");
  EXPECT_THAT(optimizer.variables()[2].value(), IsClose(Tensor({2}, {8, 8})));
}

TEST(OwnOptimizer, SeesGradientsClippedAndUnscaled) {
  const Variable w("w", Tensor({2}, {1, 2}));
  SignDescent clipped({.clipvalue = 1.0f, .loss_scale_factor = 2.0f});
  clipped.apply({Tensor({2}, {1, -40})}, {w});
  EXPECT_EQ(clipped.seen, (std::vector<float>{0.5f, -1.0f}));
  SignDescent together({.global_clipnorm = 1.0f});
  together.apply({Tensor({2}, {3, -4})}, {w});
  EXPECT_FLOAT_EQ(together.seen[0], 0.6f);
  EXPECT_FLOAT_EQ(together.seen[1], -0.8f);
}

TEST(OwnOptimizer, SeesTheMeanOfAccumulatedGradients) {
  const Variable w("w", Tensor(1.0f));
  SignDescent optimizer({.gradient_accumulation_steps = 2});
  for (const float gradient : {1.0f, 4.0f, 2.0f, 2.0f}) {
    optimizer.apply({Tensor(gradient)}, {w});
  }
  EXPECT_EQ(optimizer.seen, (std::vector<float>{2.0f}));
  EXPECT_EQ(optimizer.iterations_seen, (std::vector<std::int64_t>{0, 1}));
}

TEST(OwnOptimizer, HasItsWeightsDecayedBefore) {
  const Variable w("w", Tensor(10.0f));
  SignDescent({.learning_rate = 0.5f, .weight_decay = 0.2f}).apply({Tensor(1.0f)}, {w});
  EXPECT_FLOAT_EQ(w.value().item(), 8.5f);
}

TEST(OwnOptimizer, IsTakenByASpec) {
  const OptimizerSpec spec = SignDescent({.name = "mine"});
  EXPECT_EQ(spec->name(), "mine");
  EXPECT_EQ(spec->get_config().at("name"), "mine");
}

TEST(OwnOptimizer, ThatWasNotRegisteredSaysHowToBeSaved) {
  EXPECT_THAT([] { optimizers::serialize(SignDescent({})); },
              Raises<InvalidArgument>(
                  "SignDescent: a class can be written into a config only when registered: call "
                  "register_serializable<SignDescent>({.package = …, .name = …}) first. Received: "
                  "class SignDescent."));
}

}  // namespace
}  // namespace strata::testing
