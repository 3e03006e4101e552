// Training and predictions give the same bits for any number of threads and CPUs, and in a forked
// child.
#include <gtest/gtest.h>

#include <ostream>
#include <vector>

#include "core/parallel.hpp"
#include "strata/core/threads.hpp"
#include "strata/layers/batch_normalization.hpp"
#include "strata/layers/convolution.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/dropout.hpp"
#include "strata/layers/flatten.hpp"
#include "strata/layers/global_pooling.hpp"
#include "strata/layers/input.hpp"
#include "strata/layers/pooling.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/ops.hpp"
#include "strata/regularizers/group_lasso.hpp"
#include "strata/regularizers/hoyer_square.hpp"
#include "strata/regularizers/kl_sparsity.hpp"
#include "strata/regularizers/l1l2.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/nuclear_norm.hpp"
#include "strata/regularizers/soft_orthogonal.hpp"
#include "strata/regularizers/sparse_group_lasso.hpp"
#include "strata/regularizers/spectral_norm.hpp"
#include "strata/regularizers/sum.hpp"
#include "strata/regularizers/total_variation.hpp"
#include "strata/regularizers/towards.hpp"
#include "strata/tensor/random.hpp"
#include "support/children.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

using Bits = std::vector<std::vector<float>>;

std::vector<float> bits_of(const Tensor& tensor) {
  return {tensor.values().begin(), tensor.values().end()};
}

// The model's weights after a few training steps, and its predictions with them.
Bits trained(Sequential model, const Shape& inputs) {
  set_random_seed(5);
  model.compile({.optimizer = "adam", .loss = "sparse_categorical_crossentropy"});
  const Tensor x = random::uniform(inputs);
  const Tensor y = ops::floor(random::uniform({inputs.front()}) * 10.0f);
  for (int i = 0; i < 2; ++i) model.train_on_batch(x, y);
  Bits bits = {bits_of(model.predict_on_batch(x))};
  for (const Tensor& weight : model.get_weights()) bits.push_back(bits_of(weight));
  return bits;
}

Bits of_mlp() {
  set_random_seed(1);
  return trained(Sequential({layers::Input({500}),
                             layers::Dense({.units = 300,
                                            .activation = "relu",
                                            .kernel_regularizer =
                                                regularizers::L1L2({.l1 = 1e-5f, .l2 = 1e-4f}),
                                            .activity_regularizer = regularizers::L2(1e-5f)}),
                             layers::BatchNormalization(), layers::Dropout({.rate = 0.3f}),
                             layers::Dense({.units = 10, .activation = "softmax"})}),
                 {200, 500});
}

// Covers register tiles, convolutions split by images and by rows, Winograd's transforms, and, with
// groups and strides, the BLAS.
Bits of_convnet() {
  set_random_seed(2);
  return trained(
      Sequential({layers::Input({20, 20, 3}),
                  layers::Conv2D({.filters = 32, .kernel_size = 3, .activation = "relu"}),
                  layers::MaxPooling2D(),
                  layers::Conv2D({.filters = 32, .kernel_size = 3, .padding = "same"}),
                  layers::Conv2D({.filters = 64, .kernel_size = 3, .padding = "same", .groups = 4}),
                  layers::Conv2D({.filters = 32, .kernel_size = 3, .strides = 2}),
                  layers::Flatten(), layers::Dense({.units = 10, .activation = "softmax"})}),
      {48, 20, 20, 3});
}

Bits of_volumes() {
  set_random_seed(3);
  return trained(
      Sequential({layers::Input({6, 10, 10, 16}),
                  layers::Conv3D(
                      {.filters = 16, .kernel_size = 3, .padding = "same", .activation = "relu"}),
                  layers::Conv3D({.filters = 24, .kernel_size = 3}),
                  layers::GlobalAveragePooling3D(),
                  layers::Dense({.units = 10, .activation = "softmax"})}),
      {12, 6, 10, 10, 16});
}

// Weights large enough that each rule works in parts.
Bits of_rules() {
  set_random_seed(4);
  using namespace regularizers;
  const auto dense = [](int units, RegularizerSpec kernel, RegularizerSpec activity = {}) {
    return layers::Dense({.units = units,
                          .activation = "sigmoid",
                          .kernel_regularizer = std::move(kernel),
                          .activity_regularizer = std::move(activity)});
  };
  return trained(
      Sequential({layers::Input({400}),
                  dense(300, Sum({GroupLasso(1e-3f), HoyerSquare(1e-4f), Towards(L2(1e-3f))}),
                        KLSparsity(0.1f, 0.2f)),
                  dense(280, SparseGroupLasso({.l1 = 1e-5f, .factor = 1e-3f, .groups = "outputs"}),
                        TotalVariation({.factor = 1e-3f, .axes = -1})),
                  dense(260, SpectralNorm(1e-2f)), dense(240, SoftOrthogonal(1e-3f)),
                  dense(100, NuclearNorm(1e-3f)),
                  layers::Dense(
                      {.units = 10,
                       .activation = "softmax",
                       .kernel_regularizer = TotalVariation({.factor = 1e-3f, .axes = {0, 1}})})}),
      {60, 400});
}

Bits of_operations() {
  set_random_seed(3);
  const Tensor x = random::normal({700, 900});
  const Tensor few = random::normal({9, 700});
  const Tensor batch = random::normal({40, 60, 50});
  std::vector<Tensor> results = {ops::exp(x),
                                 ops::tanh(x * 2.0f),
                                 x + ops::sum(x, 0),
                                 ops::sum(x),
                                 ops::sum(x, 0),
                                 ops::sum(x, 1),
                                 ops::max(x, 0),
                                 ops::softmax(x),
                                 ops::transpose(x),
                                 ops::matmul(few, x),
                                 ops::matmul(x, ops::transpose(x)),
                                 ops::matmul(batch, ops::transpose(batch, {0, 2, 1})),
                                 random::Generator(3).truncated_normal({300, 500}, 0.0f, 1.0f)};
  Bits bits;
  for (const Tensor& result : results) bits.push_back(bits_of(result));
  return bits;
}

struct Computation {
  const char* name;
  Bits (*run)();

  friend void PrintTo(const Computation& row, std::ostream* out) { *out << row.name; }
};

class SameBits : public ::testing::TestWithParam<Computation> {
 protected:
  ~SameBits() override { set_num_threads(before_); }
  const int before_ = num_threads();
};

TEST_P(SameBits, ForAnyNumberOfThreads) {
  const KeepHelpers keep(200);
  set_num_threads(1);
  const Bits alone = GetParam().run();
  for (const int threads : {2, 3, 7, 64, 200}) {
    set_num_threads(threads);
    EXPECT_TRUE(GetParam().run() == alone) << threads;
  }
}

// Both more CPUs than threads and fewer.
TEST_P(SameBits, ForAnyNumberOfCpus) {
  set_num_threads(5);
  const Bits here = GetParam().run();
  for (const int cpus : {1, 2, 5, 8}) {
    const KeepHelpers keep(cpus);
    EXPECT_TRUE(GetParam().run() == here) << cpus;
  }
}

TEST_P(SameBits, InAForkedChildAndAChildOfIts) {
  if (!testing::kMayForkWithThreads) GTEST_SKIP() << "ThreadSanitizer refuses it";
  const KeepHelpers keep(2);
  set_num_threads(2);
  const Bits expected = GetParam().run();
  const auto agrees = [&] { return GetParam().run() == expected; };
  EXPECT_TRUE(testing::holds_in_child([&] { return agrees() && testing::holds_in_child(agrees); }));
  EXPECT_TRUE(agrees());
}

INSTANTIATE_TEST_SUITE_P(Of, SameBits,
                         ::testing::Values(Computation{"an MLP", of_mlp},
                                           Computation{"a convnet", of_convnet},
                                           Computation{"volumes", of_volumes},
                                           Computation{"rules", of_rules},
                                           Computation{"operations", of_operations}));

}  // namespace
}  // namespace strata
