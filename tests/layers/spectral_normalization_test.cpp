// SpectralNormalization: the kernel after calls in training, against Keras's, and what follows.
#include "strata/layers/spectral_normalization.hpp"

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/dropout.hpp"
#include "strata/layers/flatten.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/linalg.hpp"
#include "strata/ops/reduction.hpp"
#include "support/golden.hpp"
#include "support/layer_golden.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace spectral_normalization_test {

using layers::Dense;
using layers::SpectralNormalization;
using testing::golden_tensor;
using testing::IsClose;
using testing::Raises;

const CallContext kTraining = {.training = true};

std::vector<Tensor> tensors(const Config& list) {
  std::vector<Tensor> all;
  for (const Config& value : list) all.push_back(golden_tensor(value));
  return all;
}

TEST(SpectralNormalization, AgreesWithKeras) {
  const auto cases = testing::layer_cases("layers_norm", {"SpectralNormalization"});
  EXPECT_EQ(cases.size(), 3U);
  for (const Config& golden : cases) {
    SCOPED_TRACE(golden["arguments"].dump());
    SpectralNormalization layer = SpectralNormalization::from_config(golden["arguments"]);
    const Tensor x = golden_tensor(golden["x"]);
    layer.build(x.shape());
    layer.set_weights(tensors(golden["weights"]));
    EXPECT_THAT(layer(x, kTraining), IsClose(golden_tensor(golden["y_training"])));
    const std::vector<Tensor> after = tensors(golden["weights_after"]);
    const std::vector<Tensor> weights = layer.get_weights();
    ASSERT_EQ(weights.size(), after.size());
    for (std::size_t i = 0; i < after.size(); ++i) EXPECT_THAT(weights[i], IsClose(after[i]));
    EXPECT_THAT(layer(x), IsClose(golden_tensor(golden["y"])));
    const std::vector<Tensor> losses = layer.losses();
    ASSERT_EQ(losses.size(), golden["losses"].size());
    for (std::size_t i = 0; i < losses.size(); ++i)
      EXPECT_NEAR(losses[i].item(), golden["losses"][i].get<float>(), 1e-5);
  }
}

TEST(SpectralNormalization, BringsTheLargestSingularValueToOne) {
  SpectralNormalization layer({.layer = Dense(4), .power_iterations = 100});
  layer(ops::ones({2, 6}), kTraining);
  const Tensor kernel = layer.layer()->weight("kernel");
  EXPECT_NEAR(ops::max(ops::linalg::svd(kernel).s).item(), 1.0f, 1e-3);
}

TEST(SpectralNormalization, LeavesAKernelOfZeros) {
  SpectralNormalization layer({.layer = Dense({.units = 2, .kernel_initializer = "zeros"})});
  layer.build({2, 3});
  const Tensor u = layer.vector_u();
  layer(ops::ones({2, 3}), kTraining);
  EXPECT_THAT(layer.layer()->weight("kernel").value(), IsClose(ops::zeros({3, 2}), 0.0));
  EXPECT_THAT(layer.vector_u().value(), IsClose(u, 0.0));
}

TEST(SpectralNormalization, HasTheGradientOfTheKernelItAssigned) {
  SpectralNormalization layer({.layer = Dense({.units = 2, .use_bias = false})});
  const Tensor x({2, 3}, {1, 2, 3, 4, 5, 6});
  GradientTape tape;
  const Tensor sum = ops::sum(layer(x, kTraining));
  EXPECT_THAT(tape.gradient(sum, layer.trainable_variables())[0],
              IsClose(Tensor({3, 2}, {5, 5, 7, 7, 9, 9})));
}

TEST(SpectralNormalization, ListsTheKernelOnceAndFirst) {
  SpectralNormalization layer(
      {.layer = Dense({.units = 2, .kernel_regularizer = "l2", .name = "inner"}), .name = "outer"});
  layer.build({2, 3});
  std::vector<std::string> paths;
  for (const NamedWeight& named : layer.named_weights()) paths.push_back(named.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"inner/kernel", "vector_u", "inner/bias"}));
  EXPECT_EQ(layer.trainable_variables().size(), 2U);
  EXPECT_EQ(layer.losses().size(), 1U);
  layer.set_regularizer("kernel", nullptr);
  EXPECT_TRUE(layer.losses().empty());
  EXPECT_TRUE(layer.get_config()["layer"]["config"]["kernel_regularizer"].is_null());
}

// Fails in training, behind the layer in question.
class Failing : public Layer {
 public:
  Tensor call(const Tensor& inputs, const CallContext& context) override {
    if (context.training) throw std::runtime_error("failed");
    return inputs;
  }
};

TEST(SpectralNormalization, KeepsItsKernelWhereAStepFails) {
  const auto layer = std::make_shared<SpectralNormalization>(Dense(2));
  Sequential model({layer, Failing()});
  model.build({2, 3});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const std::vector<Tensor> before = model.get_weights();
  EXPECT_THROW(model.train_on_batch(ops::ones({2, 3}), ops::ones({2, 2})), std::runtime_error);
  EXPECT_THROW(model(ops::ones({2, 3}), kTraining), std::runtime_error);
  const std::vector<Tensor> after = model.get_weights();
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_THAT(after[i], IsClose(before[i], 0.0));
}

TEST(SpectralNormalization, RefusesWhatHasNoKernel) {
  EXPECT_THAT([] { SpectralNormalization({.layer = Dense(2), .power_iterations = 0}); },
              Raises("SpectralNormalization: power_iterations must be positive. Received: "
                     "power_iterations=0."));
  EXPECT_THAT(
      [] {
        SpectralNormalization({.layer = layers::Flatten(), .name = "s"}).build({2, 3});
      },
      Raises("s: the layer must have a kernel or embeddings. Received: a Flatten, which has "
             "neither."));
  EXPECT_THAT(
      [] {
        SpectralNormalization::from_config({{"name", "s"}});
      },
      Raises("SpectralNormalization: a config needs a layer. Received: {\"name\":\"s\"}."));
}

}  // namespace spectral_normalization_test
}  // namespace strata
