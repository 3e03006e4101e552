// What a host that is no model's answers to callbacks.
#include "strata/training/host.hpp"

#include "core/check.hpp"
#include "strata/layers/layer.hpp"
#include "strata/training/fit_progress.hpp"

namespace strata {

Model& TrainingHost::trained_model() {
  raise<StateError>("TrainingHost", "this host has no model. Received: a callback that needs one.");
}

FitProgress TrainingHost::progress() const {
  raise<StateError>("TrainingHost", "only a fit has a progress. Received: another run.");
}

void TrainingHost::continue_from(const FitProgress&) {
  raise<StateError>("TrainingHost", "only a fit can be continued. Received: another run.");
}

void TrainingHost::log(const std::string& name, double) {
  raise<StateError>("TrainingHost",
                    "figures can be added to the logs in on_epoch_end alone. Received: name={}.",
                    name);
}

std::vector<Penalty> TrainingHost::penalties() const { return {}; }

}  // namespace strata
