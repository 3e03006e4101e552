// Checks a window geometry against a shape and computes output extents and padding.
#include "ops/windows.hpp"

#include "core/check.hpp"
#include "tensor/format.hpp"

namespace strata::ops {
namespace {

std::int64_t span(std::int64_t window, int dilation) { return dilation * (window - 1) + 1; }

template <class Number>
void check_positive(const char* who, const char* what, const std::array<Number, 3>& numbers,
                    int count) {
  for (int i = 0; i < count; ++i) {
    const Number number = numbers[static_cast<std::size_t>(i)];
    check(number > 0, who, "{} must be positive. Received: {} at spatial axis {}.", what, number,
          i);
  }
}

}  // namespace

std::int64_t window_output(std::int64_t extent, std::int64_t window, int stride, int dilation,
                           Padding padding) {
  if (extent == Shape::kUnknown) return Shape::kUnknown;
  if (padding != Padding::valid) return (extent + stride - 1) / stride;
  const std::int64_t room = extent - span(window, dilation);
  return room < 0 ? 0 : room / stride + 1;
}

std::int64_t window_padding(std::int64_t extent, std::int64_t window, int stride, int dilation,
                            Padding padding) {
  if (padding == Padding::valid) return 0;
  if (padding == Padding::causal) return span(window, dilation) - 1;
  const std::int64_t output = window_output(extent, window, stride, dilation, padding);
  return std::max<std::int64_t>((output - 1) * stride + span(window, dilation) - extent, 0) / 2;
}

kernels::Windows lift_windows(const char* who, const Shape& x, const WindowGeometry& geometry) {
  check<ShapeError>(x.rank() >= 3 && x.rank() <= 5, who,
                    "the input must have one to three spatial axes between batch and channels. "
                    "Received: shape={}.",
                    x);
  const int spatial = x.rank() - 2;
  check_positive(who, "window", geometry.window, spatial);
  check_positive(who, "strides", geometry.strides, spatial);
  check_positive(who, "dilation", geometry.dilation, spatial);
  check(geometry.padding != Padding::causal || spatial == 1, who,
        "causal padding needs one spatial axis. Received: shape={}.", x);

  kernels::Windows windows{.images = x.front(), .axes = {}, .channels = x.back()};
  for (int i = 0; i < spatial; ++i) {
    const auto from = static_cast<std::size_t>(i);
    const std::int64_t window = geometry.window[from];
    const int stride = geometry.strides[from];
    const int dilation = geometry.dilation[from];
    const std::int64_t input = x[i + 1];
    windows.axes[from + 3 - static_cast<std::size_t>(spatial)] = {
        .input = input,
        .output = window_output(input, window, stride, dilation, geometry.padding),
        .window = window,
        .stride = stride,
        .dilation = dilation,
        .padding = window_padding(input, window, stride, dilation, geometry.padding)};
  }
  const Shape output = lowered_shape(windows, x.rank(), x.back());
  for (int i = 0; i < spatial; ++i) {
    check<ShapeError>(output[i + 1] > 0, who,
                      "nothing would be left: a window of {} with dilation {} must fit the input's "
                      "spatial axis {}. Received: shape={}.",
                      geometry.window[static_cast<std::size_t>(i)],
                      geometry.dilation[static_cast<std::size_t>(i)], i, x);
  }
  return windows;
}

kernels::Windows pooling_windows(const char* who, const Shape& x, const PoolingGeometry& geometry) {
  check(geometry.padding != Padding::causal, who,
        "padding must be valid or same. Received: causal.");
  const auto& [window, strides, padding] = geometry;
  return lift_windows(who, x, {{window[0], window[1], window[2]}, strides, {1, 1, 1}, padding});
}

Shape lowered_shape(const kernels::Windows& windows, int rank, std::int64_t channels) {
  Shape shape = {windows.images};
  for (int i = 5 - rank; i < 3; ++i) shape.append(windows.axes[static_cast<std::size_t>(i)].output);
  shape.append(channels);
  return shape;
}

}  // namespace strata::ops
