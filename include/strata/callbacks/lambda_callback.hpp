// LambdaCallback: hooks written in place.
#pragma once

#include <functional>

#include "strata/callbacks/callback.hpp"

namespace strata::callbacks {

/// Every hook that is given is called.
struct LambdaCallbackOptions {
  using WithIndex = std::function<void(int, const Logs&)>;
  using WithLogs = std::function<void(const Logs&)>;

  WithIndex on_epoch_begin = {};
  WithIndex on_epoch_end = {};
  WithLogs on_train_begin = {};
  WithLogs on_train_end = {};
  WithIndex on_train_batch_begin = {};
  WithIndex on_train_batch_end = {};
  WithLogs on_test_begin = {};
  WithLogs on_test_end = {};
  WithIndex on_test_batch_begin = {};
  WithIndex on_test_batch_end = {};
  WithLogs on_predict_begin = {};
  WithLogs on_predict_end = {};
  WithIndex on_predict_batch_begin = {};
  WithIndex on_predict_batch_end = {};
};

/// A callback of one's own without a class.
///
///     callbacks::LambdaCallback({.on_epoch_end = [](int epoch, const Logs& logs) { … }})
///
/// See https://keras.io/api/callbacks/lambda_callback/.
class LambdaCallback : public Callback {
 public:
  using Options = LambdaCallbackOptions;

  explicit LambdaCallback(Options options);

  void on_epoch_begin(int epoch, const Logs& logs) override;
  void on_epoch_end(int epoch, const Logs& logs) override;
  void on_train_begin(const Logs& logs) override;
  void on_train_end(const Logs& logs) override;
  void on_train_batch_begin(int batch, const Logs& logs) override;
  void on_train_batch_end(int batch, const Logs& logs) override;
  void on_test_begin(const Logs& logs) override;
  void on_test_end(const Logs& logs) override;
  void on_test_batch_begin(int batch, const Logs& logs) override;
  void on_test_batch_end(int batch, const Logs& logs) override;
  void on_predict_begin(const Logs& logs) override;
  void on_predict_end(const Logs& logs) override;
  void on_predict_batch_begin(int batch, const Logs& logs) override;
  void on_predict_batch_end(int batch, const Logs& logs) override;
  std::optional<Config> get_state() const override;  ///< None: what hooks keep is their own.

 private:
  Options options_;
};

}  // namespace strata::callbacks
