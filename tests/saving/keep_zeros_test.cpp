// Constraints that Keras lacks, in files: zeros are those of the values that a file holds.
#include "strata/constraints/keep_zeros.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "io/files.hpp"
#include "strata/callbacks/lambda_callback.hpp"
#include "strata/constraints/chain.hpp"
#include "strata/constraints/non_neg.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/layers/select.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/saving/backup_and_restore.hpp"
#include "strata/saving/load_model.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace keep_zeros_test {
namespace {

using constraints::Chain;
using constraints::KeepZeros;
using constraints::NonNeg;

TEST(KeepZerosInFiles, KeepsTheZerosThatAreLoaded) {
  Sequential model({layers::Input({3}), layers::Select({.indices = std::vector{2, 0}}),
                    layers::Dense({.units = 2,
                                   .kernel_constraint = Chain({NonNeg(), KeepZeros()}),
                                   .bias_constraint = KeepZeros()})});
  model.set_weights({Tensor({2, 2}, {1, 0, 2, 3}), Tensor({2}, {0, 1})});
  const TemporaryFolder folder;
  const std::string path = folder.path("model.keras");
  model.save(path);
  const auto projected = [](const Model& of) {
    return (*of.weights()[0].constraint())(Tensor({2, 2}, {-1, 4, 5, 6}));
  };
  const Tensor expected({2, 2}, {0, 0, 5, 6});
  const auto loaded = load_model(path);
  EXPECT_THAT(projected(*loaded), IsClose(expected));
  EXPECT_THAT((*loaded->weights()[1].constraint())(Tensor({2}, {7, 8})),
              IsClose(Tensor({2}, {0, 8})));
  EXPECT_THAT((*loaded)(Tensor({1, 3}, {1, 2, 3})), IsClose(model(Tensor({1, 3}, {1, 2, 3}))));
  EXPECT_THAT(projected(model), IsClose(Tensor({2, 2}, {0, 4, 5, 6})));
  model.load_weights(path);
  EXPECT_THAT(projected(model), IsClose(expected));
}

// Fits one weight whose momentum carries it to 0 and later back; with an error in an epoch, if any.
float fitted(const std::string& backup_dir, int fails_in) {
  Sequential model(
      {layers::Input({1}), layers::Dense({.units = 1,
                                          .use_bias = false,
                                          .kernel_initializer = "ones",
                                          .kernel_constraint = Chain({NonNeg(), KeepZeros()})})});
  model.compile(
      {.optimizer = optimizers::SGD({.learning_rate = 0.5f, .momentum = 0.9f}), .loss = "mse"});
  const auto fail = std::make_shared<callbacks::LambdaCallback>(
      callbacks::LambdaCallbackOptions{.on_epoch_begin = [&](int epoch, const Logs&) {
        if (epoch == fails_in) throw std::runtime_error("interrupted");
      }});
  model.fit(
      Tensor({1, 1}, {1.0f}), Tensor({1, 1}, {0.05f}),
      {.epochs = 14,
       .verbose = 0,
       .callbacks = {fail, std::make_shared<callbacks::BackupAndRestore>(
                               callbacks::BackupAndRestoreOptions{.backup_dir = backup_dir})}});
  return model.weights()[0].value().item();
}

TEST(KeepZerosInFiles, ResumedRunsKeepTheZerosThatTheyBeganWith) {
  const TemporaryFolder folder;
  const float whole = fitted(folder.path("first"), -1);
  EXPECT_THROW(fitted(folder.path("second"), 4), std::runtime_error);
  EXPECT_EQ(fitted(folder.path("second"), -1), whole);
  EXPECT_GT(whole, 0.0f);
}

}  // namespace
}  // namespace keep_zeros_test
}  // namespace strata::testing
