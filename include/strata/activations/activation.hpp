// Activation: a function applied to a layer's output.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "strata/core/config.hpp"
#include "strata/core/rule_spec.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata {

/// A function from a tensor to a tensor of the same shape, written in ops. While a tape records and
/// the input leads back to a trainable variable, layers and slots that are called refuse a result
/// that does not depend on that input. Such a result has left the tape by `values()`, `item()`,
/// `ops::stop_gradient` or an operation whose gradient is 0. A direct call of an object's
/// `operator()` is not checked. See https://keras.io/api/layers/activations/.
class Activation {
 public:
  using Function = std::function<Tensor(const Tensor&)>;
  static constexpr bool kTrains = true;  ///< A callable must return a `Tensor`, not a number.
  static constexpr const char* kAbsent = "linear";  ///< What configs say where there is none.

  virtual ~Activation() = default;
  virtual Tensor operator()(const Tensor& x) const = 0;
  virtual Config get_config() const;  ///< By default raises InvalidArgument.

  /// The output's shape where it is known without a call, as that of each built-in one is.
  virtual std::optional<Shape> output_shape(const Shape& input) const;

  /// What the call of a slot does: `activation(x)`, refused if it has left the tape.
  static Tensor checked_call(const Activation& activation, const Tensor& x);

  static std::shared_ptr<const Activation> from_identifier(std::string_view identifier);
  /// Takes the objects of Keras's layers ELU, LeakyReLU, ReLU and Softmax too, as Keras does.
  static std::shared_ptr<const Activation> from_object(const Config& config);
  static std::shared_ptr<const Activation> from_function(Function function,
                                                         std::string registered_name);
  /// A built-in one is written as its bare name, `"relu"`; one read from a layer's object as that.
  static Config to_object(const Activation& activation);
};

/// What an activation slot holds: nothing (which is linear), `"relu"`, a callable, a config.
/// Names: `celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh
/// leaky_relu linear log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax
/// softplus softsign sparse_plus sparse_sigmoid sparsemax squareplus swish tanh tanh_shrink`. For
/// other parameters than their defaults, wrap a function of <strata/activations/functions.hpp>.
using ActivationSpec = RuleSpec<const Activation>;

namespace activations {
Config serialize(const ActivationSpec& activation);  ///< nothing is written `"linear"`
ActivationSpec deserialize(const Config& config);
ActivationSpec get(ActivationSpec identifier);
}  // namespace activations

}  // namespace strata
