// `strata evaluate`: loss, penalties and metrics of a model on the samples in a file.
#include <fmt/format.h>

#include <iostream>

#include "cli/array_file.hpp"
#include "cli/compile_options.hpp"
#include "cli/model_file.hpp"
#include "cli/plain_text.hpp"
#include "strata/config.hpp"
#include "strata/core/threads.hpp"

namespace strata::cli {
namespace {

struct EvaluateSettings {
  ModelOptions model;
  DataOptions data;
  CompileSettings compiled;
  int batch_size = 32;
  std::optional<int> threads;
  bool json = false;
};

void print_logs(const Logs& logs) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, value] : logs) rows.push_back({name, fmt::format("{:.6g}", value)});
  std::cout << columns_of(rows);
}

ExitCode evaluate(const EvaluateSettings& settings) {
  if (settings.threads) set_num_threads(*settings.threads);
  const std::shared_ptr<Model> model = read_model(settings.model, FreshWeights::kRefused);
  compile(*model, settings.compiled, settings.model.file);
  const auto [x, y] = read_data(settings.data, "_test", settings.model.max_mebibytes);
  const Logs logs = model->evaluate(x, y, {.batch_size = settings.batch_size, .verbose = 0});
  if (settings.json) {
    std::cout << Config(logs).dump() << '\n';
  } else {
    print_logs(logs);
  }
  return kDone;
}

}  // namespace

Command add_evaluate(CLI::App& program) {
  CLI::App* const command =
      program.add_subcommand("evaluate", "Measure a model's loss and metrics on samples");
  const auto settings = std::make_shared<EvaluateSettings>();
  add_model_options(*command, settings->model);
  add_data_options(*command, settings->data);
  add_loss_options(*command, settings->compiled);
  command->add_option("--batch-size", settings->batch_size, "Samples at a time [32]")
      ->check(positive())
      ->type_name("N");
  command->add_option("--threads", settings->threads, "Threads to use [one for each core]")
      ->check(positive())
      ->type_name("N");
  command->add_flag("--json", settings->json, "Print one line of JSON");
  command->footer(
      "Where the data has no x and y, x_test and y_test are taken.\n"
      "Example: strata evaluate model.keras --data test.npz");
  return {command, [settings] { return evaluate(*settings); }};
}

}  // namespace strata::cli
