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
#include "strata/models/file_options.hpp"
#include "strata/training/logs.hpp"
#include "strata/training/options.hpp"

namespace strata {

struct SparsityReport;

struct SummaryOptions {
  int line_length = 0;             ///< Columns. Default: the terminal's less 4, at most 88.
  bool expand_nested = false;      ///< Show the layers of models inside this one.
  bool show_trainable = false;     ///< A column that says which layers train.
  bool show_regularizers = false;  ///< A column that says which slots are regularized.
  bool show_zeros = false;         ///< A column that says how many parameters are exactly 0.
  /// Where the first three columns end, as shares of line_length. Default: 0.45, 0.8, 1.
  std::vector<double> positions = {};
  /// Two regular expressions: shown are the layers from the first whose name matches the one to the
  /// last whose name matches the other. Default: all.
  std::vector<std::string> layer_range = {};
  /// Gets the whole text. Default: standard output.
  std::function<void(const std::string&)> print_fn = {};
};

struct OnnxOptions {
  std::string input_name = "input";    ///< Of the graph's input.
  std::string output_name = "output";  ///< Of the graph's output.
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
  /// The same on the batches of a generator: a range or a callable. Each batch is checked when it is
  /// drawn, the first one before training: one that doesn't fit raises as above, with its number.
  /// Class weights become the weights of its samples, which then have no others.
  History fit(const BatchGenerator& batches, const FitOptions& options = {});
  /// Loss and metrics, without training.
  Logs evaluate(const Tensors& x, const Tensors& y, const EvaluateOptions& options = {});
  Logs evaluate(const BatchGenerator& batches, const EvaluateOptions& options = {});
  /// The outputs for all samples. Doesn't need `compile`. The last bits may depend on `batch_size`.
  Tensor predict(const Tensor& x, const PredictOptions& options = {});
  /// The same for the `x` of each batch.
  Tensor predict(const BatchGenerator& batches, const PredictOptions& options = {});
  /// The same for a model with several inputs or outputs: `predict(Tensors({a, b}))`.
  template <std::same_as<Tensors> T>
  Tensors predict(const T& x, const PredictOptions& options = {}) {
    return outputs_of(x, options);
  }
  /// With several outputs, of a generator: `predict<Tensors>(batches)`.
  template <std::same_as<Tensors> T>
  T predict(const BatchGenerator& batches, const PredictOptions& options = {}) {
    return outputs_of(batches, options);
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

  /// As the layer's, with rules `Scheduled` at the next step of the compiled optimizer, if there is
  /// one.
  std::vector<Tensor> losses() const;
  std::vector<Penalty> penalties() const;

  /// The compiled optimizer. Raises StateError before `compile`.
  Optimizer& optimizer();
  /// Names of what is logged: `loss`, then the metrics.
  std::vector<std::string> metrics_names() const;
  /// The figures of these logs as Keras lists them, in the order of `metrics_names`:
  /// `model.in_order(model.evaluate(x, y))`. Raises InvalidArgument if one of them is missing.
  std::vector<double> in_order(const Logs& logs) const;
  /// Empties the compiled metrics, for those who ask such an object for its result themselves: each
  /// run, and each `train_on_batch`, begins with empty metrics.
  void reset_metrics();

  using Layer::set_regularizer;
  /// Sets the penalty on this weight of all layers in the model, at any depth, that `where` picks;
  /// gives their number. It counts at once.
  ///
  ///     model.set_regularizer([](const Layer& layer) { return layer.class_name() == "Dense"; },
  ///                           "kernel", regularizers::L2(1e-4f));
  ///
  /// Raises StateError on a model that is not built; InvalidArgument, and changes nothing, if a
  /// layer that is picked has no such weight, or it is never trained.
  int set_regularizer(const std::function<bool(const Layer&)>& where, std::string_view weight,
                      const RegularizerSpec& regularizer);

  virtual std::vector<std::shared_ptr<Layer>> layers() const { return sublayers(); }
  /// By name or by position. Raises InvalidArgument, listing the names, if there is none.
  Layer& get_layer(std::string_view name) const;
  Layer& get_layer(int index) const;

  /// What `compile` was told, as Keras writes it: optimizer, loss, loss_weights, metrics,
  /// weighted_metrics (strings where they came as strings), steps_per_execution, and run_eagerly
  /// and jit_compile at their defaults. `{}` before `compile`. What was read from a config of
  /// Keras's is written back in this form, which means the same but may look otherwise: a loss in a
  /// list as the loss, a function's object as its name, options of the run at their defaults.
  /// Raises InvalidArgument on a callable that was not registered.
  Config get_compile_config() const;
  /// Compiles as such a config says; the optimizer starts anew. run_eagerly,
  /// jit_compile and auto_scale_loss mean nothing here and are taken at any value that Keras has
  /// for them. Raises InvalidArgument on an unknown key, name or value.
  void compile_from_config(const Config& config);
  /// The architecture, and what it was compiled with, as JSON that `model_from_json` and Keras
  /// read. Weights are not in it. What came from Keras's JSON may look otherwise, as in
  /// `get_compile_config`, and an axis in a list of one becomes a number.
  std::string to_json() const;

  /// Writes architecture, weights, what the model was compiled with and the optimizer's state to a
  /// `.keras` file, or to a legacy `.h5` or `.hdf5` one; `load_model`, here and in Keras 3, reads
  /// either. The file at `path` is replaced when the new one is complete and on the disk; whatever
  /// fails leaves it as it was. Raises InvalidArgument on another extension and on a callable that
  /// was not registered, IoError where the file can't be written.
  /// See https://keras.io/api/models/model_saving_apis/model_saving_and_loading/.
  void save(const std::string& path, const SaveOptions& options = {}) const;
  /// Writes the weights alone: to a `.weights.h5` file as Keras lays it out, with the optimizer's
  /// state if the model is compiled, or with `max_shard_size` to several such files that a
  /// `.weights.json` lists; to a `.safetensors` or `.npz` file by their paths
  /// (`dense/kernel`). Raises StateError on a model that is not built; else as `save`.
  void save_weights(const std::string& path, const SaveWeightsOptions& options = {}) const;
  /// Takes over the weights of such a file, or of a `.keras` file, of Strata's or Keras's, and the
  /// optimizer's state if both have it; of a legacy `.h5` or `.hdf5` file the weights alone. Returns
  /// what it skipped, a line for each layer, which is nothing without `skip_mismatch`. Raises
  /// IoError, and changes nothing, on a file that is damaged or does not fit the model; StateError
  /// on a model that is not built.
  /// See https://keras.io/api/models/model_saving_apis/weights_saving_and_loading/.
  std::vector<std::string> load_weights(const std::string& path,
                                        const LoadWeightsOptions& options = {});
  /// Writes what the model computes in inference, with its weights of now, as an ONNX file (operator
  /// set 17) that other runtimes read; the batch axis has the symbolic size `batch`. A file at
  /// `path` is replaced when the new one is complete, and kept if anything fails. Raises
  /// InvalidArgument on a layer or an activation that is not Strata's own, by name and class;
  /// StateError if the model isn't built or the library was built without ONNX; IoError where the
  /// file can't be written.
  void export_onnx(const std::string& path, const OnnxOptions& options = {}) const;

  Config to_object() const override;
  void restore(const Config& object) override;

  /// A table of layers, shapes and parameters. Only the layers of a Sequential are known to form a
  /// chain; for other models, each layer shows the output shape that follows from the input shape
  /// it was built for. An unknown shape is shown as `?`.
  void summary(const SummaryOptions& options = {});
  /// What of the weights is exactly zero now: elements, whole inputs and units, and the effective
  /// rank of matrices, which takes a decomposition of each. A model that isn't built has none.
  SparsityReport sparsity() const;

 protected:
  Model(std::string_view class_name, std::string name);
  Model();
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;

 private:
  Tensors outputs_of(const Tensors& x, const PredictOptions& options);
  Tensors outputs_of(const BatchGenerator& batches, const PredictOptions& options);
  Tensors outputs_of_batch(const Tensors& x);

  class Trainer;
  Trainer& trainer() const;
  void take_compile_options(CompileOptions options, OptionsOrigin origin);
  std::unique_ptr<Trainer> trainer_;
};

}  // namespace strata
