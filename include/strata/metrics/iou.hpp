// IoU, MeanIoU, BinaryIoU, OneHotIoU, OneHotMeanIoU: how much of the union of targets and
// predictions their intersection is, class by class.
#pragma once

#include <optional>
#include <vector>

#include "strata/core/required.hpp"
#include "strata/metrics/additive_metric.hpp"

namespace strata::metrics {

struct IoUOptions {
  Required<int> num_classes;                    ///< > 0
  Required<std::vector<int>> target_class_ids;  ///< Whose mean is taken, in [0, num_classes).
  std::optional<int> ignore_class = {};         ///< Targets of this class count for nothing.
  bool sparse_y_true = true;                    ///< Whether targets are labels, else one-hot.
  bool sparse_y_pred = true;                    ///< Whether predictions are labels, else scores.
  int axis = -1;                                ///< The class axis of what is not sparse.
  std::string name = "io_u";
};

/// The mean over the target classes of `TP / (TP + FP + FN)`, of a class that has any of the three;
/// 1e-7 is added to every divisor.
///
/// Labels are whole numbers, one for each position; those outside [0, num_classes), in targets or
/// predictions, are left out. Scores and one-hot targets have a class axis, along which the largest
/// counts. `sample_weight` has one weight per sample, or one per position; fractional weights count
/// as they are, which in Keras they do with `dtype="float32"` only. Raises InvalidArgument on a bad
/// option and on labels that are not whole, ShapeError on targets and predictions of another number
/// of positions.
///
/// See https://keras.io/api/metrics/segmentation_metrics/#iou-class.
class IoU : public AdditiveMetric {
 public:
  using Options = IoUOptions;

  explicit IoU(const Options& options);

  bool larger_is_better() const override { return true; }
  /// {"name", "dtype", "num_classes", "target_class_ids", "ignore_class", "sparse_y_true",
  /// "sparse_y_pred", "axis"}
  Config get_config() const override;
  static IoU from_config(const Config& config);

 protected:
  IoU(const char* who, const Options& options);

  std::vector<double> sums_of(const Tensor& y_true, const Tensor& y_pred,
                              const Tensor& sample_weight) const override;
  std::vector<double> figures(const std::vector<double>& sums) const override;
  /// {"name", "dtype"}: the dtype is that of Keras's counts, int32.
  Config base_config() const;

 private:
  Options options_;
};

struct MeanIoUOptions {
  Required<int> num_classes;             ///< > 0
  std::optional<int> ignore_class = {};  ///< Targets of this class count for nothing.
  bool sparse_y_true = true;             ///< Whether targets are labels, else one-hot.
  bool sparse_y_pred = true;             ///< Whether predictions are labels, else scores.
  int axis = -1;                         ///< The class axis of what is not sparse.
  std::string name = "mean_io_u";
};

/// IoU of all classes.
///
/// See https://keras.io/api/metrics/segmentation_metrics/#meaniou-class.
class MeanIoU : public IoU {
 public:
  using Options = MeanIoUOptions;

  explicit MeanIoU(const Options& options);

  /// {"name", "dtype", "num_classes", "ignore_class", "sparse_y_true", "sparse_y_pred", "axis"}
  Config get_config() const override;
  static MeanIoU from_config(const Config& config);

 private:
  Options options_;
};

struct BinaryIoUOptions {
  std::vector<int> target_class_ids = {0, 1};  ///< Whose mean is taken: of 0 and 1.
  float threshold = 0.5f;                      ///< A prediction from it on is a 1; finite.
  std::string name = "binary_io_u";
};

/// IoU of targets 0 and 1 and predictions that are 1 from the threshold on.
///
/// See https://keras.io/api/metrics/segmentation_metrics/#binaryiou-class.
class BinaryIoU : public IoU {
 public:
  using Options = BinaryIoUOptions;

  explicit BinaryIoU(const Options& options = {});

  Config get_config() const override;  ///< {"name", "dtype", "target_class_ids", "threshold"}
  static BinaryIoU from_config(const Config& config);

 protected:
  std::vector<double> sums_of(const Tensor& y_true, const Tensor& y_pred,
                              const Tensor& sample_weight) const override;

 private:
  Options options_;
};

struct OneHotIoUOptions {
  Required<int> num_classes;                    ///< > 0
  Required<std::vector<int>> target_class_ids;  ///< Whose mean is taken, in [0, num_classes).
  std::optional<int> ignore_class = {};         ///< Targets of this class count for nothing.
  bool sparse_y_pred = false;                   ///< Whether predictions are labels, else scores.
  int axis = -1;                                ///< The class axis of what is not sparse.
  std::string name = "one_hot_io_u";
};

/// IoU of one-hot targets.
///
/// See https://keras.io/api/metrics/segmentation_metrics/#onehotiou-class.
class OneHotIoU : public IoU {
 public:
  using Options = OneHotIoUOptions;

  explicit OneHotIoU(const Options& options);

  /// {"name", "dtype", "num_classes", "target_class_ids", "ignore_class", "sparse_y_pred", "axis"}
  Config get_config() const override;
  static OneHotIoU from_config(const Config& config);

 private:
  Options options_;
};

struct OneHotMeanIoUOptions {
  Required<int> num_classes;             ///< > 0
  std::optional<int> ignore_class = {};  ///< Targets of this class count for nothing.
  bool sparse_y_pred = false;            ///< Whether predictions are labels, else scores.
  int axis = -1;                         ///< The class axis of what is not sparse.
  std::string name = "one_hot_mean_io_u";
};

/// IoU of one-hot targets, of all classes.
///
/// See https://keras.io/api/metrics/segmentation_metrics/#onehotmeaniou-class.
class OneHotMeanIoU : public IoU {
 public:
  using Options = OneHotMeanIoUOptions;

  explicit OneHotMeanIoU(const Options& options);

  /// {"name", "dtype", "num_classes", "ignore_class", "sparse_y_pred", "axis"}
  Config get_config() const override;
  static OneHotMeanIoU from_config(const Config& config);

 private:
  Options options_;
};

}  // namespace strata::metrics
