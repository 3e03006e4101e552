// What a callback may ask of the run that it is attached to.
#include "strata/callbacks/callback.hpp"

#include "core/check.hpp"
#include "core/registry.hpp"
#include "strata/config.hpp"

namespace strata {

std::optional<Config> Callback::get_state() const { return std::nullopt; }

void Callback::set_state(const Config&, const std::vector<Tensor>&) {
  raise<StateError>("Callback",
                    "one that has a state must override set_state as well. Received: none in {}.",
                    registry::class_name_of(typeid(*this)));
}

TrainingHost& Callback::model() const {
  check<StateError>(attachment_.host != nullptr, "Callback",
                    "the model can be asked only in a run of fit, evaluate or predict that was "
                    "given this callback. Received: a call outside of one.");
  return *attachment_.host;
}

}  // namespace strata
