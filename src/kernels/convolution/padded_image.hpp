// Zero-padded images: every window lies inside, so the loops over windows need no special cases.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/parallel.hpp"
#include "kernels/convolution/windows.hpp"
#include "kernels/convolution/work_split.hpp"
#include "strata/core/buffer.hpp"

namespace strata::kernels {

/// Where an image of `inside` positions lies in an array of `extents` positions, zeros around it.
struct PaddedImage {
  std::array<std::int64_t, 3> inside;
  std::array<std::int64_t, 3> front;  ///< zeros in front of the image along each axis
  std::array<std::int64_t, 3> extents;
  std::int64_t channels;

  bool has_padding() const { return inside != extents; }
  std::int64_t size() const { return extents[0] * extents[1] * extents[2] * channels; }
  std::int64_t at(std::int64_t i, std::int64_t j, std::int64_t k) const {
    return ((i * extents[1] + j) * extents[2] + k) * channels;
  }

  /// Calls `visit(number of the image's line, its offset in the padded array)` for each line.
  template <class Visit>
  void for_each_line(Visit visit) const {
    for (std::int64_t i = 0; i < inside[0]; ++i) {
      for (std::int64_t j = 0; j < inside[1]; ++j)
        visit(i * inside[1] + j, at(i + front[0], j + front[1], front[2]));
    }
  }

  void zero_padding(float* padded) const {
    std::int64_t done = 0;
    for_each_line([&](std::int64_t, std::int64_t at) {
      std::fill(padded + done, padded + at, 0.0f);
      done = at + inside[2] * channels;
    });
    std::fill(padded + done, padded + size(), 0.0f);
  }

  /// What lies within these planes and lines of the padded array; the rest of it is left alone.
  void copy_inside(const float* image, const IndexRange& planes, const IndexRange& lines,
                   float* padded) const {
    const auto within = [&](const IndexRange& range, std::size_t axis) {
      return IndexRange{std::clamp<std::int64_t>(range.begin - front[axis], 0, inside[axis]),
                        std::clamp<std::int64_t>(range.end - front[axis], 0, inside[axis])};
    };
    const IndexRange copied = within(lines, 1);
    const std::int64_t line_floats = inside[2] * channels;
    for (std::int64_t i = within(planes, 0).begin; i < within(planes, 0).end; ++i) {
      for (std::int64_t j = copied.begin; j < copied.end; ++j) {
        std::copy_n(image + (i * inside[1] + j) * line_floats, line_floats,
                    padded + at(i + front[0], j + front[1], front[2]));
      }
    }
  }

  void copy_inside(const float* image, float* padded) const {
    copy_inside(image, {0, extents[0]}, {0, extents[1]}, padded);
  }
};

/// One padded array per worker, or none if the images need no padding.
class PaddedImages {
 public:
  PaddedImages(const PaddedImage& layout, int workers)
      : layout_(layout), floats_(layout.has_padding() ? layout.size() : 0) {
    if (floats_ == 0) return;
    arrays_ = scratch(workers, floats_);
    for (int worker = 0; worker < workers; ++worker) layout_.zero_padding(of(worker));
  }

  /// The padded image, valid until this worker pads the next one; of these planes and lines alone.
  const float* pad(const float* image, int worker, const IndexRange& planes,
                   const IndexRange& lines) const {
    if (floats_ == 0) return image;
    layout_.copy_inside(image, planes, lines, of(worker));
    return of(worker);
  }
  const float* pad(const float* image, int worker) const {
    return pad(image, worker, {0, layout_.extents[0]}, {0, layout_.extents[1]});
  }

 private:
  float* of(int worker) const { return arrays_.data() + worker * floats_; }

  const PaddedImage& layout_;
  std::int64_t floats_;
  Buffer arrays_;
};

/// The input, zero-padded so that every forward window lies inside.
inline PaddedImage padded_input(const Windows& windows) {
  PaddedImage padded{{}, {}, {}, windows.channels};
  for (std::size_t i = 0; i < 3; ++i) {
    const WindowAxis& axis = windows.axes[i];
    const std::int64_t reach =
        (axis.output - 1) * axis.stride + (axis.window - 1) * axis.dilation + 1;
    padded.inside[i] = axis.input;
    padded.front[i] = axis.padding;
    padded.extents[i] = std::max(axis.input + axis.padding, reach);
  }
  return padded;
}

/// The output's gradient, zero-padded so that a flipped window at every input position lies inside.
/// Strides are 1.
inline PaddedImage padded_output_gradient(const Windows& windows, std::int64_t filters) {
  PaddedImage padded{{}, {}, {}, filters};
  for (std::size_t i = 0; i < 3; ++i) {
    const WindowAxis& axis = windows.axes[i];
    const std::int64_t reach = (axis.window - 1) * axis.dilation;
    padded.inside[i] = axis.output;
    padded.front[i] = reach - axis.padding;
    padded.extents[i] = axis.input + reach;
  }
  return padded;
}

}  // namespace strata::kernels
