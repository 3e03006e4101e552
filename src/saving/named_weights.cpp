// Writes and reads weights by their paths.
#include "saving/named_weights.hpp"

#include <algorithm>
#include <map>

#include "io/npz_file.hpp"
#include "io/safetensors.hpp"
#include "strata/io/npz.hpp"

namespace strata::saving {
namespace {

io::NamedTensors named_tensors(const Model& model) {
  io::NamedTensors tensors;
  for (const auto& [path, weight] : model.named_weights())
    tensors.emplace_back(path, weight.value());
  return tensors;
}

std::string layer_of(const Model& model, const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? model.name() : path.substr(0, slash);
}

template <class File>
class PathReader : public WeightsReader {
 public:
  PathReader(std::unique_ptr<File> file, std::int64_t max_memory)
      : WeightsReader(file->origin(), max_memory), file_(std::move(file)) {}

  const io::TensorFile& tensors() const override { return *file_; }

  std::vector<LayerMatch> match(const Model& model) const override {
    std::vector<LayerMatch> matches;
    std::vector<bool> used(file_->tensors().size());
    for (const auto& [path, weight] : model.named_weights()) {
      const std::string layer = layer_of(model, path);
      if (matches.empty() || matches.back().layer != layer)
        matches.push_back({.layer = layer, .weights = {}, .tensors = {}});
      LayerMatch& match = matches.back();
      match.weights.push_back(weight);
      if (const auto index = file_->find(path)) {
        match.tensors.push_back(*index);
        used[*index] = true;
      } else if (match.mismatch.empty()) {
        match.mismatch = why_missing(path);
      }
    }
    for (std::size_t i = 0; i < used.size(); ++i) {
      if (used[i]) continue;
      const std::string& name = file_->tensors()[i].name;
      matches.push_back({.layer = name, .weights = {}, .tensors = {}});
      matches.back().mismatch = "the model has no weight of this path";
    }
    return matches;
  }

 private:
  std::string why_missing(const std::string& path) const {
    if constexpr (requires { file_->unreadable(); }) {
      const auto unreadable = file_->unreadable().find(path);
      if (unreadable != file_->unreadable().end()) return unreadable->second;
    }
    return "the file has no " + path;
  }

  std::unique_ptr<File> file_;
};

}  // namespace

void write_safetensors_weights(io::Origin origin, const Model& model) {
  io::write_safetensors(std::move(origin), named_tensors(model));
}

void write_npz_weights(io::Origin origin, const Model& model) {
  io::write_npz(origin.name, named_tensors(model));
}

std::unique_ptr<WeightsReader> open_safetensors_weights(io::Origin origin,
                                                        std::optional<std::int64_t> max_memory) {
  const std::int64_t limit = max_memory.value_or(io::memory_limit(io::InputFile(origin).size()));
  return std::make_unique<PathReader<io::SafetensorsFile>>(
      std::make_unique<io::SafetensorsFile>(std::move(origin), limit), limit);
}

std::unique_ptr<WeightsReader> open_npz_weights(io::Origin origin,
                                                std::optional<std::int64_t> max_memory) {
  const std::int64_t limit = max_memory.value_or(io::memory_limit(io::InputFile(origin).size()));
  auto file = std::make_unique<io::NpzFile>(std::move(origin), limit);
  const std::int64_t left = file->left();
  return std::make_unique<PathReader<io::NpzFile>>(std::move(file), left);
}

}  // namespace strata::saving
