// Report: the page while training runs, at its end, and after errors and interruptions.
#include "strata/plots/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/files.hpp"
#include "strata/callbacks/lambda_callback.hpp"
#include "strata/config.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/regularization_scheduler.hpp"
#include "strata/models/sequential.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/regularizers/l1.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/regularizers/proximal.hpp"
#include "strata/tensor/random.hpp"
#include "support/matchers.hpp"

namespace strata::testing {
namespace report_test {
namespace {

using callbacks::Report;
using ::testing::HasSubstr;
using ::testing::Not;

const Tensor& inputs() {
  static const Tensor x = random::Generator(3).normal({16, 4});
  return x;
}

Sequential model_of(const std::string& name) {
  set_random_seed(0);
  Sequential model({.layers = {layers::Input({4}),
                               layers::Dense({.units = 2,
                                              .kernel_regularizer =
                                                  regularizers::Proximal(regularizers::L1(0.5f)),
                                              .activity_regularizer = regularizers::L2(0.1f),
                                              .name = "first"}),
                               layers::Dense({.units = 1, .name = "last"})},
                    .name = name});
  model.compile({.optimizer = optimizers::SGD(0.1f), .loss = "mse"});
  return model;
}

void fit(Model& model, std::vector<std::shared_ptr<Callback>> callbacks, int epochs = 3,
         int initial_epoch = 0) {
  model.fit(inputs(), ops::slice(inputs(), {0, 0}, {16, 1}),
            {.epochs = epochs,
             .verbose = 0,
             .callbacks = std::move(callbacks),
             .validation_split = 0.25f,
             .initial_epoch = initial_epoch});
}

TEST(Report, HoldsTheRunAndNothingThatReloads) {
  const TemporaryFolder folder;
  const std::string path = folder.path("run.html");
  Sequential model = model_of("net & co");
  fit(model, {std::make_shared<Report>(path)});
  const std::string page = read_bytes(path);
  EXPECT_THAT(page, HasSubstr("<h1>net &amp; co</h1>"));
  EXPECT_THAT(page, HasSubstr("Trained for 3 epochs."));
  EXPECT_THAT(page, Not(HasSubstr("http-equiv=\"refresh\"")));
  for (const char* title : {"Loss: data loss plus penalties", "Loss in training and validation",
                            "Learning rate", "Factors of the penalties", "Zeros over the epochs",
                            "Zeros by weight", "first/kernel (4, 2)", "last/bias (1,)"})
    EXPECT_THAT(page, HasSubstr(std::string("<h2>") + title + "</h2>"));
  EXPECT_THAT(page, HasSubstr("At the end: first/activity 0.1, first/kernel 0.5."));
  EXPECT_THAT(page, HasSubstr("first/activity</text>"));
}

TEST(Report, IsCompleteAfterEachEpoch) {
  const TemporaryFolder folder;
  const std::string path = folder.path("run.html");
  std::vector<std::string> pages;
  const auto look = std::make_shared<callbacks::LambdaCallback>(callbacks::LambdaCallbackOptions{
      .on_epoch_end = [&](int, const Logs&) { pages.push_back(read_bytes(path)); },
      .on_train_begin = [&](const Logs&) { pages.push_back(read_bytes(path)); }});
  Sequential model = model_of("net");
  fit(model, {std::make_shared<Report>(
                  Report::Options{.filename = path, .title = "t", .save_freq = 2, .reload = 9}),
              look});
  ASSERT_EQ(pages.size(), 4U);
  for (const std::string& page : pages) {
    EXPECT_THAT(page, HasSubstr("<meta http-equiv=\"refresh\" content=\"9\">"));
    EXPECT_THAT(page, ::testing::EndsWith("</html>\n"));
  }
  EXPECT_THAT(pages[0], HasSubstr("Training begins: 3 epochs."));
  EXPECT_EQ(pages[0], pages[1]);
  EXPECT_THAT(pages[2], HasSubstr("Training: epoch 2 of 3 is done."));
  EXPECT_EQ(pages[2], pages[3]);
}

TEST(Report, ShowsWhatCallbacksInFrontOfItLog) {
  const TemporaryFolder folder;
  const std::string path = folder.path("run.html");
  Sequential model = model_of("net");
  const auto scheduler = std::make_shared<callbacks::RegularizationScheduler>(
      [](int epoch, float) { return 0.5f * static_cast<float>(epoch); });
  fit(model, {scheduler, std::make_shared<Report>(path)});
  EXPECT_THAT(read_bytes(path), HasSubstr("first/kernel 1."));
}

TEST(Report, RefusesAPathThatCannotBeWrittenBeforeTraining) {
  Sequential model = model_of("net");
  const auto before = model.get_weights();
  EXPECT_THROW(fit(model, {std::make_shared<Report>("/nowhere/run.html")}), IoError);
  EXPECT_THAT(model.get_weights()[0], IsClose(before[0], 0.0));
  EXPECT_EQ(model.optimizer().calls(), 0);
}

TEST(Report, RefusesBadOptions) {
  EXPECT_THAT(
      [] { Report("run.txt"); },
      Raises("Report: the file must be a page, .html, or a drawing, .svg. Received: run.txt."));
  EXPECT_THAT([] { Report({.filename = "run.html", .save_freq = 0}); },
              Raises("Report: save_freq must be at least 1. Received: save_freq=0."));
  EXPECT_THAT([] { Report({.filename = "run.html", .reload = -1}); },
              Raises("Report: reload must not be negative. Received: reload=-1."));
}

TEST(Report, SaysSoWhereTrainingEndsByAnError) {
  const TemporaryFolder folder;
  const std::string path = folder.path("run.html");
  const auto fails = std::make_shared<callbacks::LambdaCallback>(
      callbacks::LambdaCallbackOptions{.on_epoch_end = [](int epoch, const Logs&) {
        if (epoch == 1) throw std::runtime_error("mine");
      }});
  Sequential model = model_of("net");
  EXPECT_THROW(fit(model, {std::make_shared<Report>(path), fails}), std::runtime_error);
  EXPECT_THAT(read_bytes(path), HasSubstr("Training ended by an error after 2 epochs."));
  EXPECT_THAT(read_bytes(path), Not(HasSubstr("http-equiv=\"refresh\"")));
}

// Takes over a state, as BackupAndRestore does.
class Restores : public Callback {
 public:
  Restores(std::shared_ptr<Report> report, Config state)
      : report_(std::move(report)), state_(std::move(state)) {}
  void on_train_begin(const Logs&) override { report_->set_state(state_, {}); }

 private:
  std::shared_ptr<Report> report_;
  Config state_;
};

TEST(Report, GoesOnFromItsState) {
  const TemporaryFolder folder;
  Sequential whole = model_of("net");
  fit(whole, {std::make_shared<Report>(folder.path("whole.html"))});

  Sequential model = model_of("net");
  const auto first = std::make_shared<Report>(folder.path("parts.html"));
  fit(model, {first}, 2);
  const Config state = Config::parse(first->get_state()->dump());
  const auto second = std::make_shared<Report>(folder.path("parts.html"));
  fit(model, {second, std::make_shared<Restores>(second, state)}, 3, 2);
  // Only the order of the samples is another one in the last epoch.
  const std::string page = read_bytes(folder.path("parts.html"));
  EXPECT_THAT(page, HasSubstr("Trained for 3 epochs."));
  EXPECT_EQ(second->get_state()->at("start"), state.at("start"));
}

TEST(Report, TakesNoStateThatItCannotHaveGiven) {
  const TemporaryFolder folder;
  Report report(folder.path("run.html"));
  const Config before = *report.get_state();
  Config state = before;
  state["logs"]["loss"] = {1.0};
  EXPECT_THAT(
      [&] { report.set_state(state, {}); },
      Raises("Report: each curve of a state has a value for each epoch. Received: 1 of 0 for "
             "loss."));
  EXPECT_THROW(report.set_state({{"epochs", {1}}, {"start", 3}}, {}), InvalidArgument);
  EXPECT_THROW(report.set_state({{"more", 3}}, {}), InvalidArgument);
  EXPECT_EQ(*report.get_state(), before);
}

}  // namespace
}  // namespace report_test
}  // namespace strata::testing
