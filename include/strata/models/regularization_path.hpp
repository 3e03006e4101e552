// regularization_path: what a penalty's factor does to loss and zeros, and which factor to take.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "strata/core/required.hpp"
#include "strata/models/model.hpp"
#include "strata/models/sparsity.hpp"

namespace strata {

/// Which samples are held out. A number k, at least 2: fold i holds out the samples i, i + k,
/// i + 2 k, …, so that data in any order may be cut. Or a list, for each fold, of the samples that
/// it holds out, counted from 0.
class Folds {
 public:
  Folds() = default;
  Folds(int count) : count_(count) {}
  Folds(std::vector<std::vector<std::int64_t>> held_out) : held_out_(std::move(held_out)) {}
  Folds(std::initializer_list<std::vector<std::int64_t>> held_out) : held_out_(held_out) {}

  bool given() const { return count_ || held_out_; }
  std::optional<int> count() const { return count_; }  ///< None for a list.
  const std::optional<std::vector<std::vector<std::int64_t>>>& held_out() const {
    return held_out_;
  }

 private:
  std::optional<int> count_;
  std::optional<std::vector<std::vector<std::int64_t>>> held_out_;
};

struct RegularizationPathOptions {
  Required<std::vector<float>> factors;  ///< Finite, >= 0, each once, in any order.
  Folds folds = {};                      ///< For cross-validation; or else:
  ValidationData validation_data = {};   ///< Held-out data. One of the two must be given.
  /// `weak_to_strong`, `strong_to_weak`, or `auto`: the second for a model whose only weights are
  /// those of one Dense layer, as `lasso_path`. Deeper models are all zeros at the strong end, where
  /// gradients vanish, so that nothing would grow from there.
  std::string order = "auto";
  /// Of each run. `verbose` > 0: a line for each factor, with the time left. Without callbacks and
  /// validation of its own.
  FitOptions fit = {};
  /// Makes the callbacks of a run; called for each run, one after the other.
  std::function<std::vector<std::shared_ptr<Callback>>()> callbacks = {};
  /// Asked after each batch, by any thread: whether to end. A handler of Ctrl-C sets the flag that it
  /// reads.
  std::function<bool()> should_stop = {};
};

/// A figure of all folds, or of the one run without folds.
struct PathFigure {
  double mean = 0.0;
  std::optional<double> standard_error = {};  ///< `std / sqrt(k)`, of k - 1 degrees of freedom.
  std::vector<double> by_fold = {};
};

/// One factor. Losses are those of the trained model in inference, without what a step adds. Where
/// training failed they are NaN, and nothing is counted.
struct RegularizationPathPoint {
  float factor = 0.0f;
  PathFigure data_loss = {};  ///< Of the samples trained on.
  PathFigure penalty = {};
  PathFigure val_data_loss = {};  ///< Of those held out.
  PathFigure val_penalty = {};
  SparsityReport sparsity = {};  ///< Of the run over all data; no ranks.
  std::vector<std::pair<std::string, Tensor>> weights = {};  ///< Of that run, by path.
  /// Why training failed: a loss or gradient that is not finite. Empty if it didn't.
  std::string failure = {};

  ZeroCount inputs() const;   ///< Rows, of all weights that have any, that are zero, and all.
  ZeroCount outputs() const;  ///< Likewise the units or filters.
};

/// What `regularization_path` found.
struct RegularizationPath {
  std::vector<RegularizationPathPoint> points = {};  ///< By factor, the weakest first.
  int folds = 0;                                     ///< 0: there was validation data.
  bool interrupted = false;                          ///< Whether factors are missing.

  /// The factor of the lowest mean `val_data_loss`, of equal ones the strongest. Raises StateError if
  /// none is a number.
  float best() const;
  /// The strongest factor whose mean is at most one standard error above the lowest, as glmnet
  /// chooses. Raises StateError if there were no folds.
  float one_standard_error() const;
  /// The point of a factor. Raises InvalidArgument if there is none.
  const RegularizationPathPoint& at(float factor) const;
  /// Writes a line for each factor to a file, which replaces what was there when it is complete.
  /// Raises IoError where it can't be written.
  void to_csv(const std::string& path) const;
};

/// A table, one line for each factor, and below it why training failed where it did.
std::string to_string(const RegularizationPath& path);

/// What makes the model for a factor, compiled.
using ModelMaker = std::function<std::shared_ptr<Model>(float factor)>;

/// Trains `make_model(factor)` for each factor, one after the other, each from the weights that the
/// one before ended with and with a fresh optimizer; for each fold, and over all data. Folds are
/// trained side by side, each on one thread; the numbers are the same with any number of threads.
///
///     const RegularizationPath path = regularization_path(
///         [](float factor) {
///           Sequential model({layers::Input({8}),
///                             layers::Dense({.units = 1,
///                                            .kernel_regularizer = regularizers::Proximal(
///                                                regularizers::L1(factor))})});
///           model.compile({.optimizer = optimizers::SGD(0.05f), .loss = "mse"});
///           return model;
///         },
///         x, y, {.factors = {0.01f, 0.1f, 1.0f}, .folds = 5, .fit = {.epochs = 200}});
///
/// For a factor all models begin alike. When `should_stop` says so, the factors that are complete are
/// returned. Where a run of a factor has a loss or a gradient that is not finite, the factor's point
/// says so, and the next factor starts from the weights that the last good one ended with; if all
/// factors fail StateError is raised. Raises InvalidArgument on bad options and on a maker that gives no model, one that is
/// not compiled or one that it gave before; ShapeError if the weights of two factors differ in
/// shape; and what `fit` raises.
RegularizationPath regularization_path(const ModelMaker& make_model, const Tensors& x,
                                       const Tensors& y, const RegularizationPathOptions& options);

/// The same for one that returns the model by value.
template <class Make>
requires std::derived_from<std::invoke_result_t<const Make&, float>, Model> RegularizationPath
regularization_path(const Make& make_model, const Tensors& x, const Tensors& y,
                    const RegularizationPathOptions& options) {
  using Made = std::invoke_result_t<const Make&, float>;
  return regularization_path(
      ModelMaker([&](float factor) { return std::make_shared<Made>(make_model(factor)); }), x, y,
      options);
}

}  // namespace strata
