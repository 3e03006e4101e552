// `strata shrink`: a model without what is exactly zero.
#include "strata/compression/shrink.hpp"

#include <iostream>

#include "cli/model_file.hpp"
#include "cli/plain_text.hpp"

namespace strata::cli {
namespace {

struct ShrinkSettings {
  ModelOptions model;
  std::string output;
  bool select_inputs = false;
};

ExitCode shrink_file(const ShrinkSettings& settings) {
  kind_to_write(settings.output);
  const ShrunkModel small = shrink(*read_model(settings.model, FreshWeights::kRefused),
                                   {.inputs = settings.select_inputs ? "select" : "keep"});
  write_model(*small.model, settings.output);
  std::cout << plain_lines(to_string(small.report));
  return kDone;
}

}  // namespace

Command add_shrink(CLI::App& program) {
  CLI::App* const command =
      program.add_subcommand("shrink", "Write a model without its units that are 0");
  const auto settings = std::make_shared<ShrinkSettings>();
  add_model_options(*command, settings->model);
  add_output_option(*command, settings->output);
  command->add_flag("--select-inputs", settings->select_inputs,
                    "Put a layer in front that picks the inputs still used");
  command->footer("Example: strata shrink model.keras small.keras --select-inputs");
  return {command, [settings] { return shrink_file(*settings); }};
}

}  // namespace strata::cli
