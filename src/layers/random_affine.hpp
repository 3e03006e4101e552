// What layers that move, turn and zoom images share: the options of the resampling, and the transforms
// of a batch.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "strata/ops/image.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::layers {

/// Raises InvalidArgument in `who`'s name on an option out of its range.
void check_resampling(std::string_view who, const ops::image::AffineTransformOptions& options);

template <class Options>
ops::image::AffineTransformOptions resampling_of(const Options& options) {
  return {.interpolation = options.interpolation,
          .fill_mode = options.fill_mode,
          .fill_value = options.fill_value,
          .data_format = options.data_format};
}

/// Where pixel (x, y) of the result lies: at (a0 x + a1 y + a2, b0 x + b1 y + b2).
struct AffineMatrix {
  float a0, a1, a2, b0, b1, b2;
};
/// Images, or one, each after its own transform.
Tensor resampled(const Tensor& images, const std::vector<AffineMatrix>& matrices,
                 const ops::image::AffineTransformOptions& options);

}  // namespace strata::layers
