// The files of models and weights that the commands read and write, by how their names end.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/command.hpp"
#include "saving/weights_reader.hpp"
#include "strata/models/model.hpp"

namespace strata::cli {

/// What a file holds.
enum class Contents { kModel, kArchitecture, kWeights };

using MaxMemory = std::optional<std::int64_t>;

/// A kind of file. A new one is a row of the table in model_file.cpp.
struct FileKind {
  std::string_view ending;
  std::string_view description;
  Contents contents;
  std::shared_ptr<Model> (*read)(const std::string& path, MaxMemory max_memory);  ///< or null
  void (*write)(const Model& model, const std::string& path);                     ///< or null
  /// Opens its tensors without a model, or null.
  std::unique_ptr<saving::WeightsReader> (*open)(io::Origin origin, MaxMemory max_memory);
};

/// The kind of the file to read or to write. Raises BadUsage, listing the endings, if there
/// is none that `read` makes a model of or `open` opens, or none that `write` writes.
const FileKind& kind_to_read(const std::string& path);
const FileKind& kind_to_write(const std::string& path);

/// The model that a command works on, as its options name it.
struct ModelOptions {
  std::string file;
  std::string weights = {};  ///< The file of its weights, if not `file`.
  std::optional<std::int64_t> max_mebibytes = {};

  MaxMemory max_memory() const;
};

/// Adds the options to a command.
void add_model_options(CLI::App& command, ModelOptions& options);
/// The file that a command writes a model to.
void add_output_option(CLI::App& command, std::string& output);
void add_memory_option(CLI::App& command, std::optional<std::int64_t>& mebibytes);

/// Whether weights that no file holds may be fresh ones.
enum class FreshWeights { kAllowed, kRefused };

/// Reads it. Raises InvalidArgument or IoError, naming the file, where it can't be had; BadUsage where
/// the weights are missing.
std::shared_ptr<Model> read_model(const ModelOptions& options, FreshWeights fresh);

/// Writes it as the file's ending says. Raises CannotWrite where the file can't be written.
void write_model(const Model& model, const std::string& path);

/// Raises CannotWrite if no file can be made at this path, before hours are spent on its contents.
void check_writable(const std::string& path);

}  // namespace strata::cli
