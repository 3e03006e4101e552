// The data of a run: checked once, then handed out batch by batch.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "data/batch_cutter.hpp"
#include "strata/tensor/tensor.hpp"
#include "training/step.hpp"

namespace strata::training {

/// x, y and sample weights with the same number of samples; y and weights may be undefined. x and y
/// may be several tensors, for models with several inputs or outputs.
class Samples {
 public:
  /// Raises, in `who`'s name, on empty data and on lengths that differ.
  Samples(std::string_view who, Tensors x, Tensors y, Tensor sample_weight);

  std::int64_t count() const { return x_.front().shape().front(); }
  const Tensors& x() const { return x_; }
  const Tensors& y() const { return y_; }

  /// Raises InvalidArgument if class weights can't be used: together with sample weights, or
  /// without finite targets.
  void check_class_weight(const std::map<int, float>& class_weight) const;
  /// Sets the weight of each label to that of its class, 1 for classes not in `class_weight`. The
  /// targets are labels if `output`, the shape of the predictions, has one more axis (the classes)
  /// or a last axis of 1; with the same shape as `output` they are one-hot rows. If a sample has a
  /// label per step, each step has its own weight, provided that the loss has a value per step.
  /// `class_axis` is the loss's. Raises InvalidArgument on labels that are not whole, rows that are
  /// not one-hot, and one-hot rows along an axis other than the last.
  void weigh_classes(const std::map<int, float>& class_weight, const Shape& output,
                     int class_axis = -1);

  /// Batches of this size, of the samples as they stand.
  data::BatchCutter cut(std::int64_t batch_size) const { return {count(), batch_size}; }
  Batch batch(const data::BatchCutter& cutter, std::int64_t index) const;
  /// All samples as one batch.
  Batch all() const { return {x_, y_, sample_weight_}; }
  /// [begin, end) of the samples.
  Samples part(std::int64_t begin, std::int64_t end) const;

 private:
  std::string who_;
  Tensors x_;
  Tensors y_;
  Tensor sample_weight_;
};

}  // namespace strata::training
