// Images with margins of zeros, so that windows that reach beyond the edge need no exception.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "kernels/convolution_parts.hpp"
#include "kernels/windows.hpp"
#include "strata/core/buffer.hpp"

namespace strata::kernels {

/// An image within margins of zeros.
struct Frame {
  std::array<std::int64_t, 3> inside;
  std::array<std::int64_t, 3> front;
  std::array<std::int64_t, 3> extents;
  std::int64_t channels;

  bool has_margins() const { return inside != extents; }
  std::int64_t size() const { return extents[0] * extents[1] * extents[2] * channels; }
  std::int64_t at(std::int64_t i, std::int64_t j, std::int64_t k) const {
    return ((i * extents[1] + j) * extents[2] + k) * channels;
  }

  /// Calls `visit(line inside, counted; where it lies in the frame)`.
  template <class Visit>
  void for_each_line(Visit visit) const {
    for (std::int64_t i = 0; i < inside[0]; ++i) {
      for (std::int64_t j = 0; j < inside[1]; ++j)
        visit(i * inside[1] + j, at(i + front[0], j + front[1], front[2]));
    }
  }

  void clear_margins(float* frame) const {
    std::int64_t done = 0;
    for_each_line([&](std::int64_t, std::int64_t at) {
      std::fill(frame + done, frame + at, 0.0f);
      done = at + inside[2] * channels;
    });
    std::fill(frame + done, frame + size(), 0.0f);
  }

  void enter(const float* image, float* frame) const {
    for_each_line([&](std::int64_t line, std::int64_t to) {
      std::copy_n(image + line * inside[2] * channels, inside[2] * channels, frame + to);
    });
  }
};

/// Room for a framed image a worker, if images need a frame.
class FramedImages {
 public:
  FramedImages(const Frame& frame, int workers)
      : frame_(frame), floats_(frame.has_margins() ? frame.size() : 0) {
    if (floats_ == 0) return;
    frames_ = scratch(workers, floats_);
    for (int worker = 0; worker < workers; ++worker) frame_.clear_margins(of(worker));
  }

  /// The image, in this worker's frame.
  const float* enter(const float* image, int worker) const {
    if (floats_ == 0) return image;
    frame_.enter(image, of(worker));
    return of(worker);
  }

 private:
  float* of(int worker) const { return frames_.data() + worker * floats_; }

  const Frame& frame_;
  std::int64_t floats_;
  Buffer frames_;
};

/// The input, as far as windows reach.
inline Frame input_frame(const Windows& windows) {
  Frame frame{{}, {}, {}, windows.channels};
  for (std::size_t i = 0; i < 3; ++i) {
    const WindowAxis& axis = windows.axes[i];
    const std::int64_t reach =
        (axis.output - 1) * axis.stride + (axis.window - 1) * axis.dilation + 1;
    frame.inside[i] = axis.input;
    frame.front[i] = axis.padding;
    frame.extents[i] = std::max(axis.input + axis.padding, reach);
  }
  return frame;
}

/// The outcome's gradient, so far around it as windows reach from all positions of the input.
/// Strides are 1.
inline Frame output_frame(const Windows& windows, std::int64_t filters) {
  Frame frame{{}, {}, {}, filters};
  for (std::size_t i = 0; i < 3; ++i) {
    const WindowAxis& axis = windows.axes[i];
    const std::int64_t reach = (axis.window - 1) * axis.dilation;
    frame.inside[i] = axis.output;
    frame.front[i] = reach - axis.padding;
    frame.extents[i] = axis.input + reach;
  }
  return frame;
}

}  // namespace strata::kernels
