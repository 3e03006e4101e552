// Reads and writes models and weights by the endings of their files' names.
#include "cli/model_file.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cli/plain_text.hpp"
#include "core/check.hpp"
#include "core/context.hpp"
#include "io/atomic_file.hpp"
#include "io/input_file.hpp"
#include "saving/keras_archive.hpp"
#include "saving/keras_weights.hpp"
#include "saving/legacy_hdf5.hpp"
#include "saving/named_weights.hpp"
#include "saving/sharded_weights.hpp"
#include "strata/saving/load_model.hpp"
#include "strata/saving/model_from_json.hpp"

namespace strata::cli {
namespace {

std::shared_ptr<Model> read_whole_model(const std::string& path, MaxMemory max_memory) {
  return load_model(path, {.max_memory = max_memory});
}

std::string text_of_file(const std::string& path) {
  constexpr std::int64_t kLongest = 16 << 20;  // as the reader of JSON takes
  io::InputFile file({"open", path});
  file.origin().check(file.size() <= kLongest, "JSON must have at most {} bytes. Received: {}.",
                      kLongest, file.size());
  std::string text(static_cast<std::size_t>(file.size()), '\0');
  file.read_at(0, {reinterpret_cast<unsigned char*>(text.data()), text.size()});
  return text;
}

std::shared_ptr<Model> read_architecture(const std::string& path, MaxMemory max_memory) {
  const std::string json = text_of_file(path);
  ModelFromJsonOptions options;
  if (max_memory) options.max_params = *max_memory / static_cast<std::int64_t>(sizeof(float));
  return in_context(path, [&] { return model_from_json(json, options); });
}

void write_whole_model(const Model& model, const std::string& path) { model.save(path); }

void write_architecture(const Model& model, const std::string& path) {
  io::write_file({"save", path}, io::as_bytes(model.to_json() + "\n"));
}

void write_weights(const Model& model, const std::string& path) { model.save_weights(path); }

void write_onnx(const Model& model, const std::string& path) { model.export_onnx(path); }

// A file is of the first kind whose ending its name has.
constexpr std::array kKinds = {
    FileKind{".keras", "a whole model", Contents::kModel, read_whole_model, write_whole_model,
             saving::open_weights_of_archive},
    FileKind{".weights.h5", "Keras's weights", Contents::kWeights, nullptr, write_weights,
             saving::open_keras_weights},
    FileKind{".h5", "a whole model, in Keras's legacy format", Contents::kModel, read_whole_model,
             write_whole_model, saving::open_legacy_weights},
    FileKind{".hdf5", "a whole model, in Keras's legacy format", Contents::kModel, read_whole_model,
             write_whole_model, saving::open_legacy_weights},
    FileKind{".weights.json", "Keras's weights, in several files", Contents::kWeights, nullptr,
             nullptr, saving::open_sharded_weights},
    FileKind{".json", "an architecture", Contents::kArchitecture, read_architecture,
             write_architecture, nullptr},
    FileKind{".safetensors", "weights by path", Contents::kWeights, nullptr, write_weights,
             saving::open_safetensors_weights},
    FileKind{".npz", "weights by path", Contents::kWeights, nullptr, write_weights,
             saving::open_npz_weights},
    FileKind{".onnx", "what a model computes, for other runtimes", Contents::kModel, nullptr,
             write_onnx, nullptr},
};

const FileKind* find_kind(const std::string& path) {
  for (const FileKind& kind : kKinds) {
    if (path.ends_with(kind.ending)) return &kind;
  }
  return nullptr;
}

template <class Accepts>
const FileKind& kind_of(const std::string& path, const Accepts& accepts) {
  const FileKind* found = find_kind(path);
  if (found != nullptr && accepts(*found)) return *found;
  std::string endings;
  for (const FileKind& kind : kKinds) {
    if (accepts(kind)) endings += (endings.empty() ? "" : ", ") + std::string(kind.ending);
  }
  throw BadUsage(path + ": a file's name must end in one of " + endings + ".");
}

// What a file calls its layers and metrics is shown on terminals.
void check_names(const Layer& layer, const std::string& path) {
  check(is_plain(layer.name()), path,
        "names must not have control characters. Received: a layer called {}.",
        plain(layer.name()));
  for (const std::shared_ptr<Layer>& sublayer : layer.sublayers()) check_names(*sublayer, path);
}

void check_names_of(const Model& model, const std::string& path) {
  check_names(model, path);
  if (!model.compiled()) return;
  for (const std::string& name : model.metrics_names()) {
    check(is_plain(name), path,
          "names must not have control characters. Received: a metric called {}.", plain(name));
  }
}

void load_weights_of(Model& model, const ModelOptions& options) {
  check(model.built(), options.file,
        "the architecture must say the shape of its input before weights can be read. Put an "
        "InputLayer in front of its layers.");
  kind_to_read(options.weights);
  model.load_weights(options.weights, {.max_memory = options.max_memory()});
}

}  // namespace

const FileKind& kind_to_read(const std::string& path) {
  return kind_of(path,
                 [](const FileKind& kind) { return kind.read != nullptr || kind.open != nullptr; });
}

const FileKind& kind_to_write(const std::string& path) {
  return kind_of(path, [](const FileKind& kind) { return kind.write != nullptr; });
}

MaxMemory ModelOptions::max_memory() const {
  if (!max_mebibytes) return std::nullopt;
  return *max_mebibytes << 20;
}

void add_output_option(CLI::App& command, std::string& output) {
  command
      .add_option("OUT", output,
                  "The file to write, as convert does; one that is there is replaced")
      ->required()
      ->type_name("");
}

void add_memory_option(CLI::App& command, std::optional<std::int64_t>& mebibytes) {
  command
      .add_option("--max-memory", mebibytes,
                  "MiB that the contents of a file may take [64, and 16 times the file]")
      ->check(positive())
      ->type_name("MIB");
}

void add_model_options(CLI::App& command, ModelOptions& options) {
  command
      .add_option("FILE", options.file,
                  "The model: a .keras or .h5 file, or the .json of an architecture")
      ->required()
      ->type_name("");
  command.add_option("--weights", options.weights, "Take the weights from this file instead")
      ->type_name("FILE");
  add_memory_option(command, options.max_mebibytes);
}

std::shared_ptr<Model> read_model(const ModelOptions& options, FreshWeights fresh) {
  const FileKind& kind = kind_to_read(options.file);
  if (kind.read == nullptr) {
    throw BadUsage(options.file +
                   ": these are weights without an architecture. Give them with --weights, and as "
                   "FILE the .keras or .json file of their model.");
  }
  const bool has_weights = kind.contents == Contents::kModel || !options.weights.empty();
  if (!has_weights && fresh == FreshWeights::kRefused) {
    throw BadUsage(options.file +
                   ": an architecture has no weights. Give them with --weights FILE.");
  }
  std::shared_ptr<Model> model = kind.read(options.file, options.max_memory());
  check_names_of(*model, options.file);
  if (!options.weights.empty()) load_weights_of(*model, options);
  return model;
}

void write_model(const Model& model, const std::string& path) {
  const FileKind& kind = kind_to_write(path);
  write_output([&] { kind.write(model, path); });
}

void check_writable(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const std::string folder = parent.empty() ? "." : parent.string();
  if (access(folder.c_str(), W_OK | X_OK) != 0)
    throw CannotWrite(path + ": the folder must be one to write to: " + std::strerror(errno) + ".");
  if (std::filesystem::is_directory(path))
    throw CannotWrite(path + ": the path must be that of a regular file. Received: a directory.");
}

}  // namespace strata::cli
