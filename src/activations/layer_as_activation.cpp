// Reads the layer objects of Keras that an activation slot accepts: ELU, LeakyReLU, ReLU, Softmax.
#include "activations/layer_as_activation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "core/check.hpp"
#include "core/fields.hpp"
#include "strata/activations/functions.hpp"
#include "strata/ops/array.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"

namespace strata::activations {
namespace {

Tensor compute(const EluParameters& elu_layer, const Tensor& x) { return elu(x, elu_layer.alpha); }
Tensor compute(const LeakyReluParameters& layer, const Tensor& x) {
  return leaky_relu(x, layer.negative_slope);
}
Tensor compute(const ReluOptions& options, const Tensor& x) { return relu(x, options); }
Tensor compute(const AxisList& axis, const Tensor& x) {
  if (axis.values().size() == 1) return softmax(x, axis.values()[0]);
  return ops::exp(x - ops::logsumexp(x, axis.values(), true));
}

class LayerActivation : public Activation {
 public:
  LayerActivation(LayerParameters parameters, Config object)
      : parameters_(std::move(parameters)), object_(std::move(object)) {}
  Tensor operator()(const Tensor& x) const override {
    return std::visit([&](const auto& parameters) { return compute(parameters, x); }, parameters_);
  }
  std::optional<Shape> output_shape(const Shape& input) const override {
    const std::vector<std::int64_t> least(static_cast<std::size_t>(input.rank()), 1);
    (*this)(ops::ones(Shape(least)));  // raises where Softmax's axis is not there
    return input;
  }
  const LayerParameters& parameters() const { return parameters_; }
  const Config& object() const { return object_; }

 private:
  LayerParameters parameters_;
  Config object_;
};

// `own` reads what the layer has besides the keys of every layer.
template <class Own>
void read_layer(const char* who, const Config& config, Own own) {
  std::string name;
  bool trainable = true;  // it has no weights
  read_fields(who, config, [&](auto& fields) {
    fields.or_default("name", name);
    fields("trainable", trainable);
    fields.float32("dtype", "float32");
    fields.null_alone("activity_regularizer");  // such a penalty would count in the losses
    fields.ignore("autocast");
    own(fields);
  });
}

void check_parameter(const char* who, const char* name, float value) {
  check(std::isfinite(value) && value >= 0.0f, who,
        "{0} must be finite and >= 0. Received: {0}={1}.", name, value);
}

LayerParameters read_elu(const Config& config) {
  EluParameters elu_layer;
  float& alpha = elu_layer.alpha;
  read_layer("ELU", config, [&](auto& fields) { fields("alpha", alpha); });
  check(std::isfinite(alpha), "ELU", "alpha must be finite. Received: alpha={}.", alpha);
  return elu_layer;
}

LayerParameters read_leaky_relu(const Config& config) {
  LeakyReluParameters layer;
  float& slope = layer.negative_slope;
  read_layer("LeakyReLU", config, [&](auto& fields) {
    fields("alpha", slope);  // as Keras 2 writes it
    fields("negative_slope", slope);
  });
  check_parameter("LeakyReLU", "negative_slope", slope);
  return layer;
}

LayerParameters read_relu(const Config& config) {
  ReluOptions options;
  read_layer("ReLU", config, [&](auto& fields) {
    fields("max_value", options.max_value);
    fields("negative_slope", options.negative_slope);
    fields("threshold", options.threshold);
  });
  check_parameter("ReLU", "max_value", options.max_value.value_or(0.0f));
  check_parameter("ReLU", "negative_slope", options.negative_slope);
  check_parameter("ReLU", "threshold", options.threshold);
  return options;
}

LayerParameters read_softmax(const Config& config) {
  AxisList axis = -1;
  read_layer("Softmax", config, [&](auto& fields) { fields("axis", axis); });
  check(!axis.values().empty(), "Softmax", "axis must name at least one axis. Received: axis=[].");
  return axis;
}

struct LayerClass {
  std::string_view name;
  LayerParameters (*read)(const Config&);
};

constexpr std::array kLayers = {LayerClass{"ELU", read_elu},
                                LayerClass{"LeakyReLU", read_leaky_relu},
                                LayerClass{"ReLU", read_relu}, LayerClass{"Softmax", read_softmax}};

// The class that an object of Keras's names, empty where a user's class is meant.
std::string class_in(const Config& object) {
  if (!object.is_object()) return {};
  const auto text = [&](const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const std::string name = text("class_name");
  const std::string registered_name = text("registered_name");
  const std::string module = text("module");
  const bool of_keras = module.empty() || module.starts_with("keras");
  return of_keras && (registered_name.empty() || registered_name == name) ? name : std::string();
}

}  // namespace

std::vector<std::string> layer_names() {
  std::vector<std::string> names;
  for (const LayerClass& layer : kLayers) names.emplace_back(layer.name);
  return names;
}

std::shared_ptr<const Activation> read_layer_object(const Config& object) {
  const std::string name = class_in(object);
  const auto* layer = std::find_if(kLayers.begin(), kLayers.end(),
                                   [&](const LayerClass& entry) { return entry.name == name; });
  if (layer == kLayers.end()) return nullptr;
  const auto config = object.find("config");
  const bool plain = config == object.end() || config->is_null();
  check(plain || config->is_object(), "Activation",
        "the config inside a config must be an object. Received: class_name={}, config={}.", name,
        plain ? object : *config);
  return std::make_shared<LayerActivation>(layer->read(plain ? Config::object() : *config), object);
}

const LayerParameters* layer_parameters(const Activation& activation) {
  const auto* layer = dynamic_cast<const LayerActivation*>(&activation);
  return layer == nullptr ? nullptr : &layer->parameters();
}

const Config* layer_object(const Activation& activation) {
  const auto* layer = dynamic_cast<const LayerActivation*>(&activation);
  return layer == nullptr ? nullptr : &layer->object();
}

}  // namespace strata::activations
