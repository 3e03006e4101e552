// `strata predict`: a model's outputs for the samples in a file.
#include <fmt/format.h>

#include <iostream>
#include <iterator>

#include "cli/array_file.hpp"
#include "cli/model_file.hpp"
#include "strata/core/threads.hpp"

namespace strata::cli {
namespace {

struct PredictSettings {
  ModelOptions model;
  std::string input;
  std::string key;
  std::string output;
  int batch_size = 32;
  std::optional<int> threads;
};

// A line a sample, its numbers in row-major order, so that they are read back as they were.
void print_rows(const Tensor& outputs) {
  const std::int64_t rows = outputs.shape().front();
  const std::int64_t length = rows == 0 ? 0 : outputs.size() / rows;
  const auto values = outputs.values();
  std::string line;
  for (std::int64_t row = 0; row < rows; ++row) {
    line.clear();
    for (std::int64_t i = 0; i < length; ++i) {
      fmt::format_to(std::back_inserter(line), "{}{:.9g}", i == 0 ? "" : ",",
                     values[static_cast<std::size_t>(row * length + i)]);
    }
    std::cout << line << '\n';
  }
}

ExitCode predict(const PredictSettings& settings) {
  if (!settings.output.empty()) {
    check_array_ending(settings.output);
    check_writable(settings.output);
  }
  if (settings.threads) set_num_threads(*settings.threads);
  const std::shared_ptr<Model> model = read_model(settings.model, FreshWeights::kRefused);
  const Tensor x = read_array({.file = settings.input,
                               .key = settings.key,
                               .usual = {"x", "x_test"},
                               .max_mebibytes = settings.model.max_mebibytes});
  const Tensor y = model->predict(x, {.batch_size = settings.batch_size, .verbose = 0});
  if (settings.output.empty()) {
    print_rows(y);
  } else {
    write_array(settings.output, y);
  }
  return kDone;
}

}  // namespace

Command add_predict(CLI::App& program) {
  CLI::App* const command =
      program.add_subcommand("predict", "Compute a model's outputs for samples");
  const auto settings = std::make_shared<PredictSettings>();
  add_model_options(*command, settings->model);
  command->add_option("--input", settings->input, "The samples: an .npy or .npz file")
      ->required()
      ->type_name("FILE");
  command->add_option("--key", settings->key, "Their name in an .npz file [x, or its only array]")
      ->type_name("KEY");
  command
      ->add_option("--output", settings->output,
                   "The .npy file for the outputs, or .npz [print a line for each sample]")
      ->type_name("FILE");
  command->add_option("--batch-size", settings->batch_size, "Samples at a time [32]")
      ->check(positive())
      ->type_name("N");
  command->add_option("--threads", settings->threads, "Threads to use [one for each core]")
      ->check(positive())
      ->type_name("N");
  command->footer("Example: strata predict model.keras --input x.npy --output y.npy");
  return {command, [settings] { return predict(*settings); }};
}

}  // namespace strata::cli
