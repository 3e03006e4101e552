// Rescaling: inputs in other units.
#pragma once

#include <string>

#include "strata/core/number.hpp"
#include "strata/layers/layer.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::layers {

struct RescalingOptions {
  Tensor scale;          ///< A number, or an array that broadcasts with the inputs. Required.
  Tensor offset = 0.0f;  ///< Likewise.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `rescaling`, `rescaling_1`, ….
};

/// `x * scale + offset`, the same in training and inference: `Rescaling(1.0f / 255)` brings pixels
/// to [0, 1].
///
/// Raises InvalidArgument without a scale, and on numbers that are not finite; ShapeError on inputs
/// whose shape the two would change. See
/// https://keras.io/api/layers/preprocessing_layers/image_preprocessing/rescaling/.
class Rescaling : public Layer {
 public:
  using Options = RescalingOptions;

  explicit Rescaling(Options options);
  template <Number N>
  explicit Rescaling(N scale) : Rescaling(Options{.scale = Tensor(static_cast<float>(scale))}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  bool supports_masking() const override { return true; }
  Config get_config() const override;
  static Rescaling from_config(const Config& config);

  const Tensor& scale() const { return options_.scale; }
  const Tensor& offset() const { return options_.offset; }

 protected:
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;

 private:
  Options options_;
};

}  // namespace strata::layers
