// Writes and reads weights in Keras 3's structure.
#include "saving/structured_weights.hpp"

#include <limits>

#include "saving/weight_groups.hpp"
#include "strata/regularizers/regularizer.hpp"

namespace strata::saving {
namespace {

// Where Keras 2.12 to 2.15 keep layers; their names for the groups are the same.
constexpr std::string_view kOlderLayers = "_layer_checkpoint_dependencies";

// Beside `vars`, where Keras doesn't look: what rules have kept of the layer's weights.
constexpr std::string_view kKept = "kept";

class StructureReader : public WeightsReader {
 public:
  StructureReader(io::Origin origin, std::unique_ptr<StructuredTensors> tensors,
                  std::int64_t max_memory)
      : WeightsReader(std::move(origin), max_memory),
        tensors_(std::move(tensors)),
        is_older_(tensors_->entry_count(std::string(kOlderLayers)) > 0) {}

  const io::TensorFile& tensors() const override { return *tensors_; }

  std::vector<LayerMatch> match(const Model& model) const override {
    std::vector<LayerMatch> matches;
    for (const auto& [path, layer] : weight_groups(model)) {
      LayerMatch match{.layer = layer->name(), .weights = layer->own_weights(), .tensors = {}};
      const std::string vars = stored_path(path) + "vars";
      match.tensors = variables_in(vars, match.weights.size());
      if (match.tensors.size() != match.weights.size() ||
          tensors_->entry_count(vars) > match.weights.size())
        match.mismatch = mismatch(vars, match.weights.size());
      match_kept(stored_path(path) + std::string(kKept), match);
      matches.push_back(std::move(match));
    }
    return matches;
  }

  std::optional<StoredOptimizer> optimizer() const override {
    const std::string vars = "optimizer/vars";
    std::vector<std::size_t> tensors = variables_in(vars, tensors_->entry_count(vars));
    if (tensors.empty()) return std::nullopt;
    const std::int64_t iteration = tensors_->read_integer(tensors.front());
    tensors.erase(tensors.begin());
    return StoredOptimizer{iteration, std::move(tensors)};
  }

 private:
  // In a file of Keras 2.12 to 2.15.
  std::string stored_path(const std::string& path) const {
    if (!is_older_) return path;
    std::string older;
    for (std::size_t begin = 0; begin < path.size();) {
      const std::size_t end = path.find('/', begin) + 1;
      const std::string_view element = std::string_view(path).substr(begin, end - begin);
      older += element == "layers/" ? std::string(kOlderLayers) + "/" : std::string(element);
      begin = end;
    }
    return older;
  }

  // A model whose rules keep nothing takes the weights alone.
  void match_kept(const std::string& group, LayerMatch& match) const {
    std::size_t expected = 0;
    for (const Variable& weight : match.weights) {
      const auto rule = attached_rule(weight, weight.value());
      if (rule != nullptr) expected += rule->kept().size();
    }
    const std::size_t held = tensors_->entry_count(group);
    if (expected == 0 || held == 0) return;
    match.kept = variables_in(group, expected);
    if (match.mismatch.empty() && (held != expected || match.kept.size() != expected))
      match.mismatch = fmt::format("has rules that keep {} tensors, the file's group {} holds {}",
                                   expected, group, held);
  }

  /// The tensors called 0, 1, … in a group, until one is missing.
  std::vector<std::size_t> variables_in(const std::string& vars, std::size_t count) const {
    std::vector<std::size_t> indices;
    while (indices.size() < count) {
      const auto index = tensors_->find(vars + "/" + std::to_string(indices.size()));
      if (!index) break;
      indices.push_back(*index);
    }
    return indices;
  }

  std::string mismatch(const std::string& vars, std::size_t count) const {
    for (std::size_t i = 0; i < count; ++i) {
      const auto unreadable = tensors_->unreadable().find(vars + "/" + std::to_string(i));
      if (unreadable != tensors_->unreadable().end()) return unreadable->second;
    }
    return fmt::format("has {} weights, the file's group {} holds {}", count, vars,
                       tensors_->entry_count(vars));
  }

  std::unique_ptr<StructuredTensors> tensors_;
  bool is_older_;
};

}  // namespace

std::unique_ptr<WeightsReader> open_structure(io::Origin origin,
                                              std::unique_ptr<StructuredTensors> tensors,
                                              std::int64_t max_memory) {
  return std::make_unique<StructureReader>(std::move(origin), std::move(tensors), max_memory);
}

void StructureWriter::add_all(const Model& model) {
  for (const WeightGroup& group : weight_groups(model)) {
    const std::string vars = "/" + group.path + "vars";
    begin(vars, group.layer->name());
    const std::vector<Variable> weights = group.layer->own_weights();
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const std::string path = vars + "/" + std::to_string(i);
      if (weights[i].integer()) {
        add_count(path, static_cast<std::int64_t>(weights[i].value().item()));
      } else {
        add(path, weights[i].value());
      }
    }
    std::vector<Tensor> kept;
    for (const Variable& weight : weights) {
      if (weight.regularizer() == nullptr) continue;
      const std::vector<Tensor> of_weight = weight.regularizer()->kept();
      kept.insert(kept.end(), of_weight.begin(), of_weight.end());
    }
    if (kept.empty()) continue;
    const std::string group_of_kept = "/" + group.path + std::string(kKept);
    begin(group_of_kept, group.layer->name());
    for (std::size_t i = 0; i < kept.size(); ++i)
      add(group_of_kept + "/" + std::to_string(i), kept[i]);
  }
  if (!model.compiled()) return;
  const Optimizer& optimizer = *model.compile_options().optimizer;
  const std::string vars = "/optimizer/vars";
  begin(vars, optimizer.name());
  add_count(vars + "/0", optimizer.calls());
  const std::vector<Variable> variables = optimizer.variables();
  for (std::size_t i = 1; i < variables.size(); ++i)
    add(vars + "/" + std::to_string(i), variables[i].value());
}

void write_count(io::Hdf5Writer& file, const std::string& path, std::int64_t count) {
  if (count <= std::numeric_limits<std::int32_t>::max()) {
    file.write(path, Shape(), std::vector{static_cast<std::int32_t>(count)});
  } else {
    file.write(path, Shape(), std::vector{count});
  }
}

}  // namespace strata::saving
