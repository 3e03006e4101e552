// Normalization: features of mean 0 and variance 1, by statistics of the data.
#pragma once

#include <string>
#include <vector>

#include "strata/core/axis_list.hpp"
#include "strata/layers/layer.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::layers {

struct NormalizationOptions {
  /// The axes with a mean and a variance of their own for each index; statistics run over all others.
  /// An empty list: one mean and variance of all elements.
  AxisList axis = -1;
  /// The means, broadcast over `axis` from its last on. Default: learned by `adapt`.
  Tensor mean = {};
  Tensor variance = {};                       ///< In the same shape, where the means are given.
  bool invert = false;                        ///< Whether outputs are in the data's units instead.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `normalization`, `normalization_1`, ….
};

/// `(x - mean) / max(sqrt(variance), 1e-7)`, or with `invert` `mean + x * max(sqrt(variance), 1e-7)`,
/// the same in training and inference.
///
///     layers::Normalization normalization;
///     normalization.adapt(x_train);
///
/// Without given means it has the weights mean, variance and count, which are not trained: mean 0
/// and variance 1 until `adapt`. (Keras keeps count for older files; it stays 0.)
///
/// Raises InvalidArgument where only one of mean and variance is given, or they differ in shape,
/// have more axes than `axis` or a negative or non-finite element; ShapeError on an axis that isn't
/// there, stands twice or is unknown, and on inputs that the statistics don't fit. See
/// https://keras.io/api/layers/preprocessing_layers/numerical/normalization/.
class Normalization : public Layer {
 public:
  using Options = NormalizationOptions;

  explicit Normalization(Options options = {});

  /// Sets mean and variance to those of the data, whatever it was adapted to before; builds the
  /// layer for the data if need be. Raises StateError if the means were given, ShapeError on data
  /// without elements or with other extents along `axis` than the layer was built for.
  void adapt(const Tensor& data);
  /// The same over several batches, each of its own size.
  void adapt(const std::vector<Tensor>& batches);

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  bool supports_masking() const override { return true; }
  Config get_config() const override;
  static Normalization from_config(const Config& config);

  const AxisList& axis() const { return options_.axis; }
  bool invert() const { return options_.invert; }
  /// Of the built layer, in a shape that broadcasts with the inputs.
  Tensor mean() const;
  Tensor variance() const;

 protected:
  void create_weights(const Shape& input_shape) override;
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;

 private:
  bool is_given() const { return options_.mean.defined(); }
  std::vector<bool> kept_axes(const Shape& input) const;
  std::vector<int> reduced_axes(const Shape& input) const;
  Shape kept_extents(const Shape& input) const;
  Tensor spread(const Tensor& statistic, const Shape& input) const;

  Options options_;
  Variable mean_;
  Variable variance_;
  Variable count_;
};

}  // namespace strata::layers
