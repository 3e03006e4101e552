// LambdaCallback: hooks given as functions.
#include "strata/callbacks/lambda_callback.hpp"

#include <gtest/gtest.h>

#include <string>

namespace strata {
namespace {

TEST(LambdaCallback, CallsEveryHookItWasGiven) {
  std::string calls;
  const auto with_index = [&](const char* name) {
    return [&calls, name](int index, const Logs&) { calls += name + std::to_string(index) + " "; };
  };
  const auto with_logs = [&](const char* name) {
    return [&calls, name](const Logs&) { calls += std::string(name) + " "; };
  };
  callbacks::LambdaCallback callback({.on_epoch_begin = with_index("eb"),
                                      .on_epoch_end = with_index("ee"),
                                      .on_train_begin = with_logs("tb"),
                                      .on_train_end = with_logs("te"),
                                      .on_train_batch_begin = with_index("bb"),
                                      .on_train_batch_end = with_index("be"),
                                      .on_test_begin = with_logs("vb"),
                                      .on_test_end = with_logs("ve"),
                                      .on_test_batch_begin = with_index("xb"),
                                      .on_test_batch_end = with_index("xe"),
                                      .on_predict_begin = with_logs("pb"),
                                      .on_predict_end = with_logs("pe"),
                                      .on_predict_batch_begin = with_index("qb"),
                                      .on_predict_batch_end = with_index("qe")});
  callback.on_epoch_begin(1, {});
  callback.on_epoch_end(2, {});
  callback.on_train_begin({});
  callback.on_train_end({});
  callback.on_train_batch_begin(3, {});
  callback.on_train_batch_end(4, {});
  callback.on_test_begin({});
  callback.on_test_end({});
  callback.on_test_batch_begin(5, {});
  callback.on_test_batch_end(6, {});
  callback.on_predict_begin({});
  callback.on_predict_end({});
  callback.on_predict_batch_begin(7, {});
  callback.on_predict_batch_end(8, {});
  EXPECT_EQ(calls, "eb1 ee2 tb te bb3 be4 vb ve xb5 xe6 pb pe qb7 qe8 ");
}

TEST(LambdaCallback, HooksThatWereNotGivenDoNothing) {
  callbacks::LambdaCallback callback({});
  callback.on_train_begin({});
  callback.on_epoch_end(0, {{"loss", 1.0}});
  SUCCEED();
}

}  // namespace
}  // namespace strata
