// RepeatVector: a vector as a sequence of itself.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <vector>

#include "strata/core/required.hpp"
#include "strata/layers/layer.hpp"

namespace strata::layers {

struct RepeatVectorOptions {
  Required<int> n;                            ///< How often, > 0.
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `repeat_vector`, ….
};

/// Input `(batch, features)`; output `(batch, n, features)`.
///
/// Raises InvalidArgument unless `n > 0`, ShapeError on an input that isn't a vector a sample.
/// See https://keras.io/api/layers/reshaping_layers/repeat_vector/.
class RepeatVector : public Layer {
 public:
  using Options = RepeatVectorOptions;

  explicit RepeatVector(Options options);
  template <std::same_as<int> I>  // Excludes bool and 2.5.
  explicit RepeatVector(I n) : RepeatVector(Options{.n = n}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  Config get_config() const override;
  static RepeatVector from_config(const Config& config);

  int n() const { return options_.n; }

 protected:
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;

 private:
  Options options_;
};

}  // namespace strata::layers
