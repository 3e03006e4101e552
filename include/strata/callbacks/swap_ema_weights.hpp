// SwapEMAWeights: evaluates, predicts and saves with the averages of the weights.
#pragma once

#include "strata/callbacks/callback.hpp"

namespace strata::callbacks {

struct SwapEMAWeightsOptions {
  bool swap_on_epoch = false;  ///< From each epoch's end to the next one's beginning too.
};

/// Swaps the weights with the averages that an optimizer with `use_ema` keeps, while a model
/// validates, evaluates or predicts; with `swap_on_epoch` also for the callbacks behind this one at
/// the end of an epoch, such as `ModelCheckpoint`. Before the first step, when there are no averages
/// yet, nothing is swapped. At the end of `predict`, and of a run that raises, the weights come back,
/// which Keras forgets. Raises StateError where the optimizer has no `use_ema`.
/// See https://keras.io/api/callbacks/swap_ema_weights/.
class SwapEMAWeights : public Callback {
 public:
  using Options = SwapEMAWeightsOptions;

  explicit SwapEMAWeights(Options options = {}) : options_(options) {}

  Attachment attach(TrainingHost* host, const CallbackParams& params) override;
  void on_train_end(const Logs& logs) override;
  void on_epoch_begin(int epoch, const Logs& logs) override;
  void on_epoch_end(int epoch, const Logs& logs) override;
  void on_test_begin(const Logs& logs) override;
  void on_test_end(const Logs& logs) override;
  void on_predict_begin(const Logs& logs) override;
  void on_predict_end(const Logs& logs) override;
  /// None, but with `swap_on_epoch` it is not known.
  std::optional<Config> get_state() const override;

 private:
  void set_swapped(bool swapped);

  Options options_;
  bool swapped_ = false;  // whether the weights are the averages now
};

}  // namespace strata::callbacks
