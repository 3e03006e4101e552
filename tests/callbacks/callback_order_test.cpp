// The order in which the hooks of callbacks are called, and what they see of the model.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "strata/callbacks/callback.hpp"
#include "strata/config.hpp"
#include "strata/core/errors.hpp"
#include "strata/layers/dense.hpp"
#include "strata/layers/input.hpp"
#include "strata/models/sequential.hpp"
#include "strata/ops/array.hpp"
#include "strata/regularizers/l2.hpp"
#include "strata/training/fit_progress.hpp"
#include "strata/training/host.hpp"
#include "support/matchers.hpp"

namespace strata {
namespace {

// Writes down every hook that is called.
class Recorder : public Callback {
 public:
  void on_train_begin(const Logs&) override { calls += "train( "; }
  void on_train_end(const Logs&) override { calls += ")train"; }
  void on_epoch_begin(int epoch, const Logs&) override { calls += fmt::format("e{}( ", epoch); }
  void on_epoch_end(int, const Logs& logs) override {
    calls += ")e ";
    saw_validation = logs.contains("val_loss");
  }
  void on_train_batch_begin(int batch, const Logs& logs) override {
    calls += fmt::format("b{}( ", batch);
    Callback::on_train_batch_begin(batch, logs);
  }
  void on_train_batch_end(int batch, const Logs& logs) override {
    calls += ")b ";
    Callback::on_train_batch_end(batch, logs);
  }
  void on_batch_begin(int, const Logs&) override { ++plain_batches; }
  void on_batch_end(int, const Logs& logs) override { saw_loss = logs.contains("loss"); }
  void on_test_begin(const Logs&) override { calls += "test( "; }
  void on_test_end(const Logs&) override { calls += ")test "; }
  void on_test_batch_begin(int batch, const Logs&) override {
    calls += fmt::format("t{}( ", batch);
  }
  void on_test_batch_end(int, const Logs&) override { calls += ")t "; }
  void on_predict_begin(const Logs&) override { calls += "predict( "; }
  void on_predict_end(const Logs&) override { calls += ")predict"; }
  void on_predict_batch_begin(int batch, const Logs&) override {
    calls += fmt::format("p{}( ", batch);
  }
  void on_predict_batch_end(int, const Logs&) override { calls += ")p "; }

  std::string calls;
  int plain_batches = 0;
  bool saw_loss = false;
  bool saw_validation = false;
};

Sequential small_model() {
  Sequential model({layers::Input({2}), layers::Dense({.units = 1})});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  return model;
}

TEST(Callback, HooksAreCalledInKerasOrder) {
  Sequential model = small_model();
  const auto recorder = std::make_shared<Recorder>();
  const Tensor x = ops::ones({3, 2});
  const Tensor y = ops::ones({3, 1});
  model.fit(x, y,
            {.batch_size = 2,
             .epochs = 2,
             .verbose = 0,
             .callbacks = {recorder},
             .validation_data = {x, y}});
  const std::string epoch = "b0( )b b1( )b test( t0( )t t1( )t )test )e ";
  EXPECT_EQ(recorder->calls, "train( e0( " + epoch + "e1( " + epoch + ")train");
  EXPECT_EQ(recorder->plain_batches, 4);
  EXPECT_TRUE(recorder->saw_loss);
  EXPECT_TRUE(recorder->saw_validation);
}

TEST(Callback, EvaluateAndPredictHaveHooksOfTheirOwn) {
  Sequential model = small_model();
  const auto recorder = std::make_shared<Recorder>();
  model.evaluate(ops::ones({3, 2}), ops::ones({3, 1}),
                 {.batch_size = 2, .verbose = 0, .callbacks = {recorder}});
  EXPECT_EQ(recorder->calls, "test( t0( )t t1( )t )test ");
  recorder->calls.clear();
  model.predict(ops::ones({3, 2}), {.batch_size = 2, .verbose = 0, .callbacks = {recorder}});
  EXPECT_EQ(recorder->calls, "predict( p0( )p p1( )p )predict");
}

// Says, of each epoch's end, how many epochs the history has.
class Late : public Callback {
 public:
  Late(bool last, std::string& calls) : last_(last), calls_(calls) {}
  bool comes_last() const override { return last_; }
  void on_epoch_end(int, const Logs&) override {
    for (const auto& callback : model().callbacks()) {
      if (const auto* history = dynamic_cast<const History*>(callback.get()))
        calls_ += fmt::format("{}{} ", last_ ? "last" : "first", history->epoch.size());
    }
  }

 private:
  bool last_;
  std::string& calls_;
};

TEST(Callback, ThatComesLastComesAfterTheHistoryToo) {
  Sequential model = small_model();
  std::string calls;
  model.fit(
      ops::ones({3, 2}), ops::ones({3, 1}),
      {.verbose = 0,
       .callbacks = {std::make_shared<Late>(true, calls), std::make_shared<Late>(false, calls)}});
  EXPECT_EQ(calls, "first0 last1 ");
}

TEST(Callback, TellsAndTakesNoStateUnlessItSaysSo) {
  Recorder recorder;
  EXPECT_EQ(recorder.get_state(), std::nullopt);
  EXPECT_THAT(
      [&] {
        recorder.set_state(Config{{"a", 1}}, {});
      },
      testing::Raises<StateError>("Callback: one that has a state must override set_state as "
                                  "well. Received: none in Recorder."));
}

TEST(Callback, SeesTheProgressOfAFitAlone) {
  class Asks : public Callback {
   public:
    void on_train_batch_end(int, const Logs&) override { progress = model().progress(); }
    void on_test_begin(const Logs&) override { progress = model().progress(); }
    FitProgress progress;
  };
  Sequential model = small_model();
  const auto asks = std::make_shared<Asks>();
  model.fit(ops::ones({3, 2}), ops::ones({3, 1}),
            {.batch_size = 2, .epochs = 2, .verbose = 0, .callbacks = {asks}});
  EXPECT_EQ(asks->progress.epoch, 1);
  EXPECT_EQ(asks->progress.batch, 2);
  EXPECT_EQ(asks->progress.logs.size(), 1U);
  EXPECT_THAT(
      [&] {
        model.evaluate(ops::ones({3, 2}), ops::ones({3, 1}), {.verbose = 0, .callbacks = {asks}});
      },
      testing::Raises<StateError>(
          "TrainingHost: only a fit has a progress. Received: another run."));
}

TEST(Callback, ContinuesAFitAtAnEpochAlone) {
  class Continues : public Callback {
   public:
    explicit Continues(FitProgress progress) : progress_(std::move(progress)) {}
    void on_train_begin(const Logs&) override { model().continue_from(progress_); }

   private:
    FitProgress progress_;
  };
  Sequential model = small_model();
  const auto fit_from = [&](FitProgress progress) {
    return model
        .fit(ops::ones({3, 2}), ops::ones({3, 1}),
             {.batch_size = 2,
              .epochs = 3,
              .verbose = 0,
              .callbacks = {std::make_shared<Continues>(std::move(progress))}})
        .epoch;
  };
  EXPECT_EQ(fit_from({.epoch = 1}), (std::vector<int>{1, 2}));
  EXPECT_EQ(fit_from({.epoch = 1, .stopped = true}), std::vector<int>());
  EXPECT_THAT(
      [&] {
        fit_from({.epoch = 1, .batch = 3, .figures = {{2, 1, 0, 0}}});
      },
      testing::Raises<InvalidArgument>(
          "fit: a fit goes on at a batch of an epoch of 2. Received: epoch 1, batch 3."));
  EXPECT_THAT([&] { fit_from({.batch = 1}); },
              testing::Raises<InvalidArgument>("fit: an epoch that goes on must have running "
                                               "figures, and no other. Received: 0 at batch 1."));
  EXPECT_THAT(
      [&] {
        fit_from({.batch = 1, .figures = {{1, 2}}});
      },
      testing::Raises<InvalidArgument>("metrics: the state must be 4 figures of the losses "
                                       "and that of 0 metrics. Received: 0."));
}

class StopAtOnce : public Callback {
  void on_train_batch_end(int, const Logs&) override { model().stop_training(); }
};

TEST(Callback, StopTrainingEndsAfterTheRunningBatch) {
  Sequential model = small_model();
  const auto recorder = std::make_shared<Recorder>();
  const History history = model.fit(ops::ones({8, 2}), ops::ones({8, 1}),
                                    {.batch_size = 2,
                                     .epochs = 5,
                                     .verbose = 0,
                                     .callbacks = {recorder, std::make_shared<StopAtOnce>()}});
  EXPECT_EQ(recorder->calls, "train( e0( b0( )b )e )train");
  EXPECT_EQ(history.epoch, std::vector<int>({0}));
  EXPECT_EQ(history.history.at("loss").size(), 1U);
}

// Anneals a penalty while training goes on.
class Anneal : public Callback {
 public:
  explicit Anneal(Layer& layer) : layer_(layer) {}
  void on_epoch_begin(int epoch, const Logs&) override {
    layer_.set_regularizer("kernel", regularizers::L2(epoch == 0 ? 1.0f : 0.0f));
  }

 private:
  Layer& layer_;
};

TEST(Callback, MayChangeARegularizerBetweenEpochs) {
  Sequential model = small_model();
  model.get_layer(0).set_regularizer("kernel", "l2");
  const History history = model.fit(
      ops::ones({4, 2}), ops::ones({4, 1}),
      {.epochs = 2, .verbose = 0, .callbacks = {std::make_shared<Anneal>(model.get_layer(0))}});
  EXPECT_GT(history.history.at("reg_loss").at(0), 0.0);
  EXPECT_EQ(history.history.at("reg_loss").at(1), 0.0);
}

TEST(Callback, SeesTheOuterRunsModelAgainAfterAnInnerRun) {
  class Evaluates : public Callback {
   public:
    explicit Evaluates(Sequential& model) : model_(model) {}
    void on_epoch_end(int, const Logs&) override {
      const std::shared_ptr<Callback> self(std::shared_ptr<Callback>(), this);
      model_.evaluate(ops::ones({4, 2}), ops::ones({4, 1}), {.verbose = 0, .callbacks = {self}});
      weights = model().get_weights().size();
      epochs = params().epochs;
    }
    std::size_t weights = 0;
    int epochs = 0;

   private:
    Sequential& model_;
  };
  Sequential model = small_model();
  const auto evaluates = std::make_shared<Evaluates>(model);
  model.fit(ops::ones({4, 2}), ops::ones({4, 1}),
            {.epochs = 3, .verbose = 0, .callbacks = {evaluates}});
  EXPECT_EQ(evaluates->weights, 2U);
  EXPECT_EQ(evaluates->epochs, 3);
}

// Raises in the function it is told to: when attached, detached or called.
class Fails : public Callback {
 public:
  enum class Where { nowhere, before_attaching, after_attaching, letting_go, train_begin };
  explicit Fails(Where where) : where_(where) {}

  Attachment attach(TrainingHost* host, const CallbackParams& params) override {
    if (where_ == Where::before_attaching && host != nullptr) throw StateError("before");
    if (where_ == Where::letting_go && host == nullptr) throw StateError("gone");
    Attachment before = Callback::attach(host, params);
    if (where_ == Where::after_attaching && host != nullptr) throw StateError("after");
    return before;
  }
  void on_train_begin(const Logs&) override {
    if (where_ == Where::train_begin) throw StateError("begin");
  }

 private:
  Where where_;
};

TEST(Callback, IsLetGoWhereAnotherOneCantBeAttachedOrRaises) {
  using enum Fails::Where;
  for (const auto where : {before_attaching, after_attaching, letting_go, train_begin}) {
    Sequential model = small_model();
    const auto first = std::make_shared<Fails>(nowhere);
    const auto failing = std::make_shared<Fails>(where);
    const auto last = std::make_shared<Fails>(nowhere);
    const FitOptions options{.verbose = 0, .callbacks = {first, failing, last}};
    const auto run = [&] { model.fit(ops::ones({4, 2}), ops::ones({4, 1}), options); };
    if (where == letting_go) {
      EXPECT_NO_THROW(run());
    } else {
      EXPECT_THROW(run(), StateError);
    }
    for (const auto& callback : {first, failing, last})
      EXPECT_EQ(callback->attachment().host, nullptr) << static_cast<int>(where);
  }
}

TEST(Callback, SeesTheOuterRunsModelAgainWhereAnInnerRunCantBegin) {
  Sequential model = small_model();
  const auto seen = std::make_shared<Fails>(Fails::Where::nowhere);
  const auto failing = std::make_shared<Fails>(Fails::Where::after_attaching);
  class Nested : public Callback {
   public:
    explicit Nested(std::function<void()> inner) : inner_(std::move(inner)) {}
    void on_epoch_end(int, const Logs&) override { inner_(); }

   private:
    std::function<void()> inner_;
  };
  const TrainingHost* after = nullptr;
  const auto nested = std::make_shared<Nested>([&] {
    const TrainingHost* before = seen->attachment().host;
    EXPECT_NE(before, nullptr);
    EXPECT_THROW(
        model.evaluate(ops::ones({4, 2}), ops::ones({4, 1}), {.callbacks = {seen, failing}}),
        StateError);
    after = seen->attachment().host;
    EXPECT_EQ(after, before);
  });
  model.fit(ops::ones({4, 2}), ops::ones({4, 1}), {.verbose = 0, .callbacks = {seen, nested}});
  EXPECT_NE(after, nullptr);
}

}  // namespace
}  // namespace strata
