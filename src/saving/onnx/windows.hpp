// The attributes by which operators over windows say how the window moves.
#pragma once

#include <array>
#include <vector>

#include "saving/onnx/graph.hpp"
#include "strata/ops/convolution.hpp"

namespace strata::saving {

struct OnnxWindow {
  Integers extents;  ///< along each spatial axis
  std::array<int, 3> strides;
  std::array<int, 3> dilation;
  ops::Padding padding;
};

/// `kernel_shape`, `strides` and the padding, for inputs whose spatial axes have `spatial` extents.
std::vector<OnnxAttribute> attributes_of(const OnnxWindow& window, const Integers& spatial);

/// The spatial extents of a shape.
Integers spatial_extents(const Shape& shape, bool channels_last);

}  // namespace strata::saving
