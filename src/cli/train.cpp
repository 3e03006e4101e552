// `strata train`: trains an architecture, or a model further, on the samples in a file.
#include <atomic>
#include <csignal>
#include <iostream>
#include <limits>

#include "cli/array_file.hpp"
#include "cli/compile_options.hpp"
#include "cli/model_file.hpp"
#include "core/check.hpp"
#include "strata/config.hpp"
#include "strata/core/threads.hpp"
#include "strata/tensor/random.hpp"

namespace strata::cli {
namespace {

struct TrainSettings {
  ModelOptions model;
  DataOptions data;
  std::string validation_data;
  CompileSettings compiled;
  FitOptions fit;
  std::optional<std::uint64_t> seed;
  std::optional<int> threads;
  std::string output;
  bool quiet = false;
  bool json = false;
};

std::atomic<Model*> in_training = nullptr;
std::atomic<bool> interrupted = false;

extern "C" void stop_training(int) {
  if (Model* const model = in_training) model->stop_training();
  interrupted = true;
  std::signal(SIGINT, SIG_DFL);  // a second Ctrl-C ends the program
}

/// While one exists, Ctrl-C ends training after the running batch.
class StopsOnInterrupt {
 public:
  explicit StopsOnInterrupt(Model& model) {
    in_training = &model;
    std::signal(SIGINT, stop_training);
  }
  ~StopsOnInterrupt() {
    std::signal(SIGINT, SIG_DFL);
    in_training = nullptr;
  }
  StopsOnInterrupt(const StopsOnInterrupt&) = delete;
  StopsOnInterrupt& operator=(const StopsOnInterrupt&) = delete;
};

FitOptions fit_options(const TrainSettings& settings) {
  FitOptions options = settings.fit;
  if (settings.quiet || settings.json) options.verbose = 0;
  if (!settings.validation_data.empty()) {
    DataOptions held_out = settings.data;
    held_out.file = settings.validation_data;
    const auto [x, y] = read_data(held_out, "_test", settings.model.max_mebibytes);
    options.validation_data = {.x = x, .y = y};
  }
  return options;
}

ExitCode train(const TrainSettings& settings) {
  if (!settings.output.empty()) {
    if (kind_to_write(settings.output).contents == Contents::kArchitecture)
      throw BadUsage(settings.output + ": the file must be one that weights go to, not .json.");
    check_writable(settings.output);
  }
  if (settings.threads) set_num_threads(*settings.threads);
  if (settings.seed) set_random_seed(*settings.seed);
  const std::shared_ptr<Model> model = read_model(settings.model, FreshWeights::kAllowed);
  compile(*model, settings.compiled, settings.model.file);
  const auto [x, y] = read_data(settings.data, "_train", settings.model.max_mebibytes);
  const FitOptions options = fit_options(settings);
  History history;
  {
    const StopsOnInterrupt stops(*model);
    history = model->fit(x, y, options);
  }
  if (settings.json) std::cout << Config(history.history).dump() << '\n';
  if (!settings.output.empty()) write_model(*model, settings.output);
  if (!interrupted) return kDone;
  std::cerr << "strata train: interrupted after " << model->optimizer().iterations() << " steps"
            << std::endl;
  return kInterrupted;
}

std::string check_share(const std::string& text) {
  float value = 0.0f;
  const bool holds = CLI::detail::lexical_cast(text, value) && value >= 0.0f && value < 1.0f;
  return holds ? "" : "must lie in [0, 1). Received: " + text;
}

void add_fit_options(CLI::App& command, TrainSettings& settings) {
  command.add_option("--epochs", settings.fit.epochs, "Passes over the data [1]")
      ->check(positive())
      ->type_name("N");
  command.add_option("--batch-size", settings.fit.batch_size, "Samples per step [32]")
      ->check(positive())
      ->type_name("N");
  command
      .add_option("--validation-split", settings.fit.validation_split,
                  "The share of the data, from its end, that is held out [0]")
      ->check(check_share)
      ->type_name("SHARE");
  command
      .add_option("--validation-data", settings.validation_data,
                  "An .npz file with held-out samples and targets")
      ->type_name("FILE");
  command
      .add_option("--seed", settings.seed, "Of weights, order and dropout [the same every time]")
      ->check(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max()).description(""))
      ->type_name("N");
  command.add_option("--threads", settings.threads, "Threads to use [one for each core]")
      ->check(positive())
      ->type_name("N");
}

}  // namespace

Command add_train(CLI::App& program) {
  CLI::App* const command =
      program.add_subcommand("train", "Train an architecture, or a model further");
  const auto settings = std::make_shared<TrainSettings>();
  add_model_options(*command, settings->model);
  add_data_options(*command, settings->data);
  add_loss_options(*command, settings->compiled);
  command
      ->add_option("--optimizer", settings->compiled.optimizer,
                   "The optimizer, by Keras's name [the file's]")
      ->type_name("NAME");
  add_fit_options(*command, *settings);
  command
      ->add_option(
          "--output", settings->output,
          "The file to write: .keras, .h5, .onnx, or weights: .weights.h5, .safetensors, .npz")
      ->type_name("FILE");
  command->add_flag("--quiet", settings->quiet, "Print no progress");
  command->add_flag("--json", settings->json,
                    "Print the figures of each epoch as one line of JSON instead of progress");
  command->footer(
      "Where the data has no x and y, x_train and y_train are taken. A .keras file goes on\n"
      "where it stopped, with its optimizer's state. Ctrl-C ends training after the running\n"
      "batch; what was reached is written.\n"
      "Example: strata train model.json --data train.npz --epochs 5 --output model.keras");
  return {command, [settings] { return train(*settings); }};
}

}  // namespace strata::cli
