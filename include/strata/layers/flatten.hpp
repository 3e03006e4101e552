// Flatten: every sample a vector.
#pragma once

#include <string>

#include "strata/layers/layer.hpp"

namespace strata::layers {

struct FlattenOptions {
  /// `"channels_last"`, or `"channels_first"`: then axis 1 is moved to the end first, so that both
  /// orders give the same vectors.
  std::string data_format = "channels_last";
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `flatten`, `flatten_1`, ….
};

/// Input `(batch, …)`; output `(batch, product of the others)`, `(batch, 1)` for a vector.
///
/// Raises ShapeError on a scalar. See https://keras.io/api/layers/reshaping_layers/flatten/.
class Flatten : public Layer {
 public:
  using Options = FlattenOptions;

  explicit Flatten(Options options = {});

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  Config get_config() const override;
  static Flatten from_config(const Config& config);

  const std::string& data_format() const { return options_.data_format; }

 protected:
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;

 private:
  Options options_;
};

}  // namespace strata::layers
