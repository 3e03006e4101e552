// Reads and writes legacy `.h5` files: a group for each layer, whose attribute lists its weights.
#include "saving/legacy_hdf5.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "io/atomic_file.hpp"
#include "io/json.hpp"
#include "saving/hdf5_tensors.hpp"
#include "saving/legacy_config.hpp"
#include "saving/model_config.hpp"
#include "saving/optimizer_names.hpp"
#include "strata/regularizers/regularizer.hpp"

namespace strata::saving {
namespace {

constexpr const char* kModelConfig = "model_config";
constexpr const char* kTrainingConfig = "training_config";
constexpr const char* kLayerNames = "layer_names";
constexpr const char* kWeightNames = "weight_names";
constexpr const char* kModelWeights = "model_weights";
constexpr const char* kOwnWeights = "top_level_model_weights";
constexpr const char* kOptimizerWeights = "optimizer_weights";

// Whose layout kernels have.
constexpr const char* kBackend = "tensorflow";

// As Keras orders them here: what a nested model trains comes before all that it doesn't.
std::vector<Variable> weights_in_legacy_order(const Layer& layer) {
  std::vector<Variable> weights = layer.trainable_variables();
  const std::vector<Variable> others = layer.non_trainable_variables();
  weights.insert(weights.end(), others.begin(), others.end());
  return weights;
}

class LegacyWriter {
 public:
  explicit LegacyWriter(io::Origin origin) : file_(std::move(origin)) {}

  void describe(const Model& model) {
    file_.text("/", "keras_version", kKerasVersion);
    file_.text("/", "backend", kBackend);
    const auto write = [&](const char* name, const Config& config) {
      file_.text("/", name, to_text("save", config));
    };
    write(kModelConfig, legacy_model_config(model.to_object()));
    if (model.compiled())
      write(kTrainingConfig, legacy_training_config(model.get_compile_config()));
  }

  void add_weights(const Model& model) {
    const std::string root = std::string("/") + kModelWeights;
    std::vector<std::string> names;
    for (const auto& layer : model.layers()) names.push_back(layer->name());
    file_.group(root);
    file_.texts(root, kLayerNames, names);
    file_.text(root, "backend", kBackend);
    file_.text(root, "keras_version", kKerasVersion);
    for (const auto& layer : model.layers())
      add_group(root + "/" + layer->name(), weights_in_legacy_order(*layer), names_in(*layer));
    std::map<std::uint64_t, std::string> own;
    for (const Variable& weight : model.own_weights()) own[weight.id()] = weight.name();
    add_group(root + "/" + kOwnWeights, model.own_weights(), own);
  }

  void add_optimizer(const Model& model) {
    const Optimizer& optimizer = *model.compile_options().optimizer;
    const std::string root = std::string("/") + kOptimizerWeights;
    const std::vector<Variable> variables = optimizer.variables();
    const std::vector<std::string> names = optimizer_names(model);
    file_.group(root);
    file_.texts(root, kWeightNames, names);
    write_count(file_, root + "/" + names.front(), optimizer.calls());
    for (std::size_t i = 1; i < variables.size(); ++i)
      file_.write(root + "/" + names[i], variables[i].value());
  }

  std::vector<unsigned char> finish() { return file_.finish(); }

 private:
  using Names = std::map<std::uint64_t, std::string>;

  // `dense/kernel`, `inner/dense/kernel`: unique within the layer's group.
  static Names names_in(const Layer& layer) {
    Names names;
    for (const auto& [path, weight] : layer.named_weights())
      names[weight.id()] = layer.name() + "/" + path;
    return names;
  }

  void add_group(const std::string& path, const std::vector<Variable>& weights,
                 const Names& names) {
    std::vector<std::string> list;
    for (const Variable& weight : weights) list.push_back(names.at(weight.id()));
    file_.group(path);
    file_.texts(path, kWeightNames, list);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const Tensor value = weights[i].value();
      if (weights[i].integer()) {
        write_count(file_, path + "/" + list[i], static_cast<std::int64_t>(value.item()));
      } else {
        file_.write(path + "/" + list[i], value);
      }
    }
  }

  io::Hdf5Writer file_;
};

/// A layer's group, and the names of its weights within it.
struct StoredLayer {
  std::string name;
  std::string group;
  std::vector<std::string> weights;
};

// Whether a name leads down from a group, without turns.
bool leads_down(std::string_view name) {
  while (true) {
    const std::string_view element = name.substr(0, name.find('/'));
    if (element.empty() || element == "." || element == "..") return false;
    if (element.size() == name.size()) return true;
    name.remove_prefix(element.size() + 1);
  }
}

std::string_view without_output_index(std::string_view name) {
  return name.ends_with(":0") ? name.substr(0, name.size() - 2) : name;
}

std::string_view last_element(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// `Adam/m/dense/kernel:0` in tf.keras since 2.11, `Adam/dense/kernel/m:0` and
// `training/Adam/dense/kernel/m:0` before.
std::string kind_of_slot(std::string_view name, bool kind_first) {
  static const std::map<std::string_view, std::string_view> kNames = {
      {"m", "momentum"},   {"v", "velocity"},          {"vhat", "velocity_hat"},
      {"rms", "velocity"}, {"mg", "average_gradient"},
  };
  name = without_output_index(name);
  std::string_view kind = last_element(name);
  if (kind_first && kind != "learning_rate") {
    const std::string_view rest = name.substr(std::min(name.find('/') + 1, name.size()));
    kind = rest.substr(0, rest.find('/'));
  }
  const auto known = kNames.find(kind);
  return std::string(known == kNames.end() ? kind : known->second);
}

class LegacyReader : public WeightsReader {
 public:
  LegacyReader(io::Origin origin, WholeFile file, bool reads_optimizer)
      : WeightsReader(origin, file.left),
        tensors_(std::move(origin), std::move(file.bytes), file.left),
        reads_optimizer_(reads_optimizer) {
    if (!has_list("", kLayerNames) && this->file().has(kModelWeights))
      weights_root_ = kModelWeights;
  }

  const io::TensorFile& tensors() const override { return tensors_; }

  Config model_config() const {
    origin().check(file().has_attribute("", kModelConfig),
                   "a file of a model must have the attribute {}; load_weights reads files of "
                   "weights alone. Received: none.",
                   kModelConfig);
    Config object = json(kModelConfig);
    if (file().has_attribute("", kTrainingConfig) && object.is_object())
      object["compile_config"] = compile_config_of(origin(), json(kTrainingConfig));
    return object;
  }

  std::vector<LayerMatch> match(const Model& model) const override {
    std::vector<const Layer*> layers;
    const std::vector<std::shared_ptr<Layer>> all = model.layers();
    for (const auto& layer : all) {
      if (!layer->weights().empty()) layers.push_back(layer.get());
    }
    const std::vector<StoredLayer> stored = layers_with_weights();
    origin().check(stored.size() == layers.size(),
                   "the file must hold the weights of {} layers. Received: {} layers with weights "
                   "({}).",
                   layers.size(), stored.size(), names_of(stored));
    std::vector<LayerMatch> matches;
    for (std::size_t i = 0; i < layers.size(); ++i)
      matches.push_back(match(layers[i]->name(), weights_in_legacy_order(*layers[i]), stored[i]));
    const StoredLayer own = own_weights();
    if (!own.weights.empty() || !model.own_weights().empty())
      matches.push_back(match(model.name(), model.own_weights(), own));
    return matches;
  }

  std::optional<StoredOptimizer> optimizer() const override {
    if (!reads_optimizer_ || !file().has(kOptimizerWeights)) return std::nullopt;
    const std::vector<std::string> names = list(kOptimizerWeights, kWeightNames);
    std::vector<std::size_t> tensors;
    for (const std::string& name : names) {
      std::string missing;
      const auto index = find(kOptimizerWeights, name, missing);
      origin().check(index.has_value(), "the optimizer's weights must be there. Received: {}.",
                     Whole{missing});
      tensors.push_back(*index);
    }
    if (tensors.empty()) return std::nullopt;
    StoredOptimizer optimizer{.iteration = tensors_.read_integer(tensors.front()),
                              .tensors = {tensors.begin() + 1, tensors.end()}};
    if (!names.front().ends_with(":0")) return optimizer;  // of Keras 3, in its order
    const bool kind_first =
        last_element(without_output_index(names.front())) == "iteration";  // it was `iter` before
    optimizer.kinds.emplace();
    for (std::size_t i = 1; i < names.size(); ++i)
      optimizer.kinds->push_back(kind_of_slot(names[i], kind_first));
    return optimizer;
  }

 private:
  io::Hdf5File& file() const { return tensors_.file(); }

  Config json(const char* attribute) const {
    const std::string text = file().text("", attribute);
    try {
      return io::parse_json(attribute, text);
    } catch (const InvalidArgument& error) {
      origin().raise("{}", Whole{error.what()});
    }
  }

  bool has_list(const std::string& group, const std::string& name) const {
    return file().has_attribute(group, name) || file().has_attribute(group, name + "0");
  }

  // A list that is too long for one attribute is in several: `layer_names0`, `layer_names1`, ….
  std::vector<std::string> list(const std::string& group, const std::string& name) const {
    if (file().has_attribute(group, name)) return file().texts(group, name);
    std::vector<std::string> all;
    for (int i = 0; file().has_attribute(group, name + std::to_string(i)); ++i) {
      const std::vector<std::string> part = file().texts(group, name + std::to_string(i));
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }

  std::string within_root(const std::string& name) const {
    return weights_root_.empty() ? name : weights_root_ + "/" + name;
  }

  std::vector<StoredLayer> layers_with_weights() const {
    origin().check(has_list(weights_root_, kLayerNames),
                   "a file of weights must have the attribute {}. Received: none.", kLayerNames);
    std::vector<StoredLayer> layers;
    for (const std::string& name : list(weights_root_, kLayerNames)) {
      origin().check(leads_down(name) && file().has(within_root(name)),
                     "{} must name groups of the file. Received: '{}'.", kLayerNames, name);
      StoredLayer layer{name, within_root(name), list(within_root(name), kWeightNames)};
      if (!layer.weights.empty()) layers.push_back(std::move(layer));
    }
    return layers;
  }

  StoredLayer own_weights() const {
    StoredLayer own{kOwnWeights, within_root(kOwnWeights), {}};
    if (file().has(own.group)) own.weights = list(own.group, kWeightNames);
    return own;
  }

  static std::string names_of(const std::vector<StoredLayer>& layers) {
    std::vector<std::string> names;
    for (const StoredLayer& layer : layers) names.push_back(layer.name);
    return fmt::format("{}", fmt::join(names, ", "));
  }

  LayerMatch match(const std::string& layer, std::vector<Variable> weights,
                   const StoredLayer& stored) const {
    LayerMatch match{.layer = layer, .weights = std::move(weights), .tensors = {}};
    if (match.weights.size() != stored.weights.size()) {
      match.mismatch = fmt::format("has {} weights, the file's layer {} holds {}",
                                   match.weights.size(), stored.name, stored.weights.size());
      return match;
    }
    for (const std::string& name : stored.weights) {
      const auto index = find(stored.group, name, match.mismatch);
      if (!index) break;
      match.tensors.push_back(*index);
    }
    return match;
  }

  /// The dataset of this name in a group; nothing, and why, if there is none that can be read.
  std::optional<std::size_t> find(const std::string& group, const std::string& name,
                                  std::string& why) const {
    const std::string path = group + "/" + name;
    const auto index = leads_down(name) ? tensors_.find(path) : std::nullopt;
    if (index) return index;
    const auto unreadable = tensors_.unreadable().find(path);
    if (!leads_down(name)) {
      why = fmt::format("the file's group {} names '{}', which leads out of it", group, name);
    } else if (unreadable != tensors_.unreadable().end()) {
      why = unreadable->second;
    } else {
      why = fmt::format("the file's group {} has no dataset '{}'", group, name);
    }
    return std::nullopt;
  }

  Hdf5Tensors tensors_;
  bool reads_optimizer_;
  std::string weights_root_;  // empty in a file of weights alone
};

}  // namespace

void write_legacy_model(io::Origin origin, const Model& model) {
  for (const Variable& weight : model.weights()) {
    check(
        weight.regularizer() == nullptr || weight.regularizer()->kept().empty(), origin.who,
        "a rule that keeps what its weight was needs a file of Keras 3's: end the path in .keras. "
        "Received: one on {}, path={}.",
        weight.path(), origin.name);
  }
  LegacyWriter writer(origin);
  writer.describe(model);
  writer.add_weights(model);
  if (model.compiled()) writer.add_optimizer(model);
  io::write_file(std::move(origin), writer.finish());
}

SavedModel open_legacy_model(io::Origin origin, std::optional<std::int64_t> max_memory) {
  WholeFile file = read_whole_file(origin, max_memory);
  auto reader = std::make_unique<LegacyReader>(std::move(origin), std::move(file), true);
  Config config = reader->model_config();
  io::Origin place = reader->origin();
  return {std::move(place), std::move(config), std::move(reader)};
}

// As in Keras, which leaves the optimizer as it is here.
std::unique_ptr<WeightsReader> open_legacy_weights(io::Origin origin,
                                                   std::optional<std::int64_t> max_memory) {
  WholeFile file = read_whole_file(origin, max_memory);
  return std::make_unique<LegacyReader>(std::move(origin), std::move(file), false);
}

}  // namespace strata::saving
