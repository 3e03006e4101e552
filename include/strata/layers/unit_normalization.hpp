// UnitNormalization: vectors of length 1.
#pragma once

#include <string>

#include "strata/core/axis_list.hpp"
#include "strata/layers/layer.hpp"

namespace strata::layers {

struct UnitNormalizationOptions {
  AxisList axis = -1;                         ///< The axes that a vector lies along.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `unit_normalization`, ….
};

/// `x / max(|x|, 1e-12)` with the Euclidean norm over `axis`.
///
/// Raises InvalidArgument on no axis, ShapeError on an axis that isn't there or stands twice. See
/// https://keras.io/api/layers/normalization_layers/unit_normalization/.
class UnitNormalization : public Layer {
 public:
  using Options = UnitNormalizationOptions;

  explicit UnitNormalization(Options options = {});

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  bool supports_masking() const override { return true; }
  Config get_config() const override;
  static UnitNormalization from_config(const Config& config);

  const AxisList& axis() const { return options_.axis; }

 protected:
  void check_input(const Shape& input_shape) const override;

 private:
  Options options_;
};

}  // namespace strata::layers
