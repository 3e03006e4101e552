// Bad input: the whole text of each error, and nothing changed.
#include <gtest/gtest.h>

#include <limits>

#include "strata/constraints/constraint.hpp"
#include "strata/constraints/max_norm.hpp"
#include "strata/ops/ops.hpp"
#include "strata/optimizers/adadelta.hpp"
#include "strata/optimizers/adafactor.hpp"
#include "strata/optimizers/adagrad.hpp"
#include "strata/optimizers/adam.hpp"
#include "strata/optimizers/adam_w.hpp"
#include "strata/optimizers/adamax.hpp"
#include "strata/optimizers/ftrl.hpp"
#include "strata/optimizers/lamb.hpp"
#include "strata/optimizers/lion.hpp"
#include "strata/optimizers/nadam.hpp"
#include "strata/optimizers/rmsprop.hpp"
#include "strata/optimizers/sgd.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace errors_test {
namespace {

using namespace optimizers;

const float kInf = std::numeric_limits<float>::infinity();
const float kNaN = std::numeric_limits<float>::quiet_NaN();

class FailedApply : public ::testing::Test {
 protected:
  FailedApply() { adam_.apply({ones_, Tensor(1.0f)}, {kernel_, bias_}); }

  template <class Error = InvalidArgument>
  void expect_refused(const std::vector<Tensor>& gradients, const std::vector<Variable>& variables,
                      const std::string& text) {
    std::vector<Tensor> before{kernel_, bias_};
    for (const Variable& each : adam_.variables()) before.push_back(each);
    EXPECT_THAT([&] { adam_.apply(gradients, variables); }, Raises<Error>(text));
    std::vector<Tensor> after{kernel_, bias_};
    for (const Variable& each : adam_.variables()) after.push_back(each);
    for (std::size_t i = 0; i < before.size(); ++i) EXPECT_THAT(after[i], IsClose(before[i], 0.0));
    EXPECT_EQ(adam_.iterations(), 1);
  }

  const Tensor ones_ = Tensor({2}, {1, 1});
  const Variable kernel_{"kernel", Tensor({2}, {1, 2})};
  const Variable bias_{"bias", Tensor(3.0f)};
  Adam adam_{{.amsgrad = true, .use_ema = true}};
};

TEST_F(FailedApply, OfTooFewGradients) {
  expect_refused({ones_}, {kernel_, bias_},
                 "Adam: there must be one gradient for each variable. Received: 1 gradients, 2 "
                 "variables.");
}

TEST_F(FailedApply, OfAGradientOfAnotherShape) {
  expect_refused<ShapeError>({ones_, ones_}, {kernel_, bias_},
                             "Adam: a gradient must have the shape of its variable. Received: "
                             "shape=(2,) for bias of shape ().");
}

TEST_F(FailedApply, OfNoDefinedGradient) {
  expect_refused({Tensor(), Tensor()}, {kernel_, bias_},
                 "Adam: at least one gradient must be defined; does the loss depend on the "
                 "variables? Received: undefined gradients for kernel, bias.");
}

TEST_F(FailedApply, OfAnUnknownVariable) {
  expect_refused({ones_, ones_}, {kernel_, Variable("other", ones_)},
                 "Adam: unknown variable: an optimizer works on the variables it was first given "
                 "(kernel, bias); make a new one for others, or compile() the model again after "
                 "unfreezing or adding layers. Received: other of shape (2,).");
}

TEST_F(FailedApply, OfAVariableTwice) {
  expect_refused({ones_, ones_}, {kernel_, kernel_},
                 "Adam: a variable can stand once in the list. Received: kernel twice.");
}

TEST_F(FailedApply, OfAnUndefinedVariable) {
  expect_refused({ones_, ones_}, {kernel_, Variable()},
                 "Adam: a variable must be defined. Received: an undefined one.");
}

TEST_F(FailedApply, OfAConstraintThatReturnsAnotherShape) {
  const ConstraintSpec summed = [](const Tensor& w) { return ops::sum(w); };
  kernel_.set_constraint(summed.rule());
  expect_refused<ShapeError>({ones_, Tensor(1.0f)}, {kernel_, bias_},
                             "Variable: the new value must have the shape of the old one, (2,). "
                             "Received: name=kernel, shape=().");
}

TEST_F(FailedApply, OfAConstraintOnAnAxisThatTheWeightLacks) {
  kernel_.set_constraint(ConstraintSpec(constraints::MaxNorm({.axis = 1})).rule());
  expect_refused<ShapeError>(
      {ones_, Tensor(1.0f)}, {kernel_, bias_},
      "kernel: axis must lie in [-1, 1) for rank 1. Received: axis=1, shape=(2,).");
}

TEST_F(FailedApply, OfAConstraintThatRaisesAfterAnotherProjected) {
  const ConstraintSpec half = [](const Tensor& w) { return 0.5f * w; };
  const ConstraintSpec broken = [](const Tensor&) -> Tensor { throw InvalidArgument("no"); };
  kernel_.set_constraint(half.rule());
  bias_.set_constraint(broken.rule());
  expect_refused({ones_, Tensor(1.0f)}, {kernel_, bias_}, "no");
}

TEST(AccumulatingApply, ThatFailsLeavesTheSumAsItWas) {
  const ConstraintSpec broken = [](const Tensor&) -> Tensor { throw InvalidArgument("no"); };
  const Variable w("w", Tensor(1.0f));
  SGD optimizer({.learning_rate = 1.0f, .gradient_accumulation_steps = 2});
  optimizer.apply({Tensor(1.0f)}, {w});
  w.set_constraint(broken.rule());
  EXPECT_THAT([&] { optimizer.apply({Tensor(2.0f)}, {w}); }, Raises("no"));
  EXPECT_EQ(w.value().item(), 1.0f);
  w.set_constraint(nullptr);
  optimizer.apply({Tensor(3.0f)}, {w});
  EXPECT_EQ(w.value().item(), -1.0f);
}

TEST(AccumulatingApply, RefusesASumBeyondFloat) {
  const Variable a("a", Tensor({2}, {1, 1}));
  const Variable b("b", Tensor({2}, {1, 1}));
  const Tensor small({2}, {0.5f, 0.5f});
  SGD optimizer({.learning_rate = 1.0f, .gradient_accumulation_steps = 2});
  optimizer.apply({small, Tensor({2}, {0.5f, 3e38f})}, {a, b});
  EXPECT_THAT(([&] {
                optimizer.apply({small, Tensor({2}, {0.5f, 3e38f})}, {a, b});
              }),
              Raises<StateError>("SGD: the sum of accumulated gradients must be finite. Received: "
                                 "an infinite one for b of shape (2,)."));
  EXPECT_THAT(a.value(), IsClose(Tensor({2}, {1, 1})));
  EXPECT_EQ(optimizer.variables()[2].value().values()[0], 0.5f);
  optimizer.apply({small, Tensor({2}, {0.5f, -3e38f})}, {a, b});
  EXPECT_THAT(a.value(), IsClose(Tensor({2}, {0.5f, 0.5f})));
  EXPECT_THAT(b.value(), IsClose(Tensor({2}, {0.5f, 1.0f})));
}

TEST(AccumulatingApply, TakesAnInfiniteSumThatIsCut) {
  const Variable w("w", Tensor(1.0f));
  SGD optimizer({.learning_rate = 1.0f, .clipvalue = 1.0f, .gradient_accumulation_steps = 2});
  optimizer.apply({Tensor(3e38f)}, {w});
  optimizer.apply({Tensor(3e38f)}, {w});
  EXPECT_EQ(w.value().item(), 0.0f);
}

TEST(FirstApply, ThatFailsBuildsNothing) {
  Adam optimizer;
  const Variable w("w", Tensor(1.0f));
  EXPECT_THROW(optimizer.apply({Tensor()}, {w}), InvalidArgument);
  EXPECT_THROW(optimizer.apply({Tensor({2}, {1, 2})}, {w}), ShapeError);
  EXPECT_FALSE(optimizer.built());
  EXPECT_EQ(optimizer.variables().size(), 2U);
}

TEST(Build, OfOtherVariablesThanBeforeIsRefused) {
  const Variable w("w", Tensor(1.0f));
  SGD optimizer;
  optimizer.build({w});
  EXPECT_NO_THROW(optimizer.build({w}));
  EXPECT_THAT(
      [&] {
        optimizer.build({Variable("v", Tensor({3}, {1, 2, 3}))});
      },
      Raises<InvalidArgument>(
          "SGD: unknown variable: an optimizer works on the variables it was first given "
          "(w); make a new one for others, or compile() the model again after unfreezing or adding "
          "layers. Received: v of shape (3,)."));
}

TEST(Options, OfALearningRateThatIsNegativeOrNotFiniteAreRefused) {
  const std::string rule = "learning_rate must be finite and >= 0. Received: learning_rate=";
  EXPECT_THAT([] { SGD({.learning_rate = -0.1f}); }, Raises("SGD: " + rule + "-0.1."));
  EXPECT_THAT([] { Adam({.learning_rate = kNaN}); }, Raises("Adam: " + rule + "nan."));
  EXPECT_THAT([] { RMSprop({.learning_rate = kInf}); }, Raises("RMSprop: " + rule + "inf."));
  AdamW optimizer;
  EXPECT_THAT([&] { optimizer.set_learning_rate(-1.0f); }, Raises("AdamW: " + rule + "-1."));
  EXPECT_EQ(optimizer.learning_rate(), 0.001f);
}

TEST(Options, OfMoreThanOneClippingAreRefused) {
  EXPECT_THAT(([] { SGD({.clipnorm = 1.0f, .clipvalue = 0.5f}); }),
              Raises("SGD: at most one of clipnorm, clipvalue and global_clipnorm can be set. "
                     "Received: clipnorm=1, clipvalue=0.5."));
  EXPECT_THAT(([] { Adam({.clipvalue = 1.0f, .global_clipnorm = 2.0f}); }),
              Raises("Adam: at most one of clipnorm, clipvalue and global_clipnorm can be set. "
                     "Received: clipvalue=1, global_clipnorm=2."));
  EXPECT_THAT([] { SGD({.clipnorm = kNaN}); },
              Raises("SGD: clipnorm must be a number. Received: clipnorm=nan."));
}

TEST(Options, OfAccumulationOverLessThanTwoAreRefused) {
  EXPECT_THAT([] { SGD({.gradient_accumulation_steps = 1}); },
              Raises("SGD: gradient_accumulation_steps must be >= 2. Received: "
                     "gradient_accumulation_steps=1."));
}

TEST(Options, OfAveragesOutOfRangeAreRefused) {
  EXPECT_THAT(([] { SGD({.use_ema = true, .ema_momentum = 1.5f}); }),
              Raises("SGD: ema_momentum must be in [0, 1]. Received: ema_momentum=1.5."));
  EXPECT_THAT(([] { SGD({.use_ema = true, .ema_momentum = kNaN}); }),
              Raises("SGD: ema_momentum must be in [0, 1]. Received: ema_momentum=nan."));
  EXPECT_THAT(([] { SGD({.use_ema = true, .ema_overwrite_frequency = -1}); }),
              Raises("SGD: ema_overwrite_frequency must be >= 0. Received: "
                     "ema_overwrite_frequency=-1."));
}

TEST(Options, OfDecayOrLossScaleOutOfRangeAreRefused) {
  EXPECT_THAT([] { SGD({.weight_decay = -0.1f}); },
              Raises("SGD: weight_decay must be finite and >= 0. Received: weight_decay=-0.1."));
  EXPECT_THAT([] { AdamW({.weight_decay = kNaN}); },
              Raises("AdamW: weight_decay must be finite and >= 0. Received: weight_decay=nan."));
  EXPECT_THAT([] { SGD({.loss_scale_factor = 0.0f}); },
              Raises("SGD: loss_scale_factor must be finite and > 0. Received: "
                     "loss_scale_factor=0."));
}

TEST(Options, OfTheirOwnOutOfRangeAreRefused) {
  EXPECT_THAT([] { SGD({.momentum = 1.1f}); },
              Raises("SGD: momentum must be in [0, 1]. Received: momentum=1.1."));
  EXPECT_THAT([] { RMSprop({.momentum = -0.1f}); },
              Raises("RMSprop: momentum must be in [0, 1]. Received: momentum=-0.1."));
  EXPECT_THAT([] { RMSprop({.rho = 1.0f}); },
              Raises("RMSprop: rho must be in [0, 1). Received: rho=1."));
  EXPECT_THAT([] { Adam({.beta_1 = 1.0f}); },
              Raises("Adam: beta_1 must be in [0, 1). Received: beta_1=1."));
  EXPECT_THAT([] { AdamW({.beta_2 = kNaN}); },
              Raises("AdamW: beta_2 must be in [0, 1). Received: beta_2=nan."));
  EXPECT_THAT([] { Adamax({.beta_1 = 1.0f}); },
              Raises("Adamax: beta_1 must be in [0, 1). Received: beta_1=1."));
  EXPECT_THAT([] { Nadam({.beta_2 = -1.0f}); },
              Raises("Nadam: beta_2 must be in [0, 1). Received: beta_2=-1."));
  EXPECT_THAT([] { Lamb({.beta_2 = 1.0f}); },
              Raises("Lamb: beta_2 must be in [0, 1). Received: beta_2=1."));
  EXPECT_THAT([] { Adadelta({.rho = 1.5f}); },
              Raises("Adadelta: rho must be in [0, 1). Received: rho=1.5."));
  EXPECT_THAT([] { Lion({.beta_1 = 0.0f}); },
              Raises("Lion: beta_1 must be in (0, 1]. Received: beta_1=0."));
  EXPECT_THAT([] { Adagrad({.initial_accumulator_value = -1.0f}); },
              Raises("Adagrad: initial_accumulator_value must be finite and >= 0. Received: "
                     "initial_accumulator_value=-1."));
  EXPECT_THAT([] { Ftrl({.learning_rate_power = 0.5f}); },
              Raises("Ftrl: learning_rate_power must be finite and <= 0. Received: "
                     "learning_rate_power=0.5."));
  EXPECT_THAT([] { Ftrl({.l1_regularization_strength = -0.5f}); },
              Raises("Ftrl: l1_regularization_strength must be finite and >= 0. Received: "
                     "l1_regularization_strength=-0.5."));
  EXPECT_THAT([] { Adafactor({.clip_threshold = 0.0f}); },
              Raises("Adafactor: clip_threshold must be > 0. Received: clip_threshold=0."));
  EXPECT_THAT([] { Adafactor({.beta_2_decay = 0.5f}); },
              Raises("Adafactor: beta_2_decay must be finite and <= 0. Received: "
                     "beta_2_decay=0.5."));
  const std::string rule = "epsilon must be finite and >= 1.18e-38. Received: epsilon=";
  EXPECT_THAT([] { Adam({.epsilon = -1.0f}); }, Raises("Adam: " + rule + "-1."));
  EXPECT_THAT([] { AdamW({.epsilon = 0.0f}); }, Raises("AdamW: " + rule + "0."));
  EXPECT_THAT([] { RMSprop({.epsilon = 1e-39f}); }, Raises("RMSprop: " + rule + "1e-39."));
}

TEST(ExcludeFromWeightDecay, RefusesWhatIsNoRegularExpressionAndTakesNone) {
  SGD optimizer({.learning_rate = 1.0f, .weight_decay = 0.5f});
  EXPECT_THAT(([&] {
                optimizer.exclude_from_weight_decay({"w", "("});
              }),
              Raises("SGD: a name to exclude must be a regular expression. Received: (."));
  const Variable w("w", Tensor(2.0f));
  optimizer.apply({Tensor(0.0f)}, {w});
  EXPECT_EQ(w.value().item(), 1.0f);
}

}  // namespace
}  // namespace errors_test
}  // namespace strata::testing
