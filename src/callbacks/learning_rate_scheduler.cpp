// LearningRateScheduler: asks its schedule when an epoch begins.
#include "strata/callbacks/learning_rate_scheduler.hpp"

#include "core/check.hpp"
#include "strata/config.hpp"
#include "strata/training/host.hpp"

namespace strata::callbacks {

void LearningRateScheduler::on_epoch_begin(int epoch, const Logs&) {
  Optimizer& optimizer = model().optimizer();
  const float rate = options_.schedule(epoch, optimizer.learning_rate());
  optimizer.set_learning_rate(rate);
  if (options_.verbose == 0) return;
  model().print(fmt::format("\nEpoch {}: LearningRateScheduler setting learning rate to {}.",
                            epoch + 1, rate));
}

void LearningRateScheduler::on_epoch_end(int, const Logs&) {
  model().log("learning_rate", static_cast<double>(model().optimizer().learning_rate()));
}

std::optional<Config> LearningRateScheduler::get_state() const { return Config(); }

}  // namespace strata::callbacks
