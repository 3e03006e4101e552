// Dropout: noise that keeps units from relying on each other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "strata/core/number.hpp"
#include "strata/core/required.hpp"
#include "strata/layers/layer.hpp"
#include "strata/tensor/random.hpp"

namespace strata::layers {

struct DropoutOptions {
  Required<float> rate;  ///< Share of the elements that are dropped, in [0, 1].
  /// The shape of what is drawn, broadcast over the inputs: an extent of 1 drops all along its axis
  /// together, an unknown one is the inputs'. Default: the inputs' shape.
  std::optional<Shape> noise_shape = {};
  std::optional<std::int64_t> seed = {};      ///< Default: a child of the process-wide stream.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `dropout`, `dropout_1`, ….
};

/// In training, each element is 0 with probability `rate` and else multiplied by `1 / (1 - rate)`,
/// so that its expectation stays; in inference nothing is changed. Each call draws anew.
///
///     layers::Dropout(0.5f)
///
/// Raises InvalidArgument on a rate outside [0, 1], ShapeError where `noise_shape` doesn't fit the
/// inputs. See https://keras.io/api/layers/regularization_layers/dropout/.
class Dropout : public Layer {
 public:
  using Options = DropoutOptions;

  explicit Dropout(Options options);
  template <Number N>
  explicit Dropout(N rate) : Dropout(Options{.rate = static_cast<float>(rate)}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  bool supports_masking() const override { return true; }
  Config get_config() const override;
  static Dropout from_config(const Config& config);

  float rate() const { return options_.rate; }

 protected:
  void check_input(const Shape& input_shape) const override;
  std::vector<RandomStream> random_streams() override;

 private:
  Options options_;
  random::Generator generator_;
};

}  // namespace strata::layers
