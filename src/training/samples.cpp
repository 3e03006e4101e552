// What data is accepted, and class weights as sample weights.
#include "training/samples.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/check.hpp"
#include "core/profile.hpp"
#include "ops/align.hpp"
#include "ops/position.hpp"
#include "strata/data/rows.hpp"
#include "strata/ops/array.hpp"
#include "tensor/format.hpp"

namespace strata::training {
namespace {

void check_length(std::string_view who, const char* name, const Tensor& tensor,
                  std::int64_t count) {
  if (!tensor.defined()) return;
  check<ShapeError>(
      tensor.rank() >= 1 && tensor.shape().front() == count, who,
      "x and {0} must have the same number of samples. Received: {1} in x, {0} of shape={2}.", name,
      count, tensor.shape());
}

// The class at each position of the targets, and the shape of the positions: `(n)` or `(n, steps)`.
struct Labels {
  Shape shape;
  std::vector<double> values;
};

Shape without_last(const Shape& shape) { return shape.without(shape.rank() - 1); }

Labels whole_labels(const std::string& who, const Tensor& y) {
  Labels labels{y.shape(), {}};
  if (y.rank() > 1 && y.shape().back() == 1) labels.shape = without_last(y.shape());
  const auto values = y.values();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto label = static_cast<double>(values[i]);
    if (label != std::round(label)) {
      raise(who,
            "class_weight needs labels that are whole numbers, or one-hot rows. Received: y{}={}.",
            ops::position(y.shape(), static_cast<std::int64_t>(i)), values[i]);
    }
    labels.values.push_back(label);
  }
  return labels;
}

Labels one_hot_labels(const std::string& who, const Tensor& y) {
  constexpr const char* kRule =
      "class_weight needs labels, and rows of y that are not labels must be one-hot: a single 1, "
      "all else 0. Received: y{}{}.";
  Labels labels{without_last(y.shape()), {}};
  const auto classes = static_cast<std::size_t>(y.shape().back());
  const auto values = y.values();
  for (std::size_t begin = 0; begin < values.size(); begin += classes) {
    const auto row = values.subspan(begin, classes);
    const auto bad = std::find_if(row.begin(), row.end(),
                                  [](float value) { return value != 0.0f && value != 1.0f; });
    if (bad != row.end()) {
      const auto offset = static_cast<std::int64_t>(begin) + (bad - row.begin());
      raise(who, kRule, ops::position(y.shape(), offset), fmt::format("={}", *bad));
    }
    const auto ones = std::count(row.begin(), row.end(), 1.0f);
    if (ones != 1) {
      raise(who, kRule, ops::position(labels.shape, static_cast<std::int64_t>(begin / classes)),
            fmt::format(" with {} ones", ones));
    }
    labels.values.push_back(
        static_cast<double>(std::find(row.begin(), row.end(), 1.0f) - row.begin()));
  }
  return labels;
}

// Labels and one-hot rows are told apart by the shapes of targets and predictions, as in the
// losses.
Labels labels_of(const std::string& who, const Tensor& y, const Shape& output, int class_axis) {
  const auto kind = ops::target_kind(y.shape(), output);
  if (kind == ops::TargetKind::one_hot && y.rank() > 1) {
    check(class_axis == -1 || class_axis == y.rank() - 1, who,
          "class_weight needs the classes of one-hot rows along the last axis. Received: a loss "
          "with axis={}.",
          class_axis);
    return one_hot_labels(who, y);
  }
  Labels labels = whole_labels(who, y);
  // A loss that compares element by element has a value per step only if the outputs have a last
  // axis of extent 1.
  const bool by_step = kind == ops::TargetKind::labels || y.rank() == output.rank();
  check<ShapeError>(
      labels.shape.rank() == 1 || (by_step && labels.shape.rank() == output.rank() - 1), who,
      "class_weight with a label a step needs a loss that has a value a step. Received: y of "
      "shape={} for outputs of shape {}.",
      y.shape(), output);
  return labels;
}

bool fits_int(double whole) {
  return whole >= std::numeric_limits<int>::min() && whole <= std::numeric_limits<int>::max();
}

}  // namespace

Samples::Samples(std::string_view who, Tensors x, Tensors y, Tensor sample_weight)
    : who_(who), x_(std::move(x)), y_(std::move(y)), sample_weight_(std::move(sample_weight)) {
  check(x_.defined(), who, "x must be defined. Received: an undefined tensor.");
  for (const Tensor& input : x_) {
    check<ShapeError>(input.rank() >= 1, who, "x must have a batch axis. Received: shape={}.",
                      input.shape());
    check<ShapeError>(input.size() > 0, who, "the data must not be empty. Received: x of shape={}.",
                      input.shape());
    check_length(who, "another x", input, count());
  }
  for (const Tensor& targets : y_) {
    check(targets.defined() || y_.size() == 1, who,
          "each of several y must be defined. Received: an undefined tensor.");
    check_length(who, "y", targets, count());
  }
  check_length(who, "sample_weight", sample_weight_, count());
}

void Samples::check_class_weight(const std::map<int, float>& class_weight) const {
  if (class_weight.empty()) return;
  check(!sample_weight_.defined(), who_,
        "class_weight and sample_weight can't both be given. Received: both.");
  check(y_.defined(), who_, "class_weight needs targets. Received: an undefined y.");
  check<ShapeError>(y_.size() == 1, who_, "class_weight needs a single y. Received: {} tensors.",
                    y_.size());
  for (const float label : y_.front().values())
    check(std::isfinite(label), who_, "class_weight needs finite labels. Received: {}.", label);
}

void Samples::weigh_classes(const std::map<int, float>& class_weight, const Shape& output,
                            int class_axis) {
  if (class_weight.empty()) return;
  const Labels labels = labels_of(who_, y_.front(), output, class_axis);
  std::vector<float> weights;
  weights.reserve(labels.values.size());
  for (const double label : labels.values) {
    const auto found =
        fits_int(label) ? class_weight.find(static_cast<int>(label)) : class_weight.end();
    weights.push_back(found == class_weight.end() ? 1.0f : found->second);
  }
  sample_weight_ = Tensor(labels.shape, weights);
}

Batch Samples::batch(const data::BatchCutter& cutter, std::int64_t index) const {
  const profile::Timed timed(profile::Section::batches);
  if (cutter.is_whole()) return all();
  const auto rows = [&](const Tensor& tensor) {
    return tensor.defined() ? cutter.rows(tensor, index) : Tensor();
  };
  return {x_.map(rows), y_.map(rows), rows(sample_weight_)};
}

Samples Samples::part(std::int64_t begin, std::int64_t end) const {
  const auto rows = [&](const Tensor& tensor) {
    return tensor.defined() ? data::slice_rows(tensor, begin, end) : Tensor();
  };
  return {who_, x_.map(rows), y_.map(rows), rows(sample_weight_)};
}

}  // namespace strata::training
