// SwapEMAWeights: swaps in time, and back.
#include "strata/callbacks/swap_ema_weights.hpp"

#include "strata/config.hpp"
#include "strata/training/host.hpp"

namespace strata::callbacks {

void SwapEMAWeights::set_swapped(bool swapped) {
  if (swapped == swapped_) return;
  model().optimizer().swap_averages();
  swapped_ = swapped;
}

// A run that raised did not come to the hook that swaps back.
Callback::Attachment SwapEMAWeights::attach(TrainingHost* host, const CallbackParams& params) {
  if (attachment().host != nullptr) set_swapped(false);
  return Callback::attach(host, params);
}

// The optimizer has kept the averages by now.
void SwapEMAWeights::on_train_end(const Logs&) { swapped_ = false; }

void SwapEMAWeights::on_epoch_begin(int, const Logs&) { set_swapped(false); }

void SwapEMAWeights::on_epoch_end(int, const Logs&) {
  if (options_.swap_on_epoch) set_swapped(true);
}

void SwapEMAWeights::on_test_begin(const Logs&) { set_swapped(true); }
void SwapEMAWeights::on_test_end(const Logs&) { set_swapped(false); }
void SwapEMAWeights::on_predict_begin(const Logs&) { set_swapped(true); }
void SwapEMAWeights::on_predict_end(const Logs&) { set_swapped(false); }

std::optional<Config> SwapEMAWeights::get_state() const {
  return options_.swap_on_epoch ? std::nullopt : std::optional(Config());
}

}  // namespace strata::callbacks
