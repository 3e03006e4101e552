// What all losses share: ranks, weights, reductions, callables, configs.
#include "strata/losses/loss.hpp"

#include <gtest/gtest.h>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/losses/cosine_similarity.hpp"
#include "strata/losses/formula_loss.hpp"
#include "strata/losses/huber.hpp"
#include "strata/losses/sparse_categorical_crossentropy.hpp"
#include "strata/ops/ops.hpp"
#include "strata/saving/register_serializable.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

using losses::MeanSquaredError;

const Tensor kTrue({2, 2}, {0, 1, 0, 0});
const Tensor kPred({2, 2}, {0.6f, 0.4f, 0.4f, 0.6f});  // squared errors: 0.36 and 0.26 a sample

TEST(Loss, IsAMeanOverAllValuesByDefault) {
  EXPECT_FLOAT_EQ(MeanSquaredError()(kTrue, kPred).item(), 0.31f);
  EXPECT_FLOAT_EQ(MeanSquaredError({.reduction = "mean"})(kTrue, kPred).item(), 0.31f);
}

TEST(Loss, ReducesAsTold) {
  EXPECT_FLOAT_EQ(MeanSquaredError({.reduction = "sum"})(kTrue, kPred).item(), 0.62f);
  EXPECT_THAT(MeanSquaredError({.reduction = "none"})(kTrue, kPred),
              IsClose(Tensor({2}, {0.36f, 0.26f})));
}

TEST(Loss, WeightsDoNotChangeTheDivisorOfAMean) {
  const Tensor weights({2}, {0.0f, 2.0f});
  EXPECT_FLOAT_EQ(MeanSquaredError()(kTrue, kPred, weights).item(), 0.26f);
  EXPECT_FLOAT_EQ(MeanSquaredError({.reduction = "sum"})(kTrue, kPred, weights).item(), 0.52f);
  EXPECT_FLOAT_EQ(
      MeanSquaredError({.reduction = "mean_with_sample_weight"})(kTrue, kPred, weights).item(),
      0.26f);
}

TEST(Loss, ASampleOfWeightZeroShrinksTheMean) {
  const float plain = MeanSquaredError()(kTrue, kPred).item();
  const float weighted = MeanSquaredError()(kTrue, kPred, Tensor({2}, {1.0f, 0.0f})).item();
  EXPECT_FLOAT_EQ(weighted, 0.18f);
  EXPECT_LT(weighted, plain);
}

TEST(Loss, WeightsThatSumToZeroGiveZero) {
  const MeanSquaredError loss({.reduction = "mean_with_sample_weight"});
  EXPECT_EQ(loss(kTrue, kPred, Tensor({2}, {0.0f, 0.0f})).item(), 0.0f);
}

TEST(Loss, TakesWeightsAsAColumnOrAScalar) {
  const Tensor column({2, 1}, {0.0f, 2.0f});
  EXPECT_FLOAT_EQ(MeanSquaredError()(kTrue, kPred, column).item(), 0.26f);
  EXPECT_FLOAT_EQ(MeanSquaredError()(kTrue, kPred, 3.0f).item(), 0.93f);
}

TEST(Loss, WeightsOfSamplesHoldForAllTheirValues) {
  const Tensor y_true = ops::zeros({2, 3, 1});
  const Tensor y_pred({2, 3, 1}, {1, 1, 1, 2, 2, 2});
  const Tensor weights({2}, {1.0f, 0.5f});
  EXPECT_FLOAT_EQ(MeanSquaredError()(y_true, y_pred, weights).item(), 1.5f);
  EXPECT_FLOAT_EQ(
      MeanSquaredError({.reduction = "mean_with_sample_weight"})(y_true, y_pred, weights).item(),
      2.0f);
}

TEST(Loss, TakesOneWeightAValue) {
  const Tensor y_true = ops::zeros({2, 2, 1});
  const Tensor y_pred = ops::ones({2, 2, 1});
  const Tensor weights({2, 2}, {1, 0, 0, 3});
  EXPECT_THAT(MeanSquaredError({.reduction = "none"})(y_true, y_pred, weights), IsClose(weights));
}

TEST(Loss, AlignsAVectorWithAColumn) {
  const Tensor vector({3}, {1, 2, 3});
  const Tensor column({3, 1}, {2, 2, 5});
  EXPECT_THAT(MeanSquaredError({.reduction = "none"})(vector, column),
              IsClose(Tensor({3}, {1, 0, 4})));
  EXPECT_THAT(MeanSquaredError({.reduction = "none"})(column, vector),
              IsClose(Tensor({3}, {1, 0, 4})));
}

TEST(Loss, DropsALastAxisOfOneThatIsTooMany) {
  const Tensor matrix({2, 2}, {0, 0, 0, 0});
  const Tensor longer({2, 2, 1}, {1, 1, 2, 2});
  EXPECT_THAT(MeanSquaredError({.reduction = "none"})(matrix, longer),
              IsClose(Tensor({2}, {1, 4})));
}

TEST(Loss, OfAnEmptyBatchIsZero) {
  EXPECT_EQ(MeanSquaredError()(ops::zeros({0, 3, 2}), ops::zeros({0, 3, 2})).item(), 0.0f);
  EXPECT_EQ(MeanSquaredError()(ops::zeros({0, 2}), ops::zeros({0, 2})).shape(), Shape({0}));
}

TEST(Loss, GradientFlowsToWeightsAndTargets) {
  GradientTape tape({.persistent = true});
  const Tensor weights = tape.watch(Tensor({2}, {1.0f, 1.0f}));
  const Tensor targets = tape.watch(kTrue);
  const Tensor loss = MeanSquaredError({.reduction = "sum"})(targets, kPred, weights);
  EXPECT_THAT(tape.gradient(loss, weights), IsClose(Tensor({2}, {0.36f, 0.26f})));
  EXPECT_THAT(tape.gradient(loss, targets), IsClose(Tensor({2, 2}, {-0.6f, 0.6f, -0.4f, -0.6f})));
}

TEST(Loss, RefusesAnUnknownReduction) {
  EXPECT_THAT([] { MeanSquaredError({.reduction = "average"}); },
              Raises<InvalidArgument>(
                  "Loss: reduction must be one of sum_over_batch_size, mean, sum, none, "
                  "mean_with_sample_weight. Received: reduction=average."));
}

TEST(Loss, RefusesShapesThatDiffer) {
  EXPECT_THAT(
      [] {
        MeanSquaredError()(kTrue, ops::zeros({2, 3}));
      },
      Raises<ShapeError>("MeanSquaredError: y_true and y_pred must have the same shape, of "
                         "rank 1 or more. Received: y_true.shape=(2, 2), "
                         "y_pred.shape=(2, 3)."));
}

TEST(Loss, RefusesWeightsThatDoNotFit) {
  EXPECT_THAT([] { MeanSquaredError()(kTrue, kPred, ops::ones({3})); },
              Raises<ShapeError>("MeanSquaredError: sample_weight must have one weight per sample, "
                                 "or one per value. Received: sample_weight.shape=(3,), values of "
                                 "shape (2,)."));
}

TEST(Loss, RefusesAnUndefinedTensor) {
  EXPECT_THAT([] { MeanSquaredError()(kTrue, Tensor()); },
              Raises("MeanSquaredError: y_true and y_pred must be defined. Received: an undefined "
                     "y_pred."));
}

TEST(Loss, OfACallableIsReducedByItsMean) {
  const LossSpec loss = [](const Tensor& y_true, const Tensor& y_pred) {
    return ops::sum(ops::abs(y_true - y_pred), -1);
  };
  EXPECT_FLOAT_EQ(loss(kTrue, kPred).item(), 1.1f);
  EXPECT_FLOAT_EQ(loss(kTrue, kPred, Tensor({2}, {0.0f, 1.0f})).item(), 0.5f);
  EXPECT_EQ(loss->name(), "lambda");
}

TEST(Loss, OfACallableThatReturnsAScalarStaysAsItIs) {
  const LossSpec loss = [](const Tensor& y_true, const Tensor& y_pred) {
    return ops::sum(ops::square(y_true - y_pred));
  };
  EXPECT_FLOAT_EQ(loss(kTrue, kPred).item(), 1.24f);
  EXPECT_FLOAT_EQ(loss(kTrue, kPred, Tensor({2}, {1.0f, 2.0f})).item(), 1.86f);
}

TEST(Loss, RefusesACallableThatReturnsNothing) {
  const LossSpec loss = [](const Tensor&, const Tensor&) { return Tensor(); };
  EXPECT_THAT([&] { loss(kTrue, kPred); },
              Raises("lambda: a loss must return a tensor. Received: an undefined one."));
}

class Quartic : public Loss {
 public:
  using Loss::Loss;

 protected:
  Tensor call(const Tensor& y_true, const Tensor& y_pred) const override {
    return ops::mean(ops::square(ops::square(y_true - y_pred)), -1);
  }
};

TEST(Loss, IsOpenToUsersClasses) {
  const LossSpec loss = Quartic({.reduction = "sum"});
  EXPECT_FLOAT_EQ(loss(kTrue, kPred).item(), 0.1296f + 0.0776f);
  EXPECT_EQ(loss->name(), "quartic");
}

TEST(Loss, ConfigHasNameAndReduction) {
  EXPECT_EQ(losses::serialize(MeanSquaredError({.reduction = "sum"})).dump(),
            R"({"module":"keras.losses","class_name":"MeanSquaredError","config":{"name":)"
            R"("mean_squared_error","reduction":"sum"},"registered_name":null})");
}

TEST(Loss, ConfigKeepsWhatKerasLoses) {
  EXPECT_EQ(losses::Huber({.delta = 0.5f}).get_config().dump(),
            R"({"name":"huber_loss","reduction":"sum_over_batch_size","delta":0.5})");
  EXPECT_EQ(losses::CosineSimilarity({.axis = 0}).get_config().dump(),
            R"({"name":"cosine_similarity","reduction":"sum_over_batch_size","axis":0})");
}

TEST(Loss, ConfigOfDefaultsIsThatOfKeras) {
  EXPECT_EQ(losses::Huber().get_config().dump(),
            R"({"name":"huber_loss","reduction":"sum_over_batch_size"})");
  EXPECT_EQ(losses::SparseCategoricalCrossentropy({.ignore_class = 3}).get_config().dump(),
            R"({"name":"sparse_categorical_crossentropy","reduction":"sum_over_batch_size",)"
            R"("from_logits":false,"ignore_class":3})");
}

TEST(Loss, ConfigsRoundTrip) {
  for (const LossSpec& loss :
       {LossSpec(losses::Huber({.delta = 0.25f, .reduction = "none", .name = "mine"})),
        LossSpec(losses::CosineSimilarity({.axis = 1})), LossSpec(MeanSquaredError()),
        LossSpec(losses::SparseCategoricalCrossentropy(
            {.from_logits = true, .ignore_class = -1, .axis = 1}))}) {
    const Config config = losses::serialize(loss);
    EXPECT_EQ(losses::serialize(losses::deserialize(config)), config);
  }
}

TEST(Loss, ConfigWithANullReductionMeansNone) {
  const LossSpec loss = losses::deserialize(
      {{"class_name", "MeanSquaredError"}, {"config", {{"reduction", nullptr}}}});
  EXPECT_EQ(loss->reduction(), "none");
}

TEST(Loss, ConfigWithAnUnknownKeyIsRefused) {
  EXPECT_THAT(
      [] {
        MeanSquaredError::from_config({{"delta", 1.0}});
      },
      Raises("MeanSquaredError: unknown key in the config; known are name, reduction, "
             "dtype. Received: delta=1.0."));
}

TEST(Loss, NothingSerializesToNull) {
  EXPECT_EQ(losses::serialize(nullptr), Config(nullptr));
  EXPECT_FALSE(losses::deserialize(nullptr));
}

TEST(Loss, OfAnUnregisteredCallableHasNoConfig) {
  const LossSpec loss = [](const Tensor& y_true, const Tensor&) { return y_true; };
  EXPECT_THAT([&] { losses::serialize(loss); },
              Raises("Loss: a callable can be written into a config only when registered: use what "
                     "register_serializable({.package = …, .name = …}, callable) returns. "
                     "Received: a nameless callable."));
}

}  // namespace
}  // namespace strata::testing
