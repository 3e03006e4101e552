// Where a model takes numbers under 1.18e-38 as 0, and where it leaves the CPU's mode alone.
#include "core/subnormals.hpp"

#include <gtest/gtest.h>

#include <cfenv>
#include <cmath>
#include <functional>
#include <set>
#include <stdexcept>

#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/ops.hpp"
#include "strata/optimizers/sgd.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/tensor/random.hpp"
#include "support/children.hpp"

namespace strata {
namespace {

class ModelSubnormals : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!kCanFlushSubnormals) GTEST_SKIP() << "this CPU's mode is not known";
  }
};

Sequential model_with(const ActivationSpec& activation, const RegularizerSpec& penalty = {}) {
  Sequential model({layers::Input({1}),
                    layers::Dense({.units = 1,
                                   .activation = activation,
                                   .use_bias = false,
                                   .kernel_initializer =
                                       [](const Shape& shape) { return ops::full(shape, 1e-37f); },
                                   .kernel_regularizer = penalty})});
  model.compile({.optimizer = optimizers::SGD({.learning_rate = 0.1f}), .loss = "mse"});
  return model;
}

TEST_F(ModelSubnormals, AreNoWeightsThatAPenaltyLetsFade) {
  Sequential model = model_with("linear", regularizers::L2(2.5f));
  const Tensor nothing = ops::zeros({1, 1});
  model.fit(nothing, nothing, {.epochs = 20, .verbose = 0});  // each halves 1e-37
  const float weight = model.get_weights()[0].item();
  EXPECT_LT(weight, 1e-37f);
  EXPECT_TRUE(weight == 0.0f || std::isnormal(weight)) << weight;
}

TEST_F(ModelSubnormals, AreZeroInStepsAndNotInCallbacksOrAfterwards) {
  std::set<bool> in_steps;
  const auto seen = [&in_steps](const Tensor& x) {
    in_steps.insert(FlushSubnormals::on());
    return x;
  };
  class Seen : public Callback {
   public:
    void on_train_batch_end(int, const Logs&) override {
      in_callbacks.insert(FlushSubnormals::on());
    }
    std::set<bool> in_callbacks;
  };
  const auto callback = std::make_shared<Seen>();
  Sequential model = model_with(seen);
  in_steps.clear();
  const Tensor one = ops::ones({1, 1});
  model.fit(one, one, {.verbose = 0, .callbacks = {callback}});
  EXPECT_EQ(in_steps, std::set<bool>{true});
  EXPECT_EQ(callback->in_callbacks, std::set<bool>{false});
  EXPECT_FALSE(FlushSubnormals::on());
}

TEST_F(ModelSubnormals, AreZeroInWhateverAModelDoesWithABatch) {
  Sequential model = model_with("linear");
  const Tensor x = ops::full({1, 1}, 0.05f);
  EXPECT_EQ(model.predict(x, {.verbose = 0}).item(), 0.0f);
  EXPECT_EQ(model.predict_on_batch(x).item(), 0.0f);
  EXPECT_GT(model(x).item(), 0.0f);  // a call by itself is the caller's
  Sequential loud = model_with([](const Tensor& y) { return y * 1e38f; });
  EXPECT_GT(loud(x).item(), 0.1f);
  EXPECT_EQ(loud.evaluate(x, ops::zeros({1, 1}), {.verbose = 0}).at("loss"), 0.0);
}

#if defined(__x86_64__)

// The program's own floating-point mode is restored, bit for bit.
TEST_F(ModelSubnormals, LeaveTheControlWordAsItWas) {
  constexpr unsigned kSigns = 0x3f;  // flags of exceptions that occurred
  const unsigned before = _mm_getcsr();
  Sequential model = model_with("linear");
  Sequential failing = model_with([](const Tensor& x) {
    if (FlushSubnormals::on() && x.shape()[0] == 3) throw std::runtime_error("of a layer");
    return x;
  });
  const Tensor x = ops::ones({2, 1});
  for (const unsigned word : {0x1f80U, 0x9f80U, 0x1fc0U, 0x9fc0U, 0x3f80U, 0xffc0U}) {
    _mm_setcsr(word);
    const auto expect_kept = [&](const char* after) {
      EXPECT_EQ(_mm_getcsr() & ~kSigns, word) << after;
    };
    model.predict(x, {.verbose = 0});
    expect_kept("predict");
    model.fit(x, x, {.verbose = 0});
    expect_kept("fit");
    model.evaluate(x, x, {.verbose = 0});
    expect_kept("evaluate");
    model.train_on_batch(x, x);
    expect_kept("train_on_batch");
    (void)ops::exp(ops::zeros({1000, 1000}));
    expect_kept("an operation");
    EXPECT_THROW(failing.train_on_batch(ops::ones({3, 1}), ops::ones({3, 1})), std::runtime_error);
    expect_kept("a step that failed");
  }
  _mm_setcsr(before);
}

#if defined(__GLIBC__)

constexpr int kTrapped = FE_DIVBYZERO | FE_INVALID | FE_OVERFLOW;

// In a child, which a trap ends.
bool survives_with_traps(const std::function<void()>& work) {
  return testing::holds_in_child([&] {
    if (feenableexcept(kTrapped) == -1) return false;
    const unsigned word = _mm_getcsr() & ~0x3fU;
    work();
    return (_mm_getcsr() & ~0x3fU) == word && fegetexcept() == kTrapped;
  });
}

TEST_F(ModelSubnormals, WorksWhereTheProcessTrapsExceptions) {
  if (!testing::kMayForkWithThreads) GTEST_SKIP() << "ThreadSanitizer refuses threads after a fork";
  EXPECT_FALSE(survives_with_traps([] {
    const volatile float zero = 0.0f;
    const volatile float quotient = 1.0f / zero;
    (void)quotient;
  }));
  // Of rows some of which are 0, and all near 0 or 1.
  const auto nearly_sure = [](const Tensor& x) {
    return ops::sigmoid(1e3f * (ops::l2_normalize(ops::relu(x)) - 0.5f));
  };
  EXPECT_TRUE(survives_with_traps([&] {
    Sequential model({layers::Dense({.units = 32, .activation = "tanh"}),
                      layers::Dense({.units = 4, .activation = nearly_sure})});
    model.compile({.optimizer = "adam", .loss = "binary_crossentropy", .metrics = {"accuracy"}});
    const Tensor x = 100.0f * random::Generator(1).normal({200, 8});
    const Tensor y = ops::ones({200, 4});
    model.fit(x, y, {.epochs = 2, .verbose = 0, .validation_split = 0.2f});
    model.evaluate(x, y, {.verbose = 0});
    model.predict(x, {.verbose = 0});
  }));
}

#endif

#endif

}  // namespace
}  // namespace strata
