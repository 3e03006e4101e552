// Recurrent layers and cells: against Keras's values, and what states, masks and dropout do.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "strata/autodiff/gradient_tape.hpp"
#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/bidirectional.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/gru.hpp"
#include "strata/layers/input.hpp"
#include "strata/layers/lstm.hpp"
#include "strata/layers/rnn.hpp"
#include "strata/layers/simple_rnn.hpp"
#include "strata/layers/stacked_rnn_cells.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/linear_algebra.hpp"
#include "strata/ops/reduction.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/tensor/random.hpp"
#include "support/golden.hpp"
#include "support/gradient_gap.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using layers::Bidirectional;
using layers::GRU;
using layers::GRUCell;
using layers::LSTM;
using layers::LSTMCell;
using layers::RNN;
using layers::SimpleRNN;
using layers::SimpleRNNCell;
using layers::StackedRNNCells;
using testing::golden_tensor;
using testing::gradient_gap;
using testing::IsClose;
using testing::Raises;

Tensor draw(const Shape& shape, std::uint64_t seed = 1) {
  return random::Generator(seed).normal(shape);
}

// A sequence and initial states as a call takes them.
Tensors with_states(const Tensor& sequences, const std::vector<Tensor>& states) {
  std::vector<Tensor> all = {sequences};
  all.insert(all.end(), states.begin(), states.end());
  return Tensors(std::move(all));
}

std::vector<Tensor> golden_tensors(const Config& list) {
  std::vector<Tensor> tensors;
  for (const Config& value : list) tensors.push_back(golden_tensor(value));
  return tensors;
}

void expect_all_close(const std::vector<Tensor>& actual, const std::vector<Tensor>& expected,
                      const char* what) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  for (std::size_t i = 0; i < actual.size(); ++i)
    EXPECT_THAT(actual[i], IsClose(expected[i])) << what << " " << i;
}

class RecurrentGolden : public ::testing::TestWithParam<Config> {};

TEST_P(RecurrentGolden, AgreesWithKeras) {
  const Config& golden = GetParam();
  SCOPED_TRACE(golden["layer"].get<std::string>() + golden["arguments"].dump());
  const auto layer =
      layers::deserialize({{"class_name", golden["layer"]}, {"config", golden["arguments"]}});
  GradientTape tape({.persistent = true});
  const Tensor x = tape.watch(golden_tensor(golden["x"]));
  std::vector<Tensor> states;
  for (const Tensor& state : golden_tensors(golden["states"])) states.push_back(tape.watch(state));
  layer->build(x.shape());
  layer->set_weights(golden_tensors(golden["weights"]));

  const Tensors outputs =
      (*layer)(with_states(x, states), CallContext{.mask = golden_tensor(golden["mask"])});
  expect_all_close({outputs.begin(), outputs.end()}, golden_tensors(golden["outputs"]), "output");
  const std::vector<Tensor> losses = layer->losses();
  std::vector<Tensor> expected_losses;
  for (const Config& loss : golden["losses"]) expected_losses.emplace_back(loss.get<float>());
  expect_all_close(losses, expected_losses, "loss");

  Tensor objective = ops::sum(losses);
  const std::vector<Tensor> dys = golden_tensors(golden["dys"]);
  for (std::size_t i = 0; i < dys.size(); ++i)
    objective = objective + ops::sum(outputs[i] * dys[i]);
  expect_all_close(tape.gradient(objective, layer->trainable_variables()),
                   golden_tensors(golden["weight_gradients"]), "weight gradient");
  EXPECT_THAT(tape.gradient(objective, x), IsClose(golden_tensor(golden["x_gradient"])));
  expect_all_close(tape.gradient(objective, states), golden_tensors(golden["state_gradients"]),
                   "state gradient");
}

INSTANTIATE_TEST_SUITE_P(All, RecurrentGolden, ::testing::ValuesIn([] {
                           const Config& cases = testing::golden_cases("layers_recurrent");
                           return std::vector<Config>(cases.begin(), cases.end());
                         }()),
                         [](const auto& test) {
                           return test.param["layer"].template get<std::string>() + "_" +
                                  std::to_string(test.index);
                         });

// Through the layer, with penalties, masks and initial states.
TEST(Recurrent, GradientMatchesCentralDifferences) {
  const Tensor mask({2, 3}, {1, 0, 1, 1, 1, 0});
  for (const bool backwards : {false, true}) {
    for (const char* activation : {"tanh", "softsign"}) {
      LSTM lstm({.units = 2,
                 .activation = activation,
                 .activity_regularizer = "l2",
                 .return_sequences = true,
                 .go_backwards = backwards});
      GRU gru({.units = 2,
               .activation = activation,
               .activity_regularizer = "l2",
               .go_backwards = backwards,
               .reset_after = backwards});
      for (Layer* layer : {static_cast<Layer*>(&lstm), static_cast<Layer*>(&gru)}) {
        const auto f = [&](const Tensor& x) {
          const Tensor y = (*layer)(x, {.mask = mask});
          return ops::sum(ops::square(y)) + ops::sum(layer->losses());
        };
        EXPECT_LT(gradient_gap(f, draw({2, 3, 2})), 5e-3) << layer->name();
      }
    }
  }
}

TEST(Recurrent, OtherActivationsOfTheSameNameGiveTheSameNumbers) {
  const auto tanh = [](const Tensor& x) { return ops::tanh(x); };
  const Tensor x = draw({3, 4, 2});
  const auto compare = [&](auto fused, auto stepwise) {
    fused.build(x.shape());
    stepwise.build(x.shape());
    stepwise.set_weights(fused.get_weights());
    EXPECT_THAT(stepwise(x), IsClose(fused(x), 1e-6));
  };
  compare(LSTM({.units = 5}), LSTM({.units = 5, .activation = tanh}));
  compare(GRU({.units = 5}), GRU({.units = 5, .activation = tanh}));
  compare(GRU({.units = 5, .reset_after = false}),
          GRU({.units = 5, .activation = tanh, .reset_after = false}));
  compare(SimpleRNN(5), SimpleRNN({.units = 5, .activation = tanh}));
}

TEST(Recurrent, NamesItsWeightsAndPenalties) {
  LSTM lstm(
      {.units = 2, .kernel_regularizer = "l2", .recurrent_regularizer = "l2", .name = "memory"});
  lstm.build({1, 3, 4});
  std::vector<std::string> sources;
  for (const Penalty& penalty : lstm.penalties()) {
    EXPECT_EQ(penalty.layer, "memory");
    sources.push_back(penalty.source);
  }
  EXPECT_EQ(sources, (std::vector<std::string>{"kernel", "recurrent_kernel"}));
  lstm.set_regularizer("recurrent_kernel", nullptr);
  EXPECT_EQ(lstm.losses().size(), 1U);
  EXPECT_EQ(lstm.weight("kernel").axes(), (WeightAxes{.input = 0, .output = 1, .gates = 4}));
  EXPECT_EQ(lstm.recurrent_kernel().shape(), (Shape{2, 8}));
}

TEST(Recurrent, BeginsWithAForgetGateOfOnes) {
  LSTM lstm(2);
  lstm.build({1, 3, 4});
  EXPECT_THAT(lstm.bias(), IsClose(Tensor({8}, {0, 0, 1, 1, 0, 0, 0, 0}), 0.0));
  LSTM plain({.units = 2, .bias_initializer = "ones", .unit_forget_bias = false});
  plain.build({1, 3, 4});
  EXPECT_THAT(plain.bias(), IsClose(ops::ones({8}), 0.0));
}

TEST(Recurrent, ReturnsItsStatesAndGoesOnFromThem) {
  const Tensor x = draw({2, 6, 3});
  LSTM lstm({.units = 4, .return_sequences = true, .return_state = true});
  const Tensors whole = lstm(Tensors(x));
  ASSERT_EQ(whole.size(), 3U);
  const Tensors first = lstm(Tensors(ops::slice(x, {0, 0, 0}, {2, 2, 3})));
  const Tensors rest = lstm(Tensors({ops::slice(x, {0, 2, 0}, {2, 4, 3}), first[1], first[2]}));
  EXPECT_THAT(ops::concatenate({first[0], rest[0]}, 1), IsClose(whole[0], 1e-6));
  EXPECT_THAT(rest[2], IsClose(whole[2], 1e-6));
  EXPECT_EQ(lstm.compute_output_shapes({{2, 6, 3}}),
            (std::vector<Shape>{{2, 6, 4}, {2, 4}, {2, 4}}));
}

TEST(Recurrent, StatefulLayersGoOnWhereTheLastBatchEnded) {
  const Tensor x = draw({2, 6, 3});
  GRU stateful({.units = 4, .stateful = true});
  const Tensor first = stateful(ops::slice(x, {0, 0, 0}, {2, 2, 3}));
  const Tensor last = stateful(ops::slice(x, {0, 2, 0}, {2, 4, 3}));
  GRU whole(4);
  whole.build(x.shape());
  whole.set_weights(stateful.get_weights());
  EXPECT_THAT(last, IsClose(whole(x), 1e-6));
  EXPECT_THAT(stateful.states().front(), IsClose(last, 0.0));
  stateful.reset_state();
  EXPECT_THAT(stateful(ops::slice(x, {0, 0, 0}, {2, 2, 3})), IsClose(first, 0.0));
  EXPECT_THROW(stateful(draw({3, 2, 3})), ShapeError);
  EXPECT_THAT(
      [] {
        GRU({.units = 2, .stateful = true, .name = "g"}).build({Shape::kUnknown, 3, 4});
      },
      Raises<ShapeError>("g: a stateful layer must know the batch size when it is built: "
                         "give the Input a batch_size. Received: shape=(None, 3, 4)."));
}

class FailsWhenTold : public Layer {
 public:
  Tensor call(const Tensor& inputs, const CallContext&) override {
    if (fails) throw InvalidArgument("told to fail");
    return inputs;
  }
  bool fails = false;
};

TEST(Recurrent, AStepThatFailsLeavesTheStates) {
  const auto stateful = std::make_shared<GRU>(GRU::Options{.units = 1, .stateful = true});
  const auto failing = std::make_shared<FailsWhenTold>();
  Sequential model({layers::Input({.shape = {3, 2}, .batch_size = 2}), stateful, failing});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const Tensor x = draw({2, 3, 2});
  const Tensor y = draw({2, 1});
  model.train_on_batch(x, y);
  const Tensor before = stateful->states().front();
  failing->fails = true;
  EXPECT_THROW(model.train_on_batch(x, y), InvalidArgument);
  EXPECT_THAT(stateful->states().front(), IsClose(before, 0.0));
  failing->fails = false;
  model.train_on_batch(x, y);
  EXPECT_GT(testing::relative_gap(stateful->states().front(), before), 0.0);
}

TEST(Recurrent, MaskedStepsChangeNoState) {
  const Tensor x = draw({1, 4, 3});
  const Tensor shorter = ops::slice(x, {0, 0, 0}, {1, 2, 3});
  const Tensor mask({1, 4}, {1, 1, 0, 0});
  LSTM lstm({.units = 3});
  EXPECT_THAT(lstm(x, {.mask = mask}), IsClose(lstm(shorter), 1e-6));
  LSTM zeroed({.units = 3, .zero_output_for_mask = true});
  EXPECT_THAT(zeroed(x, {.mask = mask}), IsClose(ops::zeros({1, 3}), 0.0));
  const MaskedOutput last = lstm.call_with_mask(x, {.mask = mask});
  EXPECT_FALSE(last.mask.defined());
  LSTM sequences({.units = 3, .return_sequences = true});
  EXPECT_THAT(sequences.call_with_mask(x, {.mask = mask}).mask, IsClose(mask, 0.0));
  EXPECT_THAT(
      [&] {
        lstm(x, {.mask = ops::ones({1, 3})});
      },
      Raises<ShapeError>(lstm.name() + ": the mask must have the shape (batch, steps) of the "
                                       "inputs, (1, 4). Received: shape=(1, 3)."));
}

// What is dropped is the same for all steps of a sequence, and differs from call to call.
TEST(Recurrent, DropsTheSameInputsInAllSteps) {
  SimpleRNN rnn({.units = 40,
                 .activation = nullptr,
                 .kernel_initializer = "identity",
                 .recurrent_initializer = "zeros",
                 .dropout = 0.25f,
                 .seed = 3,
                 .return_sequences = true});
  const Tensor x = ops::ones({50, 3, 40});
  const Tensor y = rnn(x, {.training = true});
  const Tensor first = ops::slice(y, {0, 0, 0}, {50, 1, 40});
  EXPECT_THAT(y, IsClose(ops::broadcast_to(first, {50, 3, 40}), 1e-6));
  EXPECT_NEAR(ops::mean(y).item(), 1.0f, 0.05f);
  const auto values = first.values();
  const auto zeros = std::count(values.begin(), values.end(), 0.0f);
  EXPECT_NEAR(static_cast<double>(zeros) / 2000.0, 0.25, 0.04);
  EXPECT_THAT(rnn(x), IsClose(x, 1e-6));
  EXPECT_THAT(rnn(x, {.training = true}), ::testing::Not(IsClose(y, 1e-3)));
}

TEST(Recurrent, DropsTheStateOncePerSequence) {
  const auto rates = [](auto layer) {
    const Tensor x = draw({64, 5, 8});
    const Tensor once = layer(x, {.training = true});
    EXPECT_THAT(layer(x, {.training = true}), ::testing::Not(IsClose(once, 1e-3)));
    EXPECT_THAT(layer(x), IsClose(layer(x), 0.0));
    const auto states = layer.random_states();
    const Tensor again = layer(x, {.training = true});
    layer.set_random_states(states);
    EXPECT_THAT(layer(x, {.training = true}), IsClose(again, 0.0));
  };
  rates(LSTM({.units = 6, .dropout = 0.3f, .recurrent_dropout = 0.5f, .seed = 1}));
  rates(GRU({.units = 6, .dropout = 0.3f, .recurrent_dropout = 0.5f, .seed = 1}));
  rates(SimpleRNN({.units = 6, .dropout = 0.3f, .recurrent_dropout = 0.5f, .seed = 1}));
}

TEST(RNNCells, AreOneStepOfTheirLayer) {
  const Tensor x = draw({2, 1, 3});
  const Tensor now = ops::reshape(x, {2, 3});
  LSTM lstm({.units = 4, .return_state = true});
  LSTMCell cell(4);
  cell.build(Shape{2, 3});
  lstm.build(x.shape());
  cell.set_weights(lstm.get_weights());
  const Tensors expected = lstm(Tensors({x, draw({2, 4}, 5), draw({2, 4}, 6)}));
  const Tensors actual = cell(Tensors({now, draw({2, 4}, 5), draw({2, 4}, 6)}));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_THAT(actual[i], IsClose(expected[i], 1e-6));
  EXPECT_EQ(cell(Tensors(now)).size(), 3U) << "from zeros";
  EXPECT_THROW(cell.set_activity_regularizer("l2"), InvalidArgument);
}

TEST(RNNCells, ComeBackFromTheirConfigs) {
  StackedRNNCells stack({LSTMCell({.units = 2, .dropout = 0.5f, .seed = 3}),
                         GRUCell({.units = 3, .reset_after = false}),
                         SimpleRNNCell({.units = 2, .kernel_regularizer = "l2"})});
  const auto copy = layers::deserialize(layers::serialize(stack));
  EXPECT_EQ(copy->get_config(), stack.get_config());
  EXPECT_EQ(dynamic_cast<StackedRNNCells&>(*copy).state_size(), (std::vector<int>{2, 2, 3, 2}));
}

// An exponential average of its inputs, with a weight.
class Average : public layers::RNNCell {
 public:
  std::vector<int> state_size() const override { return {3, 1}; }
  Tensors step(const Tensor& inputs, const Tensors& states, const CallContext&) override {
    const Tensor average = states[0] + rate_ * (inputs - states[0]);
    return {average, average, states[1] + 1.0f};
  }

 protected:
  void create_weights(const Shape& input) override {
    rate_ = add_weight(
        {.name = "rate", .shape = {input.back()}, .initializer = "ones", .regularizer = "l2"});
  }

 private:
  Variable rate_;
};

TEST(RNN, TakesACellOfTheUsers) {
  RNN rnn({.cell = Average(), .return_sequences = true, .return_state = true});
  const Tensor x = draw({2, 4, 3});
  const Tensors y = rnn(Tensors(x));
  EXPECT_THAT(y[0], IsClose(x)) << "with a rate of 1 the average is the input";
  EXPECT_THAT(y[2], IsClose(ops::full({2, 1}, 4.0f)));
  EXPECT_EQ(rnn.losses().size(), 1U);
  EXPECT_EQ(rnn.trainable_variables().size(), 1U);
  const Tensor mask({2, 4}, {1, 0, 1, 1, 0, 1, 1, 0});
  const auto f = [&](const Tensor& inputs) {
    return rnn(Tensors(inputs), CallContext{.mask = mask})[0];
  };
  EXPECT_LT(gradient_gap(f, x), 5e-3);
}

TEST(RNN, StacksAListOfCells) {
  RNN stack({.cell = {LSTMCell(4), GRUCell(3)}, .return_sequences = true});
  const Tensor x = draw({2, 5, 3});
  const Tensor y = stack(x);
  LSTM lower({.units = 4, .return_sequences = true});
  GRU upper({.units = 3, .return_sequences = true});
  lower.build({2, 5, 3});
  upper.build({2, 5, 4});
  std::vector<Tensor> weights = stack.get_weights();
  lower.set_weights({weights.begin(), weights.begin() + 3});
  upper.set_weights({weights.begin() + 3, weights.end()});
  EXPECT_THAT(y, IsClose(upper(lower(x)), 1e-6));
}

TEST(Bidirectional, MergesBothDirections) {
  const Tensor x = draw({2, 5, 3});
  Bidirectional concat(LSTM({.units = 4, .return_sequences = true, .name = "lstm"}));
  const Tensor y = concat(x);
  EXPECT_EQ(y.shape(), (Shape{2, 5, 8}));
  EXPECT_EQ(concat.forward_layer().name(), "forward_lstm");
  EXPECT_EQ(concat.backward_layer().name(), "backward_lstm");
  Bidirectional both({.layer = LSTM({.units = 4, .return_sequences = true}), .merge_mode = {}});
  both.build(x.shape());
  both.set_weights(concat.get_weights());
  const Tensors apart = both(Tensors(x));
  ASSERT_EQ(apart.size(), 2U);
  EXPECT_THAT(ops::concatenate({apart[0], apart[1]}, -1), IsClose(y, 1e-6));
}

TEST(Bidirectional, RefusesLayersThatDoNotGoTogether) {
  EXPECT_THAT([] { Bidirectional({.layer = LSTM(2), .merge_mode = "max"}); },
              Raises("Bidirectional: merge_mode must be concat, sum, mul, ave or none. "
                     "Received: max."));
  EXPECT_THAT([] { Bidirectional({.layer = LSTM(2), .backward_layer = LSTM(2)}); },
              Raises("Bidirectional: the layers must go in different directions. "
                     "Received: go_backwards=false for both."));
  EXPECT_THAT(
      [] {
        Bidirectional({.layer = LSTM({.units = 2, .return_sequences = true}),
                       .backward_layer = LSTM({.units = 2, .go_backwards = true})});
      },
      Raises("Bidirectional: the layers must have the same return_sequences. "
             "Received: return_sequences=true and return_sequences=false."));
  EXPECT_THAT([] { Bidirectional({.layer = layers::Dense({.units = 2, .name = "d"})}); },
              Raises("Bidirectional: layer must be a recurrent layer: RNN, SimpleRNN, LSTM or GRU. "
                     "Received: d."));
}

TEST(Recurrent, SequentialRefusesSeveralOutputs) {
  EXPECT_THAT(
      [] {
        Sequential({layers::Input({4, 2}), LSTM({.units = 2, .return_state = true, .name = "l"})});
      },
      Raises<ShapeError>("l: with return_state there are several outputs, which no layer behind it "
                         "in a Sequential could take; call the layer with Tensors. "
                         "Received: 3 outputs."));
  EXPECT_THROW(
      Sequential({layers::Input({4, 2}), Bidirectional({.layer = LSTM(2), .merge_mode = {}})}),
      ShapeError);
}

TEST(Recurrent, RefusesWhatCannotBe) {
  EXPECT_THAT([] { LSTM(-1); }, Raises("LSTM: units must be a positive integer. "
                                       "Received: units=-1."));
  EXPECT_THAT([] { GRU({.units = 1, .dropout = 1.5f}); },
              Raises("GRU: dropout must lie in [0, 1]. Received: dropout=1.5."));
  EXPECT_THAT([] { LSTM({.units = 1, .use_cudnn = true}); },
              Raises("LSTM: use_cudnn must not be true, since there is no cuDNN on a CPU. "
                     "Received: use_cudnn=true."));
  EXPECT_THAT([] { SimpleRNN({.units = 1, .use_bias = false, .bias_regularizer = "l2"}); },
              Raises("SimpleRNN: a bias_regularizer needs use_bias. Received: use_bias=false."));
  EXPECT_THROW(LSTM(2)(draw({2, 3})), ShapeError);
  LSTM built(2);
  built.build({1, 3, 4});
  EXPECT_THROW(built(draw({1, 3, 5})), ShapeError);
  LSTM failed(2);
  EXPECT_THROW(failed(draw({1, 3, 5}), {.mask = ops::ones({1, 2})}), ShapeError);
  EXPECT_EQ(failed(draw({1, 3, 4})).shape(), (Shape{1, 2})) << "a call that fails builds nothing";
  EXPECT_THROW(StackedRNNCells(std::vector<LayerHandle>{}), InvalidArgument);
  EXPECT_THROW(StackedRNNCells({layers::Dense(2)}), InvalidArgument);
}

TEST(Recurrent, KeepsUseCudnnInItsConfig) {
  EXPECT_FALSE(LSTM(2).get_config().contains("use_cudnn"));
  EXPECT_EQ(GRU({.units = 2, .use_cudnn = false}).get_config()["use_cudnn"], false);
  Config config = LSTM(2).get_config();
  config["use_cudnn"] = "auto";
  EXPECT_FALSE(LSTM::from_config(config).get_config().contains("use_cudnn"));
}

}  // namespace
}  // namespace strata
