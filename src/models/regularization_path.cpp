// regularization_path: checks, cuts the folds, trains them side by side and adds up what they give.
#include "strata/models/regularization_path.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <ostream>
#include <set>

#include "core/check.hpp"
#include "core/parallel.hpp"
#include "models/path_folds.hpp"
#include "models/visit_layers.hpp"
#include "models/zero_counts.hpp"
#include "strata/training/host.hpp"
#include "tensor/format.hpp"
#include "tensor/own_stream.hpp"
#include "training/progress_bar.hpp"
#include "training/step.hpp"

namespace strata {
namespace {

constexpr const char* kWho = "regularization_path";

using models::FoldData;
using Clock = std::chrono::steady_clock;

/// The losses of one run.
struct RunFigures {
  Logs training;
  Logs validation;
};

void check_factors(const std::vector<float>& factors) {
  check(!factors.empty(), kWho, "there must be factors. Received: none.");
  std::set<float> seen;
  for (const float factor : factors) {
    check(std::isfinite(factor) && factor >= 0.0f, kWho,
          "factors must be finite and >= 0. Received: {}.", factor);
    check(seen.insert(factor).second, kWho, "each factor may stand once. Received: {} twice.",
          factor);
  }
}

void check_options(const RegularizationPathOptions& options) {
  check_factors(options.factors);
  const ValidationData& held_out = options.validation_data;
  const bool has_validation = held_out.x.defined() || held_out.batches;
  check(options.folds.given() || has_validation, kWho,
        "factors are compared on data that is held out: folds or validation_data must be given. "
        "Received: neither.");
  check(!options.folds.given() || !has_validation, kWho,
        "folds and validation_data exclude each other. Received: both.");
  check(options.order == "auto" || options.order == "weak_to_strong" ||
            options.order == "strong_to_weak",
        kWho, "order must be auto, weak_to_strong or strong_to_weak. Received: order={}.",
        options.order);
  const FitOptions& fit = options.fit;
  check(fit.callbacks.empty(), kWho,
        "runs have callbacks of their own: .callbacks makes them, not those of fit. Received: {} "
        "in fit.",
        fit.callbacks.size());
  check(!fit.validation_data.x.defined() && !fit.validation_data.batches &&
            fit.validation_split == 0.0f,
        kWho, "fit must have no validation of its own. Received: validation_{}.",
        fit.validation_split == 0.0f ? "data" : "split");
}

/// Ends a run where the path is to end.
class EndsRun : public Callback {
 public:
  explicit EndsRun(const std::function<bool()>& should_stop) : should_stop_(should_stop) {}
  void on_train_batch_end(int, const Logs&) override {
    if (should_stop_()) model().stop_training();
  }

 private:
  const std::function<bool()>& should_stop_;
};

/// The models that were made: each is to be a new one, with weights and an optimizer of its own.
class MadeModels {
 public:
  MadeModels(const ModelMaker& make, const Tensors& x) : make_(make), shapes_(shapes_of(x)) {}

  /// To be called when the models made so far are done with.
  void end_factor() { optimizers_.clear(); }

  std::shared_ptr<Model> make(float factor) {
    std::shared_ptr<Model> model = make_(factor);
    check(model != nullptr, kWho, "make_model must return a model. Received: null for {}.", factor);
    check(model->compiled(), kWho,
          "make_model must return a model that is compiled. Received: {} for {}, which isn't.",
          model->name(), factor);
    model->build(shapes_);
    bool is_new = true;
    for (const Variable& weight : model->weights())
      is_new = weights_.insert(weight.id()).second && is_new;
    check(is_new, kWho,
          "make_model must return a new model each time, whose weights no other one has. Received: "
          "{} once more for {}.",
          model->name(), factor);
    if (model->optimizer().calls() > 0 || !optimizers_.insert(&model->optimizer()).second) {
      CompileOptions options = model->compile_options();
      options.optimizer = OptimizerSpec(model->optimizer().renewed());
      model->compile(std::move(options));
    }
    return model;
  }

 private:
  const ModelMaker& make_;
  std::vector<Shape> shapes_;
  std::set<std::uint64_t> weights_;
  std::set<const Optimizer*> optimizers_;  // of the models that train at once
};

// Whether the only weights that train are those of one Dense.
bool is_one_dense_layer(const Model& model) {
  int layers = 0;
  int dense = 0;
  models::visit_layers(model, [&](const Layer& layer) {
    const auto own = layer.own_weights();
    if (std::none_of(own.begin(), own.end(), [](const Variable& each) { return each.trainable(); }))
      return;
    ++layers;
    if (layer.class_name() == "Dense") ++dense;
  });
  return layers == 1 && dense == 1;
}

RunFigures figures_of(Model& model, const FoldData& run, const FitOptions& fit) {
  if (!run.counts) return {};
  const EvaluateOptions training = {
      .batch_size = fit.batch_size, .verbose = 0, .sample_weight = run.sample_weight};
  const ValidationData& held_out = run.held_out;
  const EvaluateOptions validation = {
      .batch_size = held_out.batches ? std::nullopt : fit.batch_size,
      .verbose = 0,
      .sample_weight = held_out.sample_weight};
  return {model.evaluate(run.x, run.y, training),
          held_out.batches ? model.evaluate(held_out.batches, validation)
                           : model.evaluate(held_out.x, held_out.y, validation)};
}

double data_loss(const Logs& logs) {
  const auto found = logs.find("data_loss");
  return found == logs.end() ? logs.at("loss") : found->second;
}

double penalty(const Logs& logs) {
  const auto found = logs.find("reg_loss");
  return found == logs.end() ? 0.0 : found->second;
}

RegularizationPathPoint failed_point(float factor, std::string failure) {
  const PathFigure none{.mean = std::numeric_limits<double>::quiet_NaN()};
  return {.factor = factor,
          .data_loss = none,
          .penalty = none,
          .val_data_loss = none,
          .val_penalty = none,
          .failure = std::move(failure)};
}

PathFigure over_folds(std::vector<double> values) {
  const auto count = static_cast<double>(values.size());
  PathFigure figure;
  figure.mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  if (values.size() > 1) {
    double squares = 0.0;
    for (const double value : values) squares += (value - figure.mean) * (value - figure.mean);
    figure.standard_error = std::sqrt(squares / (count - 1.0) / count);
  }
  figure.by_fold = std::move(values);
  return figure;
}

void check_any_succeeded(const RegularizationPath& path) {
  const auto failed = [](const RegularizationPathPoint& point) { return !point.failure.empty(); };
  if (path.interrupted || !std::all_of(path.points.begin(), path.points.end(), failed)) return;
  const RegularizationPathPoint& first = path.points.front();
  raise<StateError>(kWho,
                    "losses and gradients must be finite with one of the factors at least. "
                    "Received: {} factors that fail, the first of them, {}, by \"{}\".",
                    path.points.size(), first.factor, first.failure);
}

/// The path as it is trained, factor by factor.
class PathTrainer {
 public:
  PathTrainer(const ModelMaker& make_model, const Tensors& x, const Tensors& y,
              const RegularizationPathOptions& options)
      : options_(options), runs_(models::all_runs(x, y, options)), models_(make_model, x) {
    weights_.resize(runs_.size());
  }

  RegularizationPath train() {
    std::vector<float> factors = options_.factors;
    std::sort(factors.begin(), factors.end());
    if (is_strong_to_weak(factors.front())) std::reverse(factors.begin(), factors.end());
    RegularizationPath path{.folds =
                                options_.folds.given() ? static_cast<int>(runs_.size()) - 1 : 0};
    for (const float factor : factors) {
      const Clock::time_point began = Clock::now();
      std::optional<RegularizationPathPoint> point = train_factor(factor);
      path.interrupted = !point.has_value();
      if (!point) break;
      path.points.push_back(std::move(*point));
      passed_ += std::chrono::duration<double>(Clock::now() - began).count();
      say(path, factors.size());
    }
    check_any_succeeded(path);
    std::sort(path.points.begin(), path.points.end(),
              [](const auto& a, const auto& b) { return a.factor < b.factor; });
    return path;
  }

 private:
  bool stops() const { return options_.should_stop && options_.should_stop(); }

  bool is_strong_to_weak(float weakest) {
    if (options_.order != "auto") return options_.order == "strong_to_weak";
    const random::OwnStream own(stream_);
    const bool linear = is_one_dense_layer(*models_.make(weakest));
    models_.end_factor();
    return linear;
  }

  // Nothing if it was to stop. All runs draw from streams that are alike.
  std::optional<RegularizationPathPoint> train_factor(float factor) {
    if (stops()) return {};
    const random::Generator stream = stream_.split();
    std::vector<std::shared_ptr<Model>> models;
    std::vector<std::vector<std::shared_ptr<Callback>>> callbacks;
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      const random::OwnStream own(stream);
      models.push_back(models_.make(factor));
      if (!weights_[i].empty()) models.back()->set_weights(weights_[i]);
      callbacks.push_back(callbacks_of_run());
    }
    std::vector<RunFigures> figures(runs_.size());
    std::vector<std::string> failures(runs_.size());
    parallel_parts(static_cast<std::int64_t>(runs_.size()), [&](std::int64_t part) {
      const auto i = static_cast<std::size_t>(part);
      const random::OwnStream own(stream);
      try {
        figures[i] = train_run(*models[i], runs_[i], std::move(callbacks[i]));
      } catch (const training::NotFinite& error) {
        failures[i] = (i == 0 ? "" : fmt::format("fold {}: ", i)) + error.what();
      }
    });
    models_.end_factor();
    if (stops()) return {};
    for (std::string& failure : failures) {
      if (!failure.empty()) return failed_point(factor, std::move(failure));
    }
    for (std::size_t i = 0; i < runs_.size(); ++i) weights_[i] = models[i]->get_weights();
    return point_of(factor, *models.front(), figures);
  }

  std::vector<std::shared_ptr<Callback>> callbacks_of_run() const {
    std::vector<std::shared_ptr<Callback>> callbacks;
    if (options_.callbacks) callbacks = options_.callbacks();
    if (options_.should_stop) callbacks.push_back(std::make_shared<EndsRun>(options_.should_stop));
    return callbacks;
  }

  RunFigures train_run(Model& model, const FoldData& run,
                       std::vector<std::shared_ptr<Callback>> callbacks) const {
    FitOptions fit = options_.fit;
    fit.verbose = 0;
    fit.callbacks = std::move(callbacks);
    fit.sample_weight = run.sample_weight;
    if (run.held_out.x.defined()) {  // so that it is checked before the first step; never validated
      fit.validation_data = run.held_out;
      fit.validation_freq = std::vector<int>{fit.epochs + 1};
    }
    model.fit(run.x, run.y, fit);
    return stops() ? RunFigures() : figures_of(model, run, fit);
  }

  RegularizationPathPoint point_of(float factor, const Model& model,
                                   const std::vector<RunFigures>& figures) const {
    std::vector<double> values[4];
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      if (!runs_[i].counts) continue;
      values[0].push_back(data_loss(figures[i].training));
      values[1].push_back(penalty(figures[i].training));
      values[2].push_back(data_loss(figures[i].validation));
      values[3].push_back(penalty(figures[i].validation));
    }
    RegularizationPathPoint point{.factor = factor,
                                  .data_loss = over_folds(std::move(values[0])),
                                  .penalty = over_folds(std::move(values[1])),
                                  .val_data_loss = over_folds(std::move(values[2])),
                                  .val_penalty = over_folds(std::move(values[3])),
                                  .sparsity = models::zeros_of(model)};
    for (const auto& [path, weight] : model.named_weights())
      point.weights.emplace_back(path, weight.value());
    return point;
  }

  // `3/12 - factor 0.1 - data_loss: 0.1234 - val_data_loss: 0.1301 ± 0.0102 - 5 of 9 zero - 12s left`
  void say(const RegularizationPath& path, std::size_t factors) const {
    if (options_.fit.verbose == 0) return;
    const RegularizationPathPoint& point = path.points.back();
    const std::size_t done = path.points.size();
    const double left = passed_ / static_cast<double>(done) * static_cast<double>(factors - done);
    training::output_or_stdout(options_.fit.output)
        << fmt::format("{}/{} - factor {:g} - {} - {} left\n", done, factors, point.factor,
                       result_text(point), training::remaining_time(left))
        << std::flush;
  }

  static std::string result_text(const RegularizationPathPoint& point) {
    if (!point.failure.empty()) return "failed: " + point.failure;
    std::string error;
    if (point.val_data_loss.standard_error)
      error = fmt::format(" +- {:.4g}", *point.val_data_loss.standard_error);
    return fmt::format("data_loss: {:.4g} - val_data_loss: {:.4g}{} - {} of {} zero",
                       point.data_loss.mean, point.val_data_loss.mean, error,
                       point.sparsity.elements.zeros, point.sparsity.elements.total);
  }

  const RegularizationPathOptions& options_;
  std::vector<FoldData> runs_;
  MadeModels models_;
  random::Generator stream_{std::optional<std::uint64_t>()};
  std::vector<std::vector<Tensor>> weights_;  // that each run ended with
  double passed_ = 0.0;                       // seconds
};

}  // namespace

RegularizationPath regularization_path(const ModelMaker& make_model, const Tensors& x,
                                       const Tensors& y, const RegularizationPathOptions& options) {
  check(make_model != nullptr, kWho, "make_model must be callable. Received: an empty function.");
  check_options(options);
  return PathTrainer(make_model, x, y, options).train();
}

}  // namespace strata
