// GaussianNoise: additive noise against overfitting.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "strata/core/number.hpp"
#include "strata/core/required.hpp"
#include "strata/layers/layer.hpp"
#include "strata/tensor/random.hpp"

namespace strata::layers {

struct GaussianNoiseOptions {
  Required<float> stddev;                     ///< Standard deviation of the noise, in [0, 1].
  std::optional<std::int64_t> seed = {};      ///< Default: a child of the process-wide stream.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};  ///< Default: `gaussian_noise`, `gaussian_noise_1`, ….
};

/// In training, adds to each element a normal number of mean 0; in inference nothing is changed. Each
/// call draws anew.
///
///     layers::GaussianNoise(0.1f)
///
/// Raises InvalidArgument on a standard deviation outside [0, 1]. See
/// https://keras.io/api/layers/regularization_layers/gaussian_noise/.
class GaussianNoise : public Layer {
 public:
  using Options = GaussianNoiseOptions;

  explicit GaussianNoise(Options options);
  template <Number N>
  explicit GaussianNoise(N stddev) : GaussianNoise(Options{.stddev = static_cast<float>(stddev)}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  bool supports_masking() const override { return true; }
  Config get_config() const override;
  static GaussianNoise from_config(const Config& config);

  float stddev() const { return options_.stddev; }

 protected:
  std::vector<RandomStream> random_streams() override;

 private:
  Options options_;
  random::Generator generator_;
};

}  // namespace strata::layers
