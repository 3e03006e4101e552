#include "strata/callbacks/callback.hpp"

#include "core/check.hpp"

namespace strata {

TrainingHost& Callback::model() const {
  check<StateError>(run_.host != nullptr, "Callback",
                    "the model can be asked only in a run of fit, evaluate or predict that was "
                    "given this callback. Received: a call outside of one.");
  return *run_.host;
}

}  // namespace strata
