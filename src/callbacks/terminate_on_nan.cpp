// TerminateOnNaN: looks at the loss of each batch.
#include "strata/callbacks/terminate_on_nan.hpp"

#include <cmath>

#include "core/check.hpp"
#include "strata/config.hpp"
#include "strata/training/host.hpp"

namespace strata::callbacks {

void TerminateOnNaN::on_batch_end(int batch, const Logs& logs) {
  const auto loss = logs.find("loss");
  if (loss == logs.end() || std::isfinite(loss->second)) return;
  check<StateError>(!options_.raise_error, "TerminateOnNaN",
                    "the loss must be finite. Received: {} in batch {}.", loss->second, batch);
  model().print(fmt::format("Batch {}: Invalid loss, terminating training", batch));
  model().stop_training();
}

std::optional<Config> TerminateOnNaN::get_state() const { return Config(); }

}  // namespace strata::callbacks
