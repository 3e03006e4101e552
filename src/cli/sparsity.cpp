// `strata sparsity`: what of a model's weights is exactly zero.
#include "strata/models/sparsity.hpp"

#include <iostream>

#include "cli/model_file.hpp"
#include "cli/plain_text.hpp"

namespace strata::cli {

Command add_sparsity(CLI::App& program) {
  CLI::App* const command =
      program.add_subcommand("sparsity", "Count the weights, inputs and units that are 0");
  const auto settings = std::make_shared<ModelOptions>();
  add_model_options(*command, *settings);
  command->footer("Example: strata sparsity model.keras");
  return {command, [settings] {
            const auto model = read_model(*settings, FreshWeights::kRefused);
            std::cout << plain_lines(to_string(model->sparsity()));
            return kDone;
          }};
}

}  // namespace strata::cli
