// Permute: the axes of every sample in another order.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "strata/core/required.hpp"
#include "strata/layers/layer.hpp"

namespace strata::layers {

struct PermuteOptions {
  /// Which axis of a sample each axis of the output is, counted from 1: the batch axis stays first.
  Required<std::vector<int>> dims;
  RegularizerSpec activity_regularizer = {};  ///< Penalty on the output, divided by the batch.
  std::string name = {};                      ///< Default: `permute`, `permute_1`, ….
};

/// Input `(batch, …)`; output with the same elements, its axis i being the input's `dims[i - 1]`.
///
///     layers::Permute({2, 1})  // or {.dims = {2, 1}, .name = "turned"}
///
/// Raises InvalidArgument unless `dims` has each of 1, 2, … once, ShapeError on an input of another
/// rank. See https://keras.io/api/layers/reshaping_layers/permute/.
class Permute : public Layer {
 public:
  using Options = PermuteOptions;

  explicit Permute(Options options);
  /// A template, so that braces with names are the options.
  template <class = void>
  explicit Permute(const std::vector<int>& dims) : Permute(Options{.dims = dims}) {}

  Tensor call(const Tensor& inputs, const CallContext& context) override;
  Shape compute_output_shape(const Shape& input_shape) override;
  Config get_config() const override;
  static Permute from_config(const Config& config);

  const std::vector<int>& dims() const { return options_.dims; }

 protected:
  void check_input(const Shape& input_shape) const override;
  std::optional<std::vector<RegularizerSlot>> regularizer_slots() override;

 private:
  Options options_;
};

}  // namespace strata::layers
