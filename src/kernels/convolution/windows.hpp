// How windows lie over up to three spatial axes, for convolutions and pooling. Tensors are
// (image, axis 0, axis 1, axis 2, channel); inputs with fewer axes have extents of 1 in front.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace strata::kernels {

struct WindowAxis {
  std::int64_t input = 1;
  std::int64_t output = 1;
  std::int64_t window = 1;
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  std::int64_t padding = 0;  ///< in front; what is missing behind follows from the rest

  /// The input position of a cell of the window at an output position; padding outside [0, input).
  std::int64_t at(std::int64_t position, std::int64_t cell) const {
    return position * stride + cell * dilation - padding;
  }
};

struct Windows {
  std::int64_t images = 0;
  std::array<WindowAxis, 3> axes;
  std::int64_t channels = 0;

  std::int64_t positions() const { return axes[0].output * axes[1].output * axes[2].output; }
  std::int64_t cells() const { return axes[0].window * axes[1].window * axes[2].window; }
  std::int64_t rows() const { return images * positions(); }
  std::int64_t image_size() const {
    return axes[0].input * axes[1].input * axes[2].input * channels;
  }
  std::array<std::int64_t, 3> outputs() const {
    return {axes[0].output, axes[1].output, axes[2].output};
  }
  std::array<std::int64_t, 3> strides() const {
    return {axes[0].stride, axes[1].stride, axes[2].stride};
  }
};

/// Consecutive output positions along the innermost axis.
struct PositionRun {
  std::int64_t row;  ///< of the first one, counted over all images
  std::int64_t image;
  std::array<std::int64_t, 3> position;  ///< of the first one
  std::int64_t count;
};

/// Calls `visit(run)` for the runs of output positions [begin, end), counted over all images.
template <class Visit>
void for_each_position_run(const Windows& windows, std::int64_t begin, std::int64_t end,
                           Visit visit) {
  const auto& [outer, middle, inner] = windows.axes;
  for (std::int64_t row = begin; row < end;) {
    const std::int64_t line = row / inner.output;
    const std::int64_t plane = line / middle.output;
    const std::int64_t first = row - line * inner.output;
    const std::int64_t count = std::min(inner.output - first, end - row);
    visit(PositionRun{
        row, plane / outer.output, {plane % outer.output, line % middle.output, first}, count});
    row += count;
  }
}

}  // namespace strata::kernels
