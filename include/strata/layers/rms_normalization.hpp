// RMSNormalization: each sample by its root mean square.
#pragma once

#include <string>

#include "strata/core/axis_list.hpp"
#include "strata/layers/layer.hpp"

namespace strata::layers {

struct RMSNormalizationOptions {
  AxisList axis = -1;                         ///< The axes that the mean runs over.
  float epsilon = 1e-6f;                      ///< Added to the mean of squares, >= 0.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `rms_normalization`, ….
};

/// `scale * x / sqrt(mean(x^2) + epsilon)`, the mean over `axis`. The weight `scale`, at first ones,
/// has the extents of these axes, sorted as numbers.
///
/// Raises InvalidArgument on no axis or a negative epsilon, ShapeError on an axis that isn't there,
/// stands twice or is unknown, and on other extents than it was built for. Zhang and Sennrich, 2019;
/// https://keras.io/api/layers/normalization_layers/rms_normalization/.
class RMSNormalization : public Layer {
 public:
  using Options = RMSNormalizationOptions;

  explicit RMSNormalization(Options options = {});

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  Config get_config() const override;
  static RMSNormalization from_config(const Config& config);

  const AxisList& axis() const { return options_.axis; }
  float epsilon() const { return options_.epsilon; }
  const Variable& scale() const { return scale_; }

 protected:
  void create_weights(const Shape& input_shape) override;
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;

 private:
  Options options_;
  Variable scale_;
};

}  // namespace strata::layers
