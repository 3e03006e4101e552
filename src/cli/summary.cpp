// `strata summary`: layers, shapes, parameters, and what each penalty is.
#include <fmt/format.h>

#include <iostream>

#include "cli/model_file.hpp"
#include "cli/plain_text.hpp"
#include "strata/config.hpp"
#include "strata/optimizers/scheduled.hpp"

namespace strata::cli {
namespace {

struct SummarySettings {
  ModelOptions model;
  SummaryOptions table = {.show_regularizers = true};
};

// `L2(l2=0.01)`; the name alone where the rule can't be written down.
std::string rule_text(const Regularizer& rule) {
  const Config object = Regularizer::to_object(rule);
  std::string fields;
  if (object.contains("config") && object["config"].is_object()) {
    for (const auto& [key, value] : object["config"].items())
      fields += (fields.empty() ? "" : ", ") + key + "=" + value.dump();
  }
  return fmt::format("{}({})", object.value("class_name", std::string("function")), fields);
}

using Rows = std::vector<std::vector<std::string>>;

// In the order of `penalties()`: what depends on the data, then the weights.
void add_activities(const Layer& layer, Rows& rows) {
  if (layer.activity_regularizer()) {
    const std::shared_ptr<const Regularizer>& rule = layer.activity_regularizer().rule();
    rows.push_back({layer.name() + " activity", rule_text(*rule), "by the data"});
  }
  for (const std::shared_ptr<Layer>& sublayer : layer.sublayers()) add_activities(*sublayer, rows);
}

void add_weights(const Model& model, Rows& rows) {
  std::vector<std::string> rules;
  for (const Variable& weight : model.trainable_variables()) {
    if (!weight.regularizer()) continue;
    const auto parts = weight.regularizer()->parts();
    if (parts.empty()) rules.push_back(rule_text(*weight.regularizer()));
    for (const auto& part : parts) rules.push_back(rule_text(*part));
  }
  // A file without an optimizer says of no step.
  const regularizers::AtStep at_step(
      model.compiled() ? model.compile_options().optimizer->calls() : 0,
      regularizers::AtStep::Purpose::report);
  const std::vector<Penalty> penalties = model.penalties();  // of the same weights
  for (std::size_t i = 0; i < penalties.size(); ++i) {
    rows.push_back({penalties[i].layer + " " + penalties[i].source,
                    rules.size() == penalties.size() ? rules[i] : "",
                    fmt::format("{:.6g}", penalties[i].value.item())});
  }
}

ExitCode summarize(SummarySettings& settings) {
  const std::shared_ptr<Model> model = read_model(settings.model, FreshWeights::kAllowed);
  settings.table.print_fn = [](const std::string& text) { std::cout << text; };
  model->summary(settings.table);
  Rows rows;
  add_activities(*model, rows);
  add_weights(*model, rows);
  if (!rows.empty()) std::cout << "Penalties\n" << columns_of(rows);
  return kDone;
}

}  // namespace

Command add_summary(CLI::App& program) {
  CLI::App* const command =
      program.add_subcommand("summary", "Show layers, shapes, parameters and penalties");
  const auto settings = std::make_shared<SummarySettings>();
  add_model_options(*command, settings->model);
  command->add_flag("--expand-nested", settings->table.expand_nested,
                    "Show the layers of models inside the model");
  command->add_flag("--show-trainable", settings->table.show_trainable,
                    "Say which layers are trained");
  command
      ->add_option("--width", settings->table.line_length, "Columns [the terminal's, at most 88]")
      ->check(CLI::Range(40, 1000).description(""))
      ->type_name("N");
  command->footer("Example: strata summary model.keras --width 100");
  return {command, [settings] { return summarize(*settings); }};
}

}  // namespace strata::cli
