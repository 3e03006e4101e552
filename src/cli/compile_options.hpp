// What a model is trained with, where the command line says so.
#pragma once

#include <string>
#include <vector>

#include "cli/command.hpp"
#include "strata/models/model.hpp"

namespace strata::cli {

/// Names, as in Keras; what is empty stays as the file says.
struct CompileSettings {
  std::string optimizer = {};
  std::string loss = {};
  std::vector<std::string> metrics = {};
};

void add_loss_options(CLI::App& command, CompileSettings& settings);

/// Compiles the model with what the settings say. Raises InvalidArgument, naming the file, if
/// neither they nor the file say what to train with, and on unknown names.
void compile(Model& model, const CompileSettings& settings, const std::string& file);

}  // namespace strata::cli
