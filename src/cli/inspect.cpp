// `strata inspect`: what stands in a file, of a model or of weights alone.
#include <fmt/format.h>

#include <filesystem>
#include <iostream>

#include "cli/model_file.hpp"
#include "cli/plain_text.hpp"
#include "cli/tensor_figures.hpp"
#include "saving/optimizer_names.hpp"
#include "strata/config.hpp"
#include "tensor/format.hpp"

namespace strata::cli {
namespace {

struct InspectSettings {
  ModelOptions model;
  bool json = false;
};

/// A tensor of a file, under the name that is shown.
struct NamedFigures {
  std::string name;
  Shape shape;
  TensorFigures figures;
};

using Rows = std::vector<std::vector<std::string>>;

std::string table_of(const std::vector<NamedFigures>& tensors) {
  Rows rows = {{"", "shape", "min", "max", "mean", "zeros"}};
  for (const auto& [name, shape, figures] : tensors) {
    rows.push_back({plain(name), to_string(shape), fmt::format("{:.4g}", figures.min),
                    fmt::format("{:.4g}", figures.max), fmt::format("{:.4g}", figures.mean),
                    fmt::format("{:.1f}%", 100.0 * figures.zeros)});
    if (figures.not_finite > 0)
      rows.back()[0] += fmt::format(" ({} not finite)", figures.not_finite);
  }
  return columns_of(rows);
}

Config json_of(const std::vector<NamedFigures>& tensors) {
  Config list = Config::array();
  for (const auto& [name, shape, figures] : tensors) {
    list.push_back({{"name", name},
                    {"shape", std::vector<std::int64_t>(shape.begin(), shape.end())},
                    {"min", figures.min},
                    {"max", figures.max},
                    {"mean", figures.mean},
                    {"zeros", figures.zeros},
                    {"not_finite", figures.not_finite}});
  }
  return list;
}

std::vector<NamedFigures> weights_of(const Model& model) {
  std::vector<NamedFigures> tensors;
  for (const auto& [path, weight] : model.named_weights())
    tensors.push_back({path, weight.shape(), figures_of(weight.value())});
  return tensors;
}

std::vector<NamedFigures> tensors_of(const saving::WeightsReader& file) {
  std::vector<NamedFigures> tensors;
  for (std::size_t i = 0; i < file.tensors().tensors().size(); ++i) {
    const io::StoredTensor& stored = file.tensors().tensors()[i];
    tensors.push_back(
        {stored.name, stored.header.shape, figures_of(file.tensors().read(i, file.max_memory()))});
  }
  return tensors;
}

/// The optimizer's state besides its count of steps; nothing if it has not begun.
std::vector<NamedFigures> state_of(Model& model) {
  std::vector<NamedFigures> tensors;
  if (!model.compiled() || !model.optimizer().built()) return tensors;
  const std::vector<Variable> variables = model.optimizer().variables();
  const std::vector<std::string> names = saving::optimizer_names(model);
  for (std::size_t i = 1; i < variables.size(); ++i)
    tensors.push_back({names[i], variables[i].shape(), figures_of(variables[i].value())});
  return tensors;
}

void add_optimizer(Model& model, Config& report) {
  if (!model.compiled()) return;
  report["optimizer"] = {{"steps", model.optimizer().iterations()},
                         {"learning_rate", model.optimizer().learning_rate()},
                         {"variables", json_of(state_of(model))}};
}

Config architecture_of(Model& model) {
  Config report = Config::parse(model.to_json());
  report.erase("compile_config");
  return report;
}

void print_model(Model& model) {
  std::cout << "Architecture\n" << architecture_of(model).dump(2) << '\n';
  if (model.compiled())
    std::cout << "\nCompiled with\n" << model.get_compile_config().dump(2) << '\n';
  std::cout << "\nWeights\n" << table_of(weights_of(model));
  if (!model.compiled()) return;
  const std::vector<NamedFigures> state = state_of(model);
  std::cout << fmt::format("\nOptimizer: {} steps, learning rate {:g}\n",
                           model.optimizer().iterations(), model.optimizer().learning_rate());
  if (!state.empty()) std::cout << table_of(state);
}

Config with_file(const InspectSettings& settings) {
  return {{"file", settings.model.file},
          {"bytes", std::filesystem::file_size(settings.model.file)},
          {"kind", kind_to_read(settings.model.file).description}};
}

void print_heading(const InspectSettings& settings) {
  const Config about = with_file(settings);
  std::cout << fmt::format("{}: {}, {} bytes\n\n", settings.model.file,
                           about["kind"].get<std::string>(), about["bytes"].get<std::int64_t>());
}

void inspect_weights(const InspectSettings& settings, const FileKind& kind) {
  const auto file = kind.open({"open", settings.model.file}, settings.model.max_memory());
  const std::vector<NamedFigures> tensors = tensors_of(*file);
  if (settings.json) {
    Config report = with_file(settings);
    report["weights"] = json_of(tensors);
    std::cout << report.dump(-1, ' ', false, Config::error_handler_t::replace) << '\n';
  } else {
    print_heading(settings);
    std::cout << "Weights\n" << table_of(tensors);
  }
}

void inspect_model(const InspectSettings& settings) {
  const std::shared_ptr<Model> model = read_model(settings.model, FreshWeights::kAllowed);
  if (settings.json) {
    Config report = with_file(settings);
    report["architecture"] = architecture_of(*model);
    report["compile_config"] = model->compiled() ? model->get_compile_config() : Config();
    report["weights"] = json_of(weights_of(*model));
    add_optimizer(*model, report);
    std::cout << report.dump() << '\n';
  } else {
    print_heading(settings);
    print_model(*model);
  }
}

ExitCode inspect(const InspectSettings& settings) {
  const FileKind& kind = kind_to_read(settings.model.file);
  if (kind.contents == Contents::kWeights && settings.model.weights.empty()) {
    inspect_weights(settings, kind);
  } else {
    inspect_model(settings);
  }
  return kDone;
}

}  // namespace

Command add_inspect(CLI::App& program) {
  CLI::App* const command = program.add_subcommand(
      "inspect", "Show a file's config, weights in figures, and optimizer state");
  const auto settings = std::make_shared<InspectSettings>();
  add_model_options(*command, settings->model);
  command->add_flag("--json", settings->json, "Print one line of JSON");
  command->footer(
      "FILE may also be weights alone: .weights.h5, .weights.json, .safetensors, .npz.\n"
      "Example: strata inspect model.keras");
  return {command, [settings] { return inspect(*settings); }};
}

}  // namespace strata::cli
