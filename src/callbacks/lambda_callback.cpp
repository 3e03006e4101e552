// LambdaCallback: calls the functions that it was given.
#include "strata/callbacks/lambda_callback.hpp"

#include <utility>

#include "strata/config.hpp"

namespace strata::callbacks {
namespace {

template <class Hook, class... Args>
void call(const Hook& hook, const Args&... args) {
  if (hook) hook(args...);
}

}  // namespace

LambdaCallback::LambdaCallback(Options options) : options_(std::move(options)) {}

void LambdaCallback::on_epoch_begin(int epoch, const Logs& logs) {
  call(options_.on_epoch_begin, epoch, logs);
}
void LambdaCallback::on_epoch_end(int epoch, const Logs& logs) {
  call(options_.on_epoch_end, epoch, logs);
}
void LambdaCallback::on_train_begin(const Logs& logs) { call(options_.on_train_begin, logs); }
void LambdaCallback::on_train_end(const Logs& logs) { call(options_.on_train_end, logs); }
void LambdaCallback::on_train_batch_begin(int batch, const Logs& logs) {
  call(options_.on_train_batch_begin, batch, logs);
}
void LambdaCallback::on_train_batch_end(int batch, const Logs& logs) {
  call(options_.on_train_batch_end, batch, logs);
}
void LambdaCallback::on_test_begin(const Logs& logs) { call(options_.on_test_begin, logs); }
void LambdaCallback::on_test_end(const Logs& logs) { call(options_.on_test_end, logs); }
void LambdaCallback::on_test_batch_begin(int batch, const Logs& logs) {
  call(options_.on_test_batch_begin, batch, logs);
}
void LambdaCallback::on_test_batch_end(int batch, const Logs& logs) {
  call(options_.on_test_batch_end, batch, logs);
}
void LambdaCallback::on_predict_begin(const Logs& logs) { call(options_.on_predict_begin, logs); }
void LambdaCallback::on_predict_end(const Logs& logs) { call(options_.on_predict_end, logs); }
void LambdaCallback::on_predict_batch_begin(int batch, const Logs& logs) {
  call(options_.on_predict_batch_begin, batch, logs);
}
void LambdaCallback::on_predict_batch_end(int batch, const Logs& logs) {
  call(options_.on_predict_batch_end, batch, logs);
}

std::optional<Config> LambdaCallback::get_state() const { return Config(); }

}  // namespace strata::callbacks
