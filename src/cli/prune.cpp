// `strata prune`: a model with its smallest weights at zero.
#include "strata/compression/prune.hpp"

#include <fmt/format.h>

#include <iostream>

#include "cli/model_file.hpp"
#include "cli/plain_text.hpp"

namespace strata::cli {
namespace {

struct PruneSettings {
  ModelOptions model;
  std::string output;
  float share = 0.5f;
  std::string by = "model";
  std::string structure = "weights";
};

ExitCode prune_file(const PruneSettings& settings) {
  kind_to_write(settings.output);
  const PrunedModel pruned =
      prune(*read_model(settings.model, FreshWeights::kRefused),
            {.share = settings.share, .by = settings.by, .structure = settings.structure});
  write_model(*pruned.model, settings.output);
  std::vector<std::vector<std::string>> rows = {{"weight", "zero", "of"}};
  for (const auto& [weight, count] : pruned.weights)
    rows.push_back({plain(weight), std::to_string(count.zeros), std::to_string(count.total)});
  std::cout << columns_of(rows);
  for (const std::string& weight : pruned.left)
    std::cout << fmt::format("left as it is: {}\n", plain(weight));
  return kDone;
}

}  // namespace

Command add_prune(CLI::App& program) {
  CLI::App* const command =
      program.add_subcommand("prune", "Write a model with its smallest weights at 0");
  const auto settings = std::make_shared<PruneSettings>();
  add_model_options(*command, settings->model);
  add_output_option(*command, settings->output);
  command->add_option("--share", settings->share, "How much is 0 afterwards, from 0 to below 1")
      ->required()
      ->type_name("S");
  command
      ->add_option("--by", settings->by,
                   "model: all layers compete; layer: each for itself [model]")
      ->check(CLI::IsMember({"model", "layer"}).description(""))
      ->type_name("WHAT");
  command
      ->add_option("--structure", settings->structure,
                   "weights, inputs, outputs or filters [weights]")
      ->check(CLI::IsMember({"weights", "inputs", "outputs", "filters"}).description(""))
      ->type_name("WHAT");
  command->footer("Example: strata prune model.keras pruned.keras --share 0.5 --structure inputs");
  return {command, [settings] { return prune_file(*settings); }};
}

}  // namespace strata::cli
