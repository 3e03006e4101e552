// Report beside BackupAndRestore: the page of a run that was interrupted goes on.
#include <gtest/gtest.h>

#include <stdexcept>

#include "io/files.hpp"
#include "strata/callbacks/lambda_callback.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "strata/optimizers/adam.hpp"
#include "strata/plots/report.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/proximal.hpp"
#include "strata/saving/backup_and_restore.hpp"
#include "strata/tensor/random.hpp"

namespace strata::testing {
namespace report_resumes_test {
namespace {

// Trains for four epochs, with an error before the third if `fails`.
void train(const std::string& page, const std::string& backup_dir, bool fails) {
  set_random_seed(0);
  Sequential model({.layers = {layers::Input({4}),
                               layers::Dense({.units = 1,
                                              .kernel_regularizer =
                                                  regularizers::Proximal(regularizers::L1(0.1f)),
                                              .name = "dense"})},
                    .name = "net"});
  model.compile({.optimizer = optimizers::Adam(0.05f), .loss = "mse"});
  const Tensor x = random::Generator(3).normal({32, 4});
  const auto fail = std::make_shared<callbacks::LambdaCallback>(
      callbacks::LambdaCallbackOptions{.on_epoch_begin = [&](int epoch, const Logs&) {
        if (fails && epoch == 2) throw std::runtime_error("interrupted");
      }});
  model.fit(x, ops::slice(x, {0, 0}, {32, 1}),
            {.batch_size = 8,
             .epochs = 4,
             .verbose = 0,
             .callbacks = {std::make_shared<callbacks::Report>(page), fail,
                           std::make_shared<callbacks::BackupAndRestore>(
                               callbacks::BackupAndRestoreOptions{.backup_dir = backup_dir})}});
}

TEST(ReportResumes, WithThePageOfARunThatNobodyInterrupted) {
  const TemporaryFolder folder;
  train(folder.path("whole.html"), folder.path("first"), false);
  EXPECT_THROW(train(folder.path("parts.html"), folder.path("second"), true), std::runtime_error);
  train(folder.path("parts.html"), folder.path("second"), false);
  EXPECT_EQ(read_bytes(folder.path("parts.html")), read_bytes(folder.path("whole.html")));
}

}  // namespace
}  // namespace report_resumes_test
}  // namespace strata::testing
