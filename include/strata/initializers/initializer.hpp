// Initializer: the first values of a weight. What users subclass.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "strata/core/config.hpp"
#include "strata/core/rule_spec.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata {

/// A function from a shape to a tensor of that shape. One with a seed draws the same values every
/// time; one without draws from the process-wide stream. See
/// https://keras.io/api/layers/initializers/.
class Initializer {
 public:
  using Function = std::function<Tensor(const Shape&)>;
  static constexpr const char* kWhenNull = "glorot_uniform";  ///< What null means in a config.

  virtual ~Initializer() = default;
  virtual Tensor operator()(const Shape& shape) const = 0;
  virtual Config get_config() const;  ///< By default raises InvalidArgument.

  static std::shared_ptr<const Initializer> from_identifier(std::string_view identifier);
  static std::shared_ptr<const Initializer> from_object(const Config& config);
  static std::shared_ptr<const Initializer> from_function(Function function,
                                                          std::string registered_name);
  static Config to_object(const Initializer& initializer);
};

/// What an initializer slot holds: `"he_normal"`, `initializers::HeNormal({.seed = 3})`, a
/// callable, ….
using InitializerSpec = RuleSpec<const Initializer>;

namespace initializers {
Config serialize(const InitializerSpec& initializer);
InitializerSpec deserialize(const Config& config);
InitializerSpec get(InitializerSpec identifier);
}  // namespace initializers

}  // namespace strata
