// shrink on random models with zeros planted anywhere: the same outputs, and nothing left that is
// dead and could have gone.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "strata/compression/shrink.hpp"
#include "strata/layers/activation.hpp"
#include "strata/layers/batch_normalization.hpp"
#include "strata/layers/convolution.hpp"
#include "strata/layers/cropping.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/dropout.hpp"
#include "strata/layers/flatten.hpp"
#include "strata/layers/global_pooling.hpp"
#include "strata/layers/input.hpp"
#include "strata/layers/layer_normalization.hpp"
#include "strata/layers/leaky_relu.hpp"
#include "strata/layers/permute.hpp"
#include "strata/layers/pooling.hpp"
#include "strata/layers/prelu.hpp"
#include "strata/layers/reshape.hpp"
#include "strata/layers/zero_padding.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "strata/tensor/random.hpp"

namespace strata::testing {
namespace random_models_test {
namespace {

// Draws a model layer by layer, each for the shape that reaches it.
class Draw {
 public:
  explicit Draw(int seed) : random_(static_cast<std::uint64_t>(seed)) {}

  int number(int from, int to) {
    return from + static_cast<int>(random_.uniform({1}, 0.0f, 1.0f).item() *
                                   static_cast<float>(to - from) * 0.9999f);
  }
  bool chance(float share) { return random_.uniform({1}, 0.0f, 1.0f).item() < share; }
  random::Generator& random() { return random_; }

  Sequential model() {
    const int axes = number(0, 4);  // spatial ones; 0: dense alone
    Shape shape = {Shape::kUnknown};
    for (int i = 0; i < axes; ++i) shape.append(number(4, 7));
    shape.append(number(1, 5));
    Sequential model({layers::Input(shape.without(0))});
    for (int i = number(0, 3); i > 0; --i) add(model, shape, 0);
    if (axes > 0) {
      if (axes == 1 && !model.sublayers().empty() && chance(0.3f)) {
        model.add(layers::Reshape({.target_shape = Shape{-1, model.output_shape().back()}}));
      }
      if (axes == 2 && chance(0.2f)) {
        model.add(layers::GlobalAveragePooling2D());
      } else {
        model.add(layers::Flatten());
      }
    }
    for (int i = number(1, 4); i > 0; --i) add(model, shape, 0);
    model.add(layers::Dense({.units = number(1, 4),
                             .activation = chance(0.5f) ? "softmax" : "linear",
                             .use_bias = chance(0.7f)}));
    plant(model);
    return model;
  }

 private:
  ActivationSpec activation() {
    static const std::vector<std::string> names = {"linear",  "relu", "tanh",
                                                   "sigmoid", "gelu", "softmax"};
    return names[static_cast<std::size_t>(number(0, static_cast<int>(names.size())))];
  }

  template <int N>
  void add_convolution(Sequential& model, const Shape& shape) {
    const bool fits = *std::min_element(shape.begin() + 1, shape.end() - 1) >= 2;
    if (fits && chance(0.25f)) return model.add(layers::MaxPooling<N>({.pool_size = 2}));
    if (fits && chance(0.2f))
      return model.add(layers::AveragePooling<N>({.pool_size = 2, .padding = "same"}));
    if (chance(0.1f)) return model.add(layers::ZeroPadding<N>({.padding = 1}));
    if (chance(0.1f)) {
      std::vector<int> dims = {};
      for (int i = 0; i <= N; ++i) dims.push_back(i + 1);
      std::swap(dims[0], dims[static_cast<std::size_t>(N) - 1]);
      return model.add(layers::Permute(dims));
    }
    model.add(layers::Conv<N>({.filters = number(1, 6),
                               .kernel_size = fits ? 2 : 1,
                               .padding = chance(0.4f) ? "same" : "valid",
                               .activation = activation(),
                               .use_bias = chance(0.7f)}));
  }

  void add(Sequential& model, const Shape& inputs, int depth) {
    const Shape shape = model.sublayers().empty() ? inputs : model.output_shape();
    if (depth == 0 && chance(0.2f)) {
      Sequential inside({layers::Input(shape.without(0))});
      add(inside, shape, 1);
      add(inside, shape, 1);
      return model.add(std::move(inside));
    }
    if (chance(0.2f)) return model.add(layers::BatchNormalization());
    if (chance(0.1f)) return model.add(layers::Dropout(0.5f));
    if (chance(0.1f)) return model.add(layers::LeakyReLU());
    if (chance(0.05f)) return model.add(layers::PReLU());
    if (chance(0.05f)) return model.add(layers::LayerNormalization());
    if (shape.rank() == 3 && chance(0.8f)) return add_convolution<1>(model, shape);
    if (shape.rank() == 4 && chance(0.9f)) return add_convolution<2>(model, shape);
    if (shape.rank() == 5 && chance(0.9f)) return add_convolution<3>(model, shape);
    model.add(layers::Dense(
        {.units = number(1, 8), .activation = activation(), .use_bias = chance(0.7f)}));
  }

  // Values everywhere, then zeros along whole inputs, along whole units and here and there.
  void plant(Sequential& model) {
    for (const auto& [path, weight] : model.named_weights()) {
      const bool is_variance = path.ends_with("moving_variance");
      const Shape& shape = weight.shape();
      const Tensor drawn = random_.uniform(shape, is_variance ? 0.5f : -1.0f, 1.0f);
      std::vector<float> values(drawn.values().begin(), drawn.values().end());
      if (!is_variance) {
        for (int axis = 0; axis < shape.rank(); ++axis) {
          const float share = chance(0.5f) ? 0.4f : 0.0f;
          std::vector<bool> is_zero;
          for (std::int64_t i = 0; i < shape[axis]; ++i) is_zero.push_back(chance(share));
          std::int64_t inner = 1;
          for (int i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
          for (std::size_t i = 0; i < values.size(); ++i) {
            if (is_zero[i / static_cast<std::size_t>(inner) %
                        static_cast<std::size_t>(shape[axis])])
              values[i] = 0.0f;
          }
        }
      }
      weight.assign(Tensor(shape, values));
    }
  }

  random::Generator random_;
};

void expect_same(const Tensor& small, const Tensor& large) {
  ASSERT_EQ(small.shape(), large.shape());
  float most = 0.0f;
  float gap = 0.0f;
  for (std::int64_t i = 0; i < large.size(); ++i) {
    most = std::max(most, std::abs(large.data()[i]));
    gap = std::max(gap, std::abs(small.data()[i] - large.data()[i]));
  }
  EXPECT_LE(gap, 1e-5f * most);
}

class RandomModels : public ::testing::TestWithParam<int> {};

TEST_P(RandomModels, ComputeTheSameOnceShrunk) {
  Draw draw(GetParam());
  Sequential model = draw.model();
  const Tensor x = draw.random().normal(model.input_shape().with(0, 5), 0.0f, 1.0f);
  const Tensor expected = model(x);
  for (const char* inputs : {"keep", "select"}) {
    const ShrunkModel once = shrink(model, {.inputs = inputs});
    SCOPED_TRACE(to_string(once.report));
    expect_same((*once.model)(x), expected);
    const ShrunkModel twice = shrink(*once.model, {.inputs = inputs});
    EXPECT_EQ(twice.model->count_params(), once.model->count_params());
    EXPECT_EQ(once.report.parameters,
              (BeforeAndAfter{model.count_params(), once.model->count_params()}));
  }
  expect_same(model(x), expected);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomModels, ::testing::Range(0, 200));

TEST(RandomModels, LosePlentyOfTheirWeights) {
  std::int64_t before = 0;
  std::int64_t after = 0;
  for (int seed = 0; seed < 200; ++seed) {
    const Sequential model = Draw(seed).model();
    const BeforeAndAfter parameters = shrink(model).report.parameters;
    before += parameters.before;
    after += parameters.after;
  }
  EXPECT_LT(after * 10, before * 8);
}

}  // namespace
}  // namespace random_models_test
}  // namespace strata::testing
