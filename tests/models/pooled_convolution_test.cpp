// A model computes of a convolution what the max pooling behind it reaches, and both in one where it
// infers; values and gradients are those of the layers one after the other.
#include <gtest/gtest.h>

#include <strata/strata.hpp>

#include "core/parallel.hpp"
#include "core/vector_units.hpp"
#include "kernels/convolution/work_split.hpp"
#include "models/joined_layers.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace {

Tensor one_after_the_other(Sequential& model, const Tensor& x) {
  Tensor y = x;
  for (const auto& layer : model.layers()) y = (*layer)(y);
  return y;
}

constexpr std::int64_t kLargestBatch = 32;

// For batches that are spread over threads whole, and smaller ones.
void expect_same(Sequential model, const Shape& sample) {
  const int before = num_threads();
  const KeepHelpers keep;
  for (const std::int64_t batch : {std::int64_t{1}, std::int64_t{5}, kLargestBatch}) {
    Shape shape = {batch};
    for (const std::int64_t extent : sample) shape.append(extent);
    const Tensor x = random::Generator(7).normal(shape, 0.0f, 1.0f);
    const Tensor expected = one_after_the_other(model, x);
    set_num_threads(1);
    const Tensor alone = model(x);
    EXPECT_EQ(alone.shape(), expected.shape());
    // Tiles add in one order; a BLAS may take another one for a product of more rows.
    const bool by_tiles = vector_units() != VectorUnits::none;
    EXPECT_THAT(alone.values(), ::testing::Pointwise(::testing::FloatNear(by_tiles ? 0.0f : 1e-5f),
                                                     expected.values()));
    for (const int threads : {2, 3}) {
      set_num_threads(threads);
      EXPECT_THAT(model(x).values(), ::testing::ElementsAreArray(alone.values()));
    }
    set_num_threads(before);
  }
}

template <int N>
Sequential pooled(layers::ConvOptions<N> options, layers::MaxPoolingOptions<N> pooling) {
  return Sequential({layers::Conv<N>(std::move(options)), layers::MaxPooling<N>(pooling)});
}

TEST(PooledConvolution, IsTheSameInEveryDimension) {
  expect_same(pooled<1>({.filters = 5, .kernel_size = 3, .activation = "relu"}, {}), {17, 3});
  expect_same(pooled<2>({.filters = 40, .kernel_size = 3, .activation = "relu"}, {}), {13, 12, 2});
  expect_same(pooled<3>({.filters = 6, .kernel_size = 2, .activation = "relu"}, {}), {7, 6, 5, 2});
}

// Work enough for several parts, between a frame around each image and what is pooled of it.
const Shape kLargeSample = {26, 26, 4};

Sequential large_pooled(const char* padding) {
  return pooled<2>(
      {.filters = 16, .kernel_size = 3, .padding = padding, .bias_initializer = "random_normal"},
      {});
}

void expect_several_parts(std::int64_t batch) {
  const std::int64_t products = batch * 24 * 24 * (3 * 3 * 4) * 16;  // without padding
  EXPECT_GT(product_parts(products, batch, kMostParts), 1);
}

TEST(PooledConvolution, IsTheSameInSeveralParts) {
  expect_several_parts(kLargestBatch);
  for (const char* padding : {"valid", "same"}) expect_same(large_pooled(padding), kLargeSample);
}

TEST(PooledConvolution, IsTheSameWithPaddingStridesAndOtherActivations) {
  for (const char* activation : {"linear", "relu", "tanh", "sigmoid", "gelu"}) {
    for (const char* padding : {"valid", "same"}) {
      expect_same(pooled<2>({.filters = 8,
                             .kernel_size = 3,
                             .padding = padding,
                             .activation = activation,
                             .bias_initializer = "random_normal"},
                            {.pool_size = 3, .strides = 2, .padding = padding}),
                  {9, 10, 3});
    }
  }
  expect_same(pooled<2>({.filters = 8, .kernel_size = 3, .strides = 2, .use_bias = false}, {}),
              {12, 12, 4});
  expect_same(pooled<2>({.filters = 8, .kernel_size = 3, .groups = 2}, {}), {9, 9, 4});
  expect_same(pooled<2>({.filters = 8, .kernel_size = 2, .data_format = "channels_first"},
                        {.data_format = "channels_first"}),
              {3, 9, 9});
}

const Tensor kImages = random::Generator(7).normal({20, 6, 6, 1}, 0.0f, 1.0f);

void expect_same_losses(Sequential& model, std::size_t count) {
  one_after_the_other(model, kImages);
  const std::vector<Tensor> expected = model.losses();
  model(kImages);
  const std::vector<Tensor> losses = model.losses();
  ASSERT_EQ(losses.size(), count);
  ASSERT_EQ(expected.size(), count);
  for (std::size_t i = 0; i < count; ++i) EXPECT_THAT(losses[i], IsClose(expected[i]));
}

TEST(PooledConvolution, KeepsActivityPenalties) {
  Sequential model =
      pooled<2>({.filters = 4, .kernel_size = 2, .activity_regularizer = regularizers::L2(0.1f)},
                {.activity_regularizer = regularizers::L1(0.1f)});
  expect_same_losses(model, 2);
}

TEST(PooledConvolution, KeepsActivityPenaltiesSetOnABuiltModel) {
  Sequential model = pooled<2>({.filters = 4, .kernel_size = 2}, {});
  model(kImages);
  model.get_layer(0).set_activity_regularizer(regularizers::L2(0.1f));
  expect_same_losses(model, 1);
  model.get_layer(0).set_activity_regularizer(nullptr);
  model.get_layer(1).set_activity_regularizer(regularizers::L1(0.1f));
  expect_same_losses(model, 1);
  model.get_layer(1).set_activity_regularizer(nullptr);
  expect_same_losses(model, 0);
}

// Of sum y², with respect to x and all weights.
template <class Call>
std::vector<Tensor> gradients(const Sequential& model, const Tensor& x, Call call) {
  std::vector<Variable> variables = model.trainable_variables();
  variables.emplace_back("x", x);
  GradientTape tape;
  return tape.gradient(ops::sum(ops::square(call(variables.back().value()))), variables);
}

constexpr std::int64_t kTrainedBatch = 20;

void expect_same_gradients(Sequential model, const Shape& sample) {
  Shape shape = {kTrainedBatch};
  for (const std::int64_t extent : sample) shape.append(extent);
  const Tensor x = random::Generator(7).normal(shape, 0.0f, 1.0f);
  model(x);
  const std::vector<Tensor> expected =
      gradients(model, x, [&](const Tensor& input) { return one_after_the_other(model, input); });
  const int before = num_threads();
  const KeepHelpers keep;
  for (const int threads : {1, 2, 3}) {
    set_num_threads(threads);
    const std::vector<Tensor> joined =
        gradients(model, x, [&](const Tensor& input) { return model(input, {.training = true}); });
    ASSERT_EQ(joined.size(), expected.size());
    for (std::size_t i = 0; i < joined.size(); ++i) EXPECT_THAT(joined[i], IsClose(expected[i]));
  }
  set_num_threads(before);
}

TEST(PooledConvolution, HasTheSameGradientsWhereAllIsPooled) {
  expect_same_gradients(pooled<2>({.filters = 4, .kernel_size = 2}, {}), {7, 7, 1});
  expect_same_gradients(pooled<2>({.filters = 4, .kernel_size = 2}, {.padding = "same"}),
                        {6, 7, 2});
}

TEST(PooledConvolution, HasTheSameGradientsInSeveralParts) {
  expect_several_parts(kTrainedBatch);
  for (const char* padding : {"valid", "same"})
    expect_same_gradients(large_pooled(padding), kLargeSample);
}

TEST(PooledConvolution, HasTheSameGradientsWherePositionsAreLeftOut) {
  for (const char* activation : {"linear", "relu", "tanh"}) {
    for (const char* padding : {"valid", "same"}) {
      expect_same_gradients(
          pooled<2>({.filters = 8, .kernel_size = 3, .padding = padding, .activation = activation},
                    {.pool_size = 2, .strides = 3}),
          {9, 10, 4});
    }
  }
  expect_same_gradients(
      pooled<1>({.filters = 40, .kernel_size = 3, .padding = "causal", .dilation_rate = 2}, {}),
      {17, 4});
  expect_same_gradients(pooled<3>({.filters = 4, .kernel_size = 2}, {}), {6, 4, 8, 4});
}

// By columns, which for windows of one cell are the input itself.
TEST(PooledConvolution, HasTheSameGradientsWherePositionsAreLeftOutOfColumns) {
  for (const int window : {1, 2}) {
    expect_same_gradients(
        pooled<2>({.filters = 4, .kernel_size = window, .groups = 2, .activation = "relu"}, {}),
        {8 + window, 8 + window, 4});
    expect_same_gradients(pooled<2>({.filters = 2, .kernel_size = window}, {}),
                          {8 + window, 8 + window, 2});
    expect_same_gradients(pooled<2>({.filters = 4, .kernel_size = window, .strides = 2}, {}),
                          {10, 9, 4});
  }
}

// A user's own class may do anything in `call`.
class Doubled : public layers::Conv2D {
 public:
  using layers::Conv2D::Conv2D;
  Tensor call(const Tensor& inputs, const CallContext& context) override {
    return 2.0f * layers::Conv2D::call(inputs, context);
  }
};

TEST(PooledConvolution, LeavesUsersClassesAlone) {
  Sequential model({Doubled({.filters = 4, .kernel_size = 2}), layers::MaxPooling2D()});
  expect_same(std::move(model), {6, 6, 1});
}

TEST(JoinedLayers, AreAConvolutionThatOpsFinishAndItsMaxPooling) {
  const auto joined = [](auto first, auto second) {
    return models::JoinedLayers::make(first, second) != nullptr;
  };
  using namespace layers;
  EXPECT_TRUE(joined(Conv1D(4, 2), MaxPooling1D()));
  EXPECT_TRUE(joined(Conv2D(4, 2), MaxPooling2D()));
  EXPECT_TRUE(joined(Conv3D(4, 2), MaxPooling3D()));
  EXPECT_TRUE(
      joined(Conv2D({.filters = 4, .kernel_size = 2, .activation = "tanh"}), MaxPooling2D()));

  EXPECT_FALSE(
      joined(Conv2D({.filters = 4, .kernel_size = 2, .activation = "gelu"}), MaxPooling2D()));
  EXPECT_FALSE(joined(Conv2D({.filters = 4, .kernel_size = 2, .data_format = "channels_first"}),
                      MaxPooling2D({.data_format = "channels_first"})));
  EXPECT_FALSE(joined(Conv2D(4, 2), MaxPooling2D({.data_format = "channels_first"})));
  EXPECT_FALSE(joined(Conv2D(4, 2), AveragePooling2D(2)));
  EXPECT_FALSE(joined(Conv2D(4, 2), MaxPooling1D()));
  EXPECT_FALSE(joined(MaxPooling2D(), Conv2D(4, 2)));
  EXPECT_FALSE(joined(Doubled(4, 2), MaxPooling2D()));
}

TEST(PooledConvolution, IsOneOfTheLayersThatABuiltModelHasNow) {
  Sequential model = pooled<2>({.filters = 4, .kernel_size = 2}, {});
  const auto expect_as_the_layers = [&] {
    EXPECT_THAT(model(kImages), IsClose(one_after_the_other(model, kImages)));
  };
  expect_as_the_layers();
  model.pop();
  expect_as_the_layers();
  model.add(layers::Flatten());
  expect_as_the_layers();
  model.pop();
  model.add(layers::MaxPooling2D({.pool_size = 3}));
  model.add(layers::Conv2D({.filters = 2, .kernel_size = 1}));
  model.add(layers::MaxPooling2D(1));
  expect_as_the_layers();
}

TEST(PooledConvolution, IsNotOneOfALayerThatWasAssignedTo) {
  const auto convolution = std::make_shared<layers::Conv2D>(4, 2);
  Sequential model({layers::Input({6, 6, 1}), convolution, layers::MaxPooling2D()});
  model(kImages);
  *convolution = layers::Conv2D({.filters = 4, .kernel_size = 3, .activation = "gelu"});
  EXPECT_THAT(model(kImages), IsClose(one_after_the_other(model, kImages)));
}

TEST(PooledConvolution, LeavesTheLayersAsTheyAreAlone) {
  const auto convolution = std::make_shared<layers::Conv2D>(4, 2);
  Sequential model({convolution, layers::MaxPooling2D(3)});
  model(kImages);
  const Tensor alone = (*convolution)(kImages);
  EXPECT_EQ(alone.shape(), (Shape{20, 5, 5, 4}));
  EXPECT_THAT(ops::max_pool(alone, {.window = {3, 3, 1}, .strides = {3, 3, 1}}),
              IsClose(model(kImages)));
}

TEST(PooledConvolution, OfFrozenWeightsIsTheSame) {
  Sequential model = pooled<2>({.filters = 4, .kernel_size = 2}, {});
  model(kImages);
  model.get_layer(0).set_trainable(false);
  expect_same_gradients(std::move(model), {6, 6, 1});
}

TEST(PooledConvolution, RefusesWhatTheLayersRefuse) {
  Sequential model({layers::Input({Shape::kUnknown, Shape::kUnknown, 1}),
                    layers::Conv2D({.filters = 4, .kernel_size = 2}),
                    layers::MaxPooling2D({.pool_size = 4, .name = "pool"})});
  model(random::Generator(7).normal({20, 6, 6, 1}, 0.0f, 1.0f));
  const Tensor small = random::Generator(7).normal({20, 4, 4, 1}, 0.0f, 1.0f);
  std::string message;
  try {
    one_after_the_other(model, small);
  } catch (const ShapeError& error) {
    message = error.what();
  }
  EXPECT_THAT(message, ::testing::StartsWith("pool: "));
  EXPECT_THAT([&] { model(small); }, Raises<ShapeError>(message));
}

}  // namespace
}  // namespace strata::testing
