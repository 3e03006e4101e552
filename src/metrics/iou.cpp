// Intersection over union: a confusion matrix of classes, what follows from it, options and configs.
#include "strata/metrics/iou.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "metrics/batch.hpp"
#include "metrics/fields.hpp"
#include "ops/position.hpp"
#include "strata/ops/elementwise.hpp"
#include "strata/ops/reduction.hpp"
#include "tensor/format.hpp"

namespace strata::metrics {
namespace {

constexpr double kIouEpsilon = 1e-7;  // Keras's

// Of a class count that is not allowed, none: the constructor refuses it.
std::vector<int> all_classes(int count) {
  std::vector<int> classes(static_cast<std::size_t>(std::max(count, 0)));
  std::iota(classes.begin(), classes.end(), 0);
  return classes;
}

std::size_t pairs_of(int count) {
  const auto classes = static_cast<std::size_t>(std::max(count, 0));
  return classes * classes;
}

void check_whole(const char* what, const Tensor& labels, std::string_view who) {
  const auto values = labels.values();
  const auto broken = std::find_if(values.begin(), values.end(), [](float label) {
    return !std::isfinite(label) || label != std::trunc(label);
  });
  if (broken == values.end()) return;
  raise(who,
        "{} must hold labels, whole numbers, unless its sparse_{} is false. Received: {}{}={}.",
        what, what, what, ops::position(labels.shape(), broken - values.begin()), *broken);
}

// Keras writes the dtype of its counts, which here are double whatever it says.
Config without_dtype_of_counts(Config config) {
  const auto dtype = config.find("dtype");
  if (dtype != config.end() && (*dtype == "int" || *dtype == "int32" || *dtype == "int64"))
    config.erase("dtype");
  return config;
}

/// The options in a config, which must have the keys.
template <class Options>
Options iou_options(const char* who, std::initializer_list<const char*> keys, const Config& config,
                    Options options) {
  for (const char* key : keys)
    check(config.contains(key), who, "a config needs {}. Received: {}.", key, config);
  return read_options<Options>(who, without_dtype_of_counts(config), std::move(options));
}

}  // namespace

void list_fields(auto& fields, IoUOptions& options) {
  fields("num_classes", options.num_classes);
  fields("target_class_ids", options.target_class_ids);
  fields("ignore_class", options.ignore_class);
  fields.truth("sparse_y_true", options.sparse_y_true);
  fields.truth("sparse_y_pred", options.sparse_y_pred);
  fields("axis", options.axis);
}

void list_fields(auto& fields, MeanIoUOptions& options) {
  fields("num_classes", options.num_classes);
  fields("ignore_class", options.ignore_class);
  fields.truth("sparse_y_true", options.sparse_y_true);
  fields.truth("sparse_y_pred", options.sparse_y_pred);
  fields("axis", options.axis);
}

void list_fields(auto& fields, BinaryIoUOptions& options) {
  fields("target_class_ids", options.target_class_ids);
  fields("threshold", options.threshold);
}

void list_fields(auto& fields, OneHotIoUOptions& options) {
  fields("num_classes", options.num_classes);
  fields("target_class_ids", options.target_class_ids);
  fields("ignore_class", options.ignore_class);
  fields.truth("sparse_y_pred", options.sparse_y_pred);
  fields("axis", options.axis);
}

void list_fields(auto& fields, OneHotMeanIoUOptions& options) {
  fields("num_classes", options.num_classes);
  fields("ignore_class", options.ignore_class);
  fields.truth("sparse_y_pred", options.sparse_y_pred);
  fields("axis", options.axis);
}

IoU::IoU(const Options& options) : IoU("IoU", options) {}

IoU::IoU(const char* who, const Options& options)
    : AdditiveMetric(options.name, pairs_of(options.num_classes)), options_(options) {
  const int classes = options.num_classes;
  check(classes > 0, who, "num_classes must be a positive integer. Received: num_classes={}.",
        classes);
  const std::vector<int>& targets = options.target_class_ids;
  check(!targets.empty(), who, "target_class_ids must name a class. Received: none.");
  for (const int target : targets) {
    check(target >= 0 && target < classes, who,
          "target_class_ids must lie in [0, {}). Received: target_class_ids={}.", classes, target);
  }
}

// The weight of each pair of target and prediction: `(num_classes, num_classes)`, a row per target.
std::vector<double> IoU::sums_of(const Tensor& y_true, const Tensor& y_pred,
                                 const Tensor& sample_weight) const {
  const Tensor targets = options_.sparse_y_true ? y_true : ops::argmax(y_true, options_.axis);
  const Tensor predictions = options_.sparse_y_pred ? y_pred : ops::argmax(y_pred, options_.axis);
  check<ShapeError>(targets.size() == predictions.size(), name(),
                    "y_true and y_pred must have one class for each position, or a class axis if "
                    "they are not sparse. Received: y_true.shape={}, y_pred.shape={}.",
                    y_true.shape(), y_pred.shape());
  check_whole("y_true", targets, name());
  check_whole("y_pred", predictions, name());
  const Tensor weights =
      sample_weight.defined() ? spread_weights(sample_weight, targets.shape(), name()) : Tensor();
  const int classes = options_.num_classes;
  const auto end = static_cast<float>(classes);
  const auto is_class = [end](float label) { return label >= 0.0f && label < end; };
  std::vector<double> sums(pairs_of(classes), 0.0);
  for (std::size_t i = 0; i < targets.values().size(); ++i) {
    const float target = targets.values()[i];
    const float prediction = predictions.values()[i];
    if (!is_class(target) || !is_class(prediction)) continue;
    if (options_.ignore_class && target == static_cast<float>(*options_.ignore_class)) continue;
    const auto row = static_cast<std::size_t>(target) * static_cast<std::size_t>(classes);
    sums[row + static_cast<std::size_t>(prediction)] +=
        weights.defined() ? double{weights.values()[i]} : 1.0;
  }
  return sums;
}

std::vector<double> IoU::figures(const std::vector<double>& sums) const {
  const auto classes = static_cast<std::size_t>(options_.num_classes.value());
  double total = 0.0;
  double counted = 0.0;
  for (const int target : options_.target_class_ids.value()) {
    const auto own = static_cast<std::size_t>(target);
    double joined = -sums[own * classes + own];
    for (std::size_t i = 0; i < classes; ++i)
      joined += sums[own * classes + i] + sums[i * classes + own];
    if (joined <= 1e-9) continue;
    total += sums[own * classes + own] / (joined + kIouEpsilon);
    counted += 1.0;
  }
  return {total / (counted + kIouEpsilon)};
}

Config IoU::base_config() const {
  Config config = Metric::get_config();
  config["dtype"] = "int32";
  return config;
}

Config IoU::get_config() const { return with_fields(base_config(), options_); }

IoU IoU::from_config(const Config& config) {
  return IoU(iou_options<Options>("IoU", {"num_classes", "target_class_ids"}, config,
                                  {.num_classes = 1, .target_class_ids = {0}}));
}

MeanIoU::MeanIoU(const Options& options)
    : IoU("MeanIoU", {.num_classes = options.num_classes,
                      .target_class_ids = all_classes(options.num_classes),
                      .ignore_class = options.ignore_class,
                      .sparse_y_true = options.sparse_y_true,
                      .sparse_y_pred = options.sparse_y_pred,
                      .axis = options.axis,
                      .name = options.name}),
      options_(options) {}

Config MeanIoU::get_config() const { return with_fields(base_config(), options_); }

MeanIoU MeanIoU::from_config(const Config& config) {
  return MeanIoU(iou_options<Options>("MeanIoU", {"num_classes"}, config, {.num_classes = 1}));
}

BinaryIoU::BinaryIoU(const Options& options)
    : IoU("BinaryIoU",
          {.num_classes = 2, .target_class_ids = options.target_class_ids, .name = options.name}),
      options_(options) {
  check(std::isfinite(options.threshold), "BinaryIoU",
        "threshold must be finite. Received: threshold={}.", options.threshold);
}

std::vector<double> BinaryIoU::sums_of(const Tensor& y_true, const Tensor& y_pred,
                                       const Tensor& sample_weight) const {
  return IoU::sums_of(y_true, ops::greater_equal(y_pred, options_.threshold), sample_weight);
}

Config BinaryIoU::get_config() const { return with_fields(base_config(), options_); }

BinaryIoU BinaryIoU::from_config(const Config& config) {
  return BinaryIoU(iou_options<Options>("BinaryIoU", {}, config, {}));
}

OneHotIoU::OneHotIoU(const Options& options)
    : IoU("OneHotIoU", {.num_classes = options.num_classes,
                        .target_class_ids = options.target_class_ids,
                        .ignore_class = options.ignore_class,
                        .sparse_y_true = false,
                        .sparse_y_pred = options.sparse_y_pred,
                        .axis = options.axis,
                        .name = options.name}),
      options_(options) {}

Config OneHotIoU::get_config() const { return with_fields(base_config(), options_); }

OneHotIoU OneHotIoU::from_config(const Config& config) {
  return OneHotIoU(iou_options<Options>("OneHotIoU", {"num_classes", "target_class_ids"}, config,
                                        {.num_classes = 1, .target_class_ids = {0}}));
}

OneHotMeanIoU::OneHotMeanIoU(const Options& options)
    : IoU("OneHotMeanIoU", {.num_classes = options.num_classes,
                            .target_class_ids = all_classes(options.num_classes),
                            .ignore_class = options.ignore_class,
                            .sparse_y_true = false,
                            .sparse_y_pred = options.sparse_y_pred,
                            .axis = options.axis,
                            .name = options.name}),
      options_(options) {}

Config OneHotMeanIoU::get_config() const { return with_fields(base_config(), options_); }

OneHotMeanIoU OneHotMeanIoU::from_config(const Config& config) {
  return OneHotMeanIoU(
      iou_options<Options>("OneHotMeanIoU", {"num_classes"}, config, {.num_classes = 1}));
}

}  // namespace strata::metrics
