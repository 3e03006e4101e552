// Compiles a model with what its file and the command line say.
#include "cli/compile_options.hpp"

#include "core/check.hpp"

namespace strata::cli {

void add_loss_options(CLI::App& command, CompileSettings& settings) {
  command.add_option("--loss", settings.loss, "The loss, by Keras's name [the file's]")
      ->type_name("NAME");
  command
      .add_option("--metric", settings.metrics,
                  "A metric, by Keras's name; may be given again [the file's]")
      ->type_name("NAME")
      ->expected(1)
      ->take_all();
}

void compile(Model& model, const CompileSettings& settings, const std::string& file) {
  const bool named =
      !settings.optimizer.empty() || !settings.loss.empty() || !settings.metrics.empty();
  check(model.compiled() || !settings.loss.empty(), file,
        "the model does not say its loss, since it was saved without being compiled. Name one with "
        "--loss, such as mse or sparse_categorical_crossentropy.");
  if (!named) return;
  CompileOptions options = model.compiled() ? model.compile_options() : CompileOptions{};
  if (!settings.optimizer.empty()) options.optimizer = settings.optimizer;
  if (!settings.loss.empty()) options.loss = settings.loss;
  if (!settings.metrics.empty()) {
    options.metrics.assign(settings.metrics.begin(), settings.metrics.end());
    options.weighted_metrics = {};
  }
  model.compile(std::move(options));
}

}  // namespace strata::cli
