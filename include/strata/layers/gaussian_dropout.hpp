// GaussianDropout: multiplicative noise against overfitting.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "strata/core/number.hpp"
#include "strata/core/required.hpp"
#include "strata/layers/layer.hpp"
#include "strata/tensor/random.hpp"

namespace strata::layers {

struct GaussianDropoutOptions {
  Required<float>
      rate;  ///< As of Dropout: the noise's variance is `rate / (1 - rate)`, rate in [0, 1).
  std::optional<std::int64_t> seed = {};      ///< Default: a child of the process-wide stream.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};  ///< Default: `gaussian_dropout`, `gaussian_dropout_1`, ….
};

/// In training, multiplies each element by a normal number of mean 1 and variance `rate / (1 - rate)`,
/// the variance of what Dropout multiplies by; in inference nothing is changed. Each call draws anew.
///
///     layers::GaussianDropout(0.5f)
///
/// Raises InvalidArgument on a rate outside [0, 1). Srivastava et al., 2014;
/// https://keras.io/api/layers/regularization_layers/gaussian_dropout/.
class GaussianDropout : public Layer {
 public:
  using Options = GaussianDropoutOptions;

  explicit GaussianDropout(Options options);
  template <Number N>
  explicit GaussianDropout(N rate) : GaussianDropout(Options{.rate = static_cast<float>(rate)}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  bool supports_masking() const override { return true; }
  Config get_config() const override;
  static GaussianDropout from_config(const Config& config);

  float rate() const { return options_.rate; }

 protected:
  std::vector<RandomStream> random_streams() override;

 private:
  Options options_;
  random::Generator generator_;
};

}  // namespace strata::layers
