// Model: a layer that can be trained.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "strata/callbacks/history.hpp"
#include "strata/core/options_origin.hpp"
#include "strata/layers/layer.hpp"
#include "strata/training/logs.hpp"
#include "strata/training/options.hpp"

namespace strata {

struct SummaryOptions {
  int line_length = 0;             ///< Columns. Default: the terminal's less 4, at most 88.
  bool expand_nested = false;      ///< Show the layers of models inside this one.
  bool show_trainable = false;     ///< A column that says which layers train.
  bool show_regularizers = false;  ///< A column that says which slots are regularized.
  /// Gets the whole text. Default: standard output.
  std::function<void(const std::string&)> print_fn = {};
};

/// The total loss that is trained and reported is the data loss plus the sum of `losses()`, in
/// `fit`, `evaluate`, `train_on_batch`, `test_on_batch` and `compute_loss` alike; sample and class
/// weights don't touch the penalties. Over an epoch batches are weighted by their size. Where
/// something is regularized the logs hold `data_loss` and `reg_loss` too. While it works on a batch
/// numbers under 1.18e-38 count as 0 (x86-64), as on TensorFlow and JAX: CPUs are slow with them.
/// See https://keras.io/api/models/model_training_apis/.
class Model : public Layer {
 public:
  ~Model() override;

  /// Says what to train with. An optimizer or a metric given by name is made anew, so that the same
  /// options serve again, and other models; one given as an object is shared.
  void compile(CompileOptions options);
  bool compiled() const;
  /// What `compile` was told. Raises StateError before it.
  const CompileOptions& compile_options() const;

  /// Trains for `epochs` epochs. Raises, with the model as it was: StateError before `compile`;
  /// InvalidArgument on empty data, x and y of different lengths, labels the loss can't take, bad
  /// options; ShapeError on data, for training or validation, that doesn't fit the model, its loss
  /// or its metrics. A total loss or a gradient that is not finite raises StateError before the
  /// update; the text names the first term that was not finite and the largest term of the step
  /// before.
  ///
  /// Runs may be nested: a hook may call `evaluate`, `predict`, `train_on_batch`, … of this model.
  /// Each run has its own logs, from its own metrics (see `Metric`).
  ///
  /// x and y may be several tensors if the model has several inputs or outputs (`{a, b}`): each
  /// output then has its own targets, the loss is the sum of theirs, and there are no metrics.
  History fit(const Tensors& x, const Tensors& y, const FitOptions& options = {});
  /// Loss and metrics, without training.
  Logs evaluate(const Tensors& x, const Tensors& y, const EvaluateOptions& options = {});
  /// The outputs for all samples. Doesn't need `compile`. The last bits may depend on `batch_size`.
  Tensor predict(const Tensor& x, const PredictOptions& options = {});
  /// The same for a model with several inputs or outputs: `predict(Tensors({a, b}))`.
  template <std::same_as<Tensors> T>
  Tensors predict(const T& x, const PredictOptions& options = {}) {
    return outputs_of(x, options);
  }

  /// One update on one batch, and its logs.
  Logs train_on_batch(const Tensors& x, const Tensors& y, const BatchOptions& options = {});
  Logs test_on_batch(const Tensors& x, const Tensors& y, const BatchOptions& options = {});
  Tensor predict_on_batch(const Tensor& x);
  template <std::same_as<Tensors> T>
  Tensors predict_on_batch(const T& x) {
    return outputs_of_batch(x);
  }

  /// The total loss of these predictions: data loss plus all penalties of the last call and of the
  /// weights of now.
  Tensor compute_loss(const Tensors& y, const Tensors& y_pred, const Tensor& sample_weight = {});

  /// Ends all runs of this model that are under way. `fit` ends after the current batch, of
  /// training or of validation, and returns the history so far: no further validation or epoch
  /// begins, not even the first one. `evaluate` ends after the current batch and returns the logs
  /// of the batches so far, at least one. `predict` raises StateError. Where one run is inside
  /// another's hook, both end; a `predict` that raises for this reason ends the hook that it is in,
  /// and the `fit` or `evaluate` around it returns what it has. Runs that begin later are not
  /// affected. May be called from another thread or a signal handler.
  void stop_training() noexcept;

  /// The compiled optimizer. Raises StateError before `compile`.
  Optimizer& optimizer();
  /// Names of what is logged: `loss`, then the metrics.
  std::vector<std::string> metrics_names() const;

  virtual std::vector<std::shared_ptr<Layer>> layers() const { return sublayers(); }
  /// By name or by position. Raises InvalidArgument, listing the names, if there is none.
  Layer& get_layer(std::string_view name) const;
  Layer& get_layer(int index) const;

  /// What `compile` was told, as Keras writes it: optimizer, loss, loss_weights, metrics,
  /// weighted_metrics (strings where they came as strings), and run_eagerly, steps_per_execution
  /// and jit_compile at their defaults. `{}` before `compile`. What was read from a config of
  /// Keras's is written back in this form, which means the same but may look otherwise: a loss in a
  /// list as the loss, a function's object as its name, options of the run at their defaults.
  /// Raises InvalidArgument on a callable that was not registered.
  Config get_compile_config() const;
  /// Compiles as such a config says; the optimizer starts anew. run_eagerly, steps_per_execution,
  /// jit_compile and auto_scale_loss mean nothing here and are taken at any value that Keras has
  /// for them. Raises InvalidArgument on an unknown key, name or value.
  void compile_from_config(const Config& config);
  /// The architecture, and what it was compiled with, as JSON that `model_from_json` and Keras
  /// read. Weights are not in it. What came from Keras's JSON may look otherwise, as in
  /// `get_compile_config`, and an axis in a list of one becomes a number.
  std::string to_json() const;

  Config to_object() const override;
  void restore(const Config& object) override;

  /// A table of layers, shapes and parameters. Only the layers of a Sequential are known to form a
  /// chain; for other models, each layer shows the output shape that follows from the input shape
  /// it was built for. An unknown shape is shown as `?`.
  void summary(const SummaryOptions& options = {});

 protected:
  Model(std::string_view class_name, std::string name);
  Model();
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;

 private:
  Tensors outputs_of(const Tensors& x, const PredictOptions& options);
  Tensors outputs_of_batch(const Tensors& x);

  class Trainer;
  Trainer& trainer() const;
  void take_compile_options(CompileOptions options, OptionsOrigin origin);
  std::unique_ptr<Trainer> trainer_;
};

}  // namespace strata
