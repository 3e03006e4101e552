// `strata convert`: a model or its weights in another format.
#include "cli/model_file.hpp"
#include "core/check.hpp"

namespace strata::cli {
namespace {

struct ConvertSettings {
  ModelOptions model;
  std::string output;
};

ExitCode convert(const ConvertSettings& settings) {
  const FileKind& kind = kind_to_write(settings.output);
  const FreshWeights fresh =
      kind.contents == Contents::kArchitecture ? FreshWeights::kAllowed : FreshWeights::kRefused;
  write_model(*read_model(settings.model, fresh), settings.output);
  return kDone;
}

}  // namespace

Command add_convert(CLI::App& program) {
  CLI::App* const command =
      program.add_subcommand("convert", "Write a model or its weights in another format");
  const auto settings = std::make_shared<ConvertSettings>();
  add_model_options(*command, settings->model);
  command
      ->add_option(
          "OUT", settings->output,
          "The file to write: .keras, .h5, .json, .onnx, .weights.h5, .safetensors or .npz; one "
          "that is there is replaced")
      ->required()
      ->type_name("");
  command->footer(
      "Weights alone don't say which layers they belong to: give them with --weights, and\n"
      "the architecture as FILE.\n"
      "Example: strata convert model.keras model.safetensors");
  return {command, [settings] { return convert(*settings); }};
}

}  // namespace strata::cli
