// Trains a small model whose callback writes TensorBoard's event files, and beside them what they
// must hold, as other callbacks saw it, for tensorboard_reads.py to compare with.
//
//     strata_interop_tensorboard DIRECTORY
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

#include "strata/config.hpp"
#include "strata/strata.hpp"

namespace {

using strata::Callback;
using strata::Config;
using strata::Logs;
using strata::Tensor;

constexpr int kHistogramFrequency = 2;
constexpr int kUpdateFrequency = 3;

// What the event files must hold: {"train"|"validation": {"scalars"|"histograms": {tag: [[step,
// value or values], …]}}}.
class Witness : public Callback {
 public:
  void on_train_batch_end(int, const Logs& logs) override {
    if (++batches_ % kUpdateFrequency != 0) return;
    for (const auto& [name, value] : logs)
      note("train", "scalars", "batch_" + name, batches_, value);
  }

  void on_epoch_end(int epoch, const Logs& logs) override {
    for (const auto& [name, value] : logs) {
      const bool held_out = name.starts_with("val_");
      note(held_out ? "validation" : "train", "scalars",
           "epoch_" + (held_out ? name.substr(4) : name), epoch, value);
    }
    note("train", "scalars", "epoch_learning_rate", epoch, model().optimizer().learning_rate());
    if (epoch % kHistogramFrequency != 0) return;
    for (const strata::Variable& weight : model().trained_model().weights())
      note("train", "histograms", weight.path() + "/histogram", epoch, values(weight));
    Config penalties = Config::array();
    for (const strata::Penalty& penalty : model().penalties()) {
      penalties.push_back(penalty.value.item());
      note("train", "scalars", "reg_loss/" + penalty.layer + "/" + penalty.source, epoch,
           penalties.back());
    }
    note("train", "histograms", "reg_loss/histogram", epoch, penalties);
  }

  void on_test_end(const Logs& logs) override {
    for (const auto& [name, value] : logs)
      note("validation", "scalars", "evaluation_" + name + "_vs_iterations",
           model().optimizer().iterations(), value);
  }

  const Config& seen() const { return seen_; }

 private:
  static Config values(const Tensor& tensor) {
    return std::vector<float>(tensor.values().begin(), tensor.values().end());
  }

  void note(const char* run, const char* kind, const std::string& tag, std::int64_t step,
            const Config& value) {
    seen_[run][kind][tag].push_back(Config::array({step, value}));
  }

  Config seen_;
  int batches_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    fmt::print(stderr, "usage: strata_interop_tensorboard DIRECTORY\n");
    return 2;
  }
  const std::string folder = arguments[1];
  strata::set_random_seed(5);
  const Tensor x = strata::random::normal({60, 3});
  const Tensor y = strata::ops::sum(x, {1}, true);
  strata::Sequential model(
      {strata::layers::Input({3}),
       strata::layers::Dense({.units = 8,
                              .activation = "relu",
                              .kernel_regularizer = strata::regularizers::L2(0.01f),
                              .activity_regularizer = strata::regularizers::L1(0.001f)}),
       strata::layers::Dense({.units = 1, .bias_regularizer = "l1"})});
  model.compile(
      {.optimizer = strata::optimizers::Adam(strata::optimizers::schedules::ExponentialDecay(
           {.initial_learning_rate = 0.02f, .decay_steps = 10, .decay_rate = 0.9f})),
       .loss = "mse",
       .metrics = {"mae"}});
  const auto witness = std::make_shared<Witness>();
  model.fit(x, y,
            {.batch_size = 10,
             .epochs = 5,
             .verbose = 0,
             .callbacks = {std::make_shared<strata::callbacks::TensorBoard>(
                               strata::callbacks::TensorBoardOptions{
                                   .log_dir = folder + "/logs",
                                   .histogram_freq = kHistogramFrequency,
                                   .update_freq = kUpdateFrequency}),
                           witness},
             .validation_split = 0.2f});
  std::ofstream(folder + "/expected.json") << witness->seen().dump();
}
