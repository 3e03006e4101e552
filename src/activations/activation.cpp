// The built-in activations have no classes of their own: one table gives each name its function.
#include "strata/activations/activation.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "activations/apply.hpp"
#include "activations/builtin_name.hpp"
#include "activations/layer_as_activation.hpp"
#include "autodiff/dependence.hpp"
#include "core/callable_rule.hpp"
#include "core/check.hpp"
#include "core/custom_scope.hpp"
#include "core/fields.hpp"
#include "strata/activations/functions.hpp"
#include "tensor/format.hpp"

namespace strata {
namespace {

using PlainFunction = Tensor (*)(const Tensor&);
using ops::FusedActivation;

// glu's.
Shape halved(const Shape& input) {
  const int last = input.axis(-1, "glu");
  if (input[last] == Shape::kUnknown) return input;
  check<ShapeError>(input[last] % 2 == 0, "glu",
                    "the extent along the axis must be even. Received: axis=-1, shape={}.", input);
  return input.with(last, input[last] / 2);
}

struct Builtin {
  std::string_view name;  // Keras's, which is also what is written
  PlainFunction function;
  std::optional<FusedActivation> fused = {};
  std::string_view alias = {};
  Shape (*output_shape)(const Shape&) = nullptr;  // null: the input's
};

constexpr std::array kBuiltins = {
    Builtin{"celu", [](const Tensor& x) { return activations::celu(x); }},
    Builtin{"elu", [](const Tensor& x) { return activations::elu(x); }},
    Builtin{"exponential", activations::exponential},
    Builtin{"gelu", [](const Tensor& x) { return activations::gelu(x); }},
    Builtin{"glu", [](const Tensor& x) { return activations::glu(x); }, {}, {}, halved},
    Builtin{"hard_shrink", [](const Tensor& x) { return activations::hard_shrink(x); }},
    Builtin{"hard_sigmoid", activations::hard_sigmoid},
    Builtin{"hard_silu", activations::hard_silu, {}, "hard_swish"},
    Builtin{"hard_tanh", activations::hard_tanh},
    Builtin{"leaky_relu", [](const Tensor& x) { return activations::leaky_relu(x); }},
    Builtin{"linear", activations::linear, FusedActivation::linear},
    Builtin{"log_sigmoid", activations::log_sigmoid},
    Builtin{"log_softmax", [](const Tensor& x) { return activations::log_softmax(x); }},
    Builtin{"mish", activations::mish},
    Builtin{"relu", [](const Tensor& x) { return activations::relu(x); }, FusedActivation::relu},
    Builtin{"relu6", activations::relu6},
    Builtin{"selu", activations::selu},
    Builtin{"sigmoid", activations::sigmoid, FusedActivation::sigmoid},
    Builtin{"silu", activations::silu, {}, "swish"},
    Builtin{"soft_shrink", [](const Tensor& x) { return activations::soft_shrink(x); }},
    Builtin{"softmax", [](const Tensor& x) { return activations::softmax(x); }},
    Builtin{"softplus", activations::softplus},
    Builtin{"softsign", activations::softsign},
    Builtin{"sparse_plus", activations::sparse_plus},
    Builtin{"sparse_sigmoid", activations::sparse_sigmoid},
    Builtin{"sparsemax", [](const Tensor& x) { return activations::sparsemax(x); }},
    Builtin{"squareplus", [](const Tensor& x) { return activations::squareplus(x); }},
    Builtin{"tanh", activations::tanh, FusedActivation::tanh},
    Builtin{"tanh_shrink", activations::tanh_shrink},
};

class BuiltinActivation : public Activation {
 public:
  explicit BuiltinActivation(const Builtin& builtin) : builtin_(builtin) {}
  Tensor operator()(const Tensor& x) const override { return builtin_.function(x); }
  std::optional<Shape> output_shape(const Shape& input) const override {
    return builtin_.output_shape == nullptr ? input : builtin_.output_shape(input);
  }
  std::optional<FusedActivation> fused() const { return builtin_.fused; }
  std::string_view name() const { return builtin_.name; }

 private:
  const Builtin& builtin_;
};

template <class Matches>
std::shared_ptr<const Activation> find_builtin(const Matches& matches) {
  const auto found = std::find_if(kBuiltins.begin(), kBuiltins.end(), matches);
  return found == kBuiltins.end() ? nullptr : std::make_shared<BuiltinActivation>(*found);
}

std::shared_ptr<const Activation> builtin_named(std::string_view name) {
  return find_builtin(
      [&](const Builtin& builtin) { return builtin.name == name || builtin.alias == name; });
}

// A built-in activation written as an object: by its function's name, as Keras before 3.13 did, or
// by a Keras class without a config. Null if the config is neither.
std::shared_ptr<const Activation> builtin_in(const Config& config) {
  if (!config.is_object()) return nullptr;
  const Config kind = config.value("class_name", Config());
  const Config name = config.value("config", Config());
  if (!kind.is_string()) return nullptr;
  if (kind == "function")
    return name.is_string() ? builtin_named(name.get<std::string>()) : nullptr;
  const Config module = config.value("module", Config());
  const Config registered_name = config.value("registered_name", Config());
  const bool of_keras = module.is_string() && module.get<std::string>().starts_with("keras") &&
                        (registered_name.is_null() || registered_name == kind);
  return of_keras && name.is_null() ? builtin_named(kind.get<std::string>()) : nullptr;
}

// Returns `result` unless it has left the tape, so that no gradient for `x` would come of it.
Tensor checked_result(Tensor result, const Tensor& x, std::string_view who) {
  if (x.size() > 0 && autodiff::has_left_tape(result, x)) {
    raise(who,
          "an activation must depend on its input by ops, or nothing before it is trained; {}. "
          "Received: a result without a gradient.",
          autodiff::kLeavesTheTape);
  }
  return result;
}

std::vector<std::string> names_in_configs() {
  std::vector<std::string> names = activations::builtin_names();
  for (std::string& layer : activations::layer_names()) names.push_back(std::move(layer));
  return names;
}

}  // namespace

std::optional<Shape> Activation::output_shape(const Shape&) const { return std::nullopt; }

Tensor Activation::checked_call(const Activation& activation, const Tensor& x) {
  return activations::apply(activation, x, "Activation");
}

Config Activation::get_config() const { refuse_config(registry::class_name_of(typeid(*this))); }

std::shared_ptr<const Activation> Activation::from_identifier(std::string_view identifier) {
  if (auto builtin = builtin_named(identifier)) return builtin;
  if (auto function = users_function<const Activation>(identifier)) return function;
  if (const auto custom = registry::find_custom(typeid(Activation), identifier))
    return std::static_pointer_cast<const Activation>(custom->make(Config::object()));
  registry::raise_unknown("Activation", identifier, activations::builtin_names());
}

std::shared_ptr<const Activation> Activation::from_object(const Config& config) {
  if (auto function = users_function<const Activation>(function_named_by(config))) return function;
  if (!registry::names_custom_class(typeid(Activation), config)) {
    if (auto builtin = builtin_in(config)) return builtin;
    if (auto layer = activations::read_layer_object(config)) return layer;
  }
  return read_rule<const Activation>("Activation", config, names_in_configs());
}

std::shared_ptr<const Activation> Activation::from_function(Function function,
                                                            std::string registered_name) {
  if (const auto* plain = function.target<PlainFunction>()) {  // `activations::tanh` is "tanh"
    auto builtin = find_builtin([&](const Builtin& entry) { return entry.function == *plain; });
    if (builtin != nullptr) return builtin;
  }
  class Callable : public CallableRule<Activation> {
   public:
    using CallableRule::CallableRule;
    Tensor operator()(const Tensor& x) const override {
      return checked_result(function()(x), x, "Activation");
    }
  };
  return std::make_shared<Callable>(std::move(function), std::move(registered_name));
}

Config Activation::to_object(const Activation& activation) {
  if (const auto name = activations::builtin_name(activation); !name.empty())
    return std::string(name);
  if (const Config* object = activations::layer_object(activation)) return *object;
  return write_rule("Activation", activation);
}

namespace activations {

Config serialize(const ActivationSpec& activation) { return to_config(activation); }

ActivationSpec deserialize(const Config& config) { return ActivationSpec(config); }

ActivationSpec get(ActivationSpec identifier) { return identifier; }

std::string_view builtin_name(const Activation& activation) {
  const auto* builtin = dynamic_cast<const BuiltinActivation*>(&activation);
  return builtin == nullptr ? std::string_view() : builtin->name();
}

std::vector<std::string> builtin_names() {
  std::vector<std::string> names;
  for (const Builtin& builtin : kBuiltins) {
    names.emplace_back(builtin.name);
    if (!builtin.alias.empty()) names.emplace_back(builtin.alias);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<FusedActivation> fused_form(const ActivationSpec& activation) {
  if (!activation) return FusedActivation::linear;
  const auto* builtin = dynamic_cast<const BuiltinActivation*>(activation.rule().get());
  return builtin == nullptr ? std::nullopt : builtin->fused();
}

Tensor apply(const Activation& activation, const Tensor& x, std::string_view layer) {
  // A callable's own call would raise without the name of the layer.
  const auto* callable = dynamic_cast<const CallableRule<Activation>*>(&activation);
  return checked_result(callable ? callable->function()(x) : activation(x), x, layer);
}

Tensor apply_slot(const ActivationSpec& activation, const Tensor& x, std::string_view layer) {
  return activation ? apply(*activation, x, layer) : x;
}

Shape output_shape(const ActivationSpec& activation, const Shape& shape) {
  return activation ? activation->output_shape(shape).value_or(shape) : shape;
}

}  // namespace activations
}  // namespace strata
