// History: what every epoch reported.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "strata/callbacks/callback.hpp"

namespace strata {

/// What `fit` returns: one value per epoch under each name, `loss` first among them the total.
/// See https://keras.io/api/models/model_training_apis/#fit-method.
class History : public Callback {
 public:
  void on_train_begin(const Logs&) override;
  void on_epoch_end(int epoch, const Logs& logs) override;
  std::optional<Config> get_state() const override;
  void set_state(const Config& state, const std::vector<Tensor>& tensors) override;

  std::map<std::string, std::vector<double>> history;
  std::vector<int> epoch;  ///< From 0.
  CallbackParams params;
};

}  // namespace strata
