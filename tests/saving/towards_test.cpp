// What rules keep of their weights, in files: written beside the weights, read back to the bit.
#include "strata/regularizers/towards.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "strata/config.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/ops.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/sum.hpp"
#include "strata/saving/load_model.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace towards_test {

using regularizers::L1;
using regularizers::L2;
using regularizers::Sum;
using regularizers::Towards;

Sequential model_with(RegularizerSpec kernel, RegularizerSpec bias = {}) {
  return Sequential({layers::Input({2}), layers::Dense({.units = 3,
                                                        .kernel_initializer = "ones",
                                                        .kernel_regularizer = std::move(kernel),
                                                        .bias_regularizer = std::move(bias)})});
}

std::string path_of(const char* name) { return ::testing::TempDir() + "strata_towards_" + name; }

TEST(TowardsInFiles, AModelGoesOnWithTheReferencesItHad) {
  Sequential model = model_with(Sum({L2(0.5f), Towards(L1(1.0f))}), Towards(L1(1.0f)));
  model.set_weights({ops::full({2, 3}, 3.0f), ops::full({3}, -1.0f)});
  const std::string path = path_of("model.keras");
  model.save(path);
  const auto loaded = load_model(path);
  ASSERT_EQ(loaded->losses().size(), 2U);
  EXPECT_EQ(loaded->losses()[0].item(), 27.0f + 12.0f);
  EXPECT_EQ(loaded->losses()[1].item(), 3.0f);
  std::filesystem::remove(path);
}

TEST(TowardsInFiles, WeightsBringTheirReferencesToo) {
  Sequential model = model_with(Towards(L1(1.0f)));
  model.set_weights({ops::full({2, 3}, 3.0f), ops::zeros({3})});
  model.set_regularizer([](const Layer&) { return true; }, "kernel", Towards(L1(1.0f)));
  const std::string path = path_of("own.weights.h5");
  model.save_weights(path);
  Sequential other = model_with(Towards(L1(1.0f)));
  other.load_weights(path);
  EXPECT_EQ(other.losses()[0].item(), 0.0f);
  other.set_weights({ops::ones({2, 3}), ops::zeros({3})});
  EXPECT_EQ(other.losses()[0].item(), 12.0f);
  std::filesystem::remove(path);
}

TEST(TowardsInFiles, WeightsWithoutReferencesChangeNone) {
  Sequential plain = model_with(nullptr);
  plain.set_weights({ops::full({2, 3}, 3.0f), ops::zeros({3})});
  const std::string path = path_of("plain.weights.h5");
  plain.save_weights(path);
  Sequential model = model_with(Towards(L1(1.0f)));
  model.load_weights(path);
  EXPECT_EQ(model.losses()[0].item(), 12.0f);
  std::filesystem::remove(path);
}

TEST(TowardsInFiles, AModelWithoutSuchRulesTakesTheWeightsAlone) {
  Sequential model = model_with(Towards(L1(1.0f)));
  const std::string path = path_of("kept.weights.h5");
  model.save_weights(path);
  Sequential plain = model_with(nullptr);
  plain.set_weights({ops::zeros({2, 3}), ops::zeros({3})});
  plain.load_weights(path);
  EXPECT_THAT(plain.get_weights()[0], IsClose(ops::ones({2, 3})));
  std::filesystem::remove(path);
}

TEST(TowardsInFiles, AnotherNumberOfReferencesIsRefusedByName) {
  Sequential model = model_with(Towards(L1(1.0f)));
  const std::string path = path_of("one.weights.h5");
  model.save_weights(path);
  Sequential two = model_with(Towards(L1(1.0f)), Towards(L1(1.0f)));
  EXPECT_THAT([&] { two.load_weights(path); },
              ::testing::Throws<IoError>(::testing::Property(
                  &IoError::what, ::testing::HasSubstr("has rules that keep 2 tensors, the file's "
                                                       "group layers/dense/kept holds 1"))));
  std::filesystem::remove(path);
}

TEST(TowardsInFiles, AFormatThatCannotHoldThemIsRefused) {
  const Sequential model = model_with(Towards(L1(1.0f)));
  EXPECT_THROW(model.save(path_of("model.h5")), InvalidArgument);
  EXPECT_FALSE(std::filesystem::exists(path_of("model.h5")));
}

}  // namespace towards_test
}  // namespace strata::testing
