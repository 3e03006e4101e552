// AlphaDropout: dropout that keeps the mean and variance of SELU's outputs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "strata/core/number.hpp"
#include "strata/core/required.hpp"
#include "strata/layers/layer.hpp"
#include "strata/tensor/random.hpp"

namespace strata::layers {

struct AlphaDropoutOptions {
  Required<float> rate;  ///< Probability that an element is dropped, in [0, 1).
  /// The shape of what is drawn, broadcast over the inputs: an extent of 1 drops all along its axis
  /// together, an unknown one is the inputs'. Default: the inputs' shape.
  std::optional<Shape> noise_shape = {};
  std::optional<std::int64_t> seed = {};      ///< Default: a child of the process-wide stream.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `alpha_dropout`, `alpha_dropout_1`, ….
};

/// In training, each element is replaced by SELU's limit far below 0 with probability `rate`, and all
/// are scaled and shifted so that inputs of mean 0 and variance 1 keep both; in inference nothing is
/// changed. Each call draws anew. With
/// `l = -1.7580993408473766` the output is `a * (kept ? x : l) + b`, where
/// `a = 1 / sqrt((1 - rate) * (1 + rate * l^2))` and `b = -a * l * rate`.
///
///     layers::AlphaDropout(0.1f)
///
/// Raises InvalidArgument on a rate outside [0, 1), ShapeError where `noise_shape` doesn't fit the
/// inputs. Klambauer et al., 2017;
/// https://keras.io/api/layers/regularization_layers/alpha_dropout/.
class AlphaDropout : public Layer {
 public:
  using Options = AlphaDropoutOptions;

  explicit AlphaDropout(Options options);
  template <Number N>
  explicit AlphaDropout(N rate) : AlphaDropout(Options{.rate = static_cast<float>(rate)}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  bool supports_masking() const override { return true; }
  Config get_config() const override;
  static AlphaDropout from_config(const Config& config);

  float rate() const { return options_.rate; }

 protected:
  void check_input(const Shape& input_shape) const override;
  std::vector<RandomStream> random_streams() override;

 private:
  Options options_;
  random::Generator generator_;
};

}  // namespace strata::layers
