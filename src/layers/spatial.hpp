// What layers over spatial axes share: where the channels stand, how windows are padded, and the
// checks of both.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "strata/config.hpp"
#include "strata/core/per_axis.hpp"
#include "strata/core/per_side.hpp"
#include "strata/ops/convolution.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::layers {

/// Raise InvalidArgument in `who`'s name, or return what was checked.
const std::string& checked_data_format(std::string_view who, const std::string& data_format);
/// Besides `valid` and `same`.
struct PaddingChoices {
  bool causal = false;
};
/// In lower case.
std::string checked_padding(std::string_view who, const std::string& padding,
                            const PaddingChoices& choices = {});
ops::Padding padding_named(const std::string& padding);

template <int N>
void check_positive(std::string_view who, const char* what, const PerAxis<N>& numbers) {
  const auto& values = numbers.values();
  check(std::all_of(values.begin(), values.end(), [](int value) { return value > 0; }), who,
        "{0} must be positive, for each of the {1} spatial axes. Received: {0}=({2}).", what, N,
        fmt::join(values, ", "));
}

template <int N>
bool any_above_one(const PerAxis<N>& numbers) {
  return std::any_of(numbers.values().begin(), numbers.values().end(),
                     [](int number) { return number > 1; });
}

/// As ops take them: entries past the layer's axes are not read.
template <int N>
std::array<int, 3> first_of_three(const PerAxis<N>& numbers) {
  std::array<int, 3> three = {1, 1, 1};
  std::copy(numbers.values().begin(), numbers.values().end(), three.begin());
  return three;
}

template <int N>
void check_not_negative(std::string_view who, const char* what, const PerSide<N>& numbers) {
  for (int axis = 0; axis < N; ++axis) {
    const auto [before, behind] = numbers[axis];
    check(before >= 0 && behind >= 0, who,
          "{} must not be negative. Received: ({}, {}) at spatial "
          "axis {}.",
          what, before, behind, axis);
  }
}

/// Where the spatial axes of a batch begin.
inline int first_spatial_axis(const std::string& data_format) {
  return data_format == "channels_first" ? 2 : 1;
}

/// The axis of the rows, which that of the columns follows, of a batch of images or of one image.
inline int row_axis(const Shape& images, const std::string& data_format) {
  return images.rank() - (data_format == "channels_first" ? 2 : 3);
}
/// Raises ShapeError unless these are images with pixels: a batch, or one.
void check_images(const std::string& who, const Shape& input, const std::string& data_format);

/// From the layer's format to channels last, and back; the same where that is the format.
Shape channels_last(const Shape& shape, const std::string& data_format);
Shape as_formatted(const Shape& shape, const std::string& data_format);
Tensor channels_last(const Tensor& x, const std::string& data_format);
Tensor as_formatted(const Tensor& x, const std::string& data_format);

/// Raises ShapeError unless the input has a batch axis, `spatial` axes and channels.
void check_spatial_rank(const std::string& who, const Shape& input, int spatial);

/// Replaces the extent of spatial axis `axis` of a channels-last shape by the number of windows along
/// it. Raises ShapeError, in terms of the layer's own input, where there is none.
struct WindowOnAxis {
  int axis;
  const char* option;  ///< `kernel_size`, `pool_size`
  int window;
  int stride;
  int dilation;
  ops::Padding padding;
};
void pass_window(const std::string& who, const Shape& input, const WindowOnAxis& window,
                 Shape& output);

/// The output of a convolution with these options and so many filters. Raises where nothing would be
/// left.
template <int N, class Options>
Shape convolved_shape(const std::string& who, const Options& options, const Shape& input,
                      std::int64_t filters) {
  Shape output = channels_last(input, options.data_format).with(N + 1, filters);
  for (int i = 0; i < N; ++i) {
    pass_window(who, input,
                {.axis = i + 1,
                 .option = "kernel_size",
                 .window = options.kernel_size[i],
                 .stride = options.strides[i],
                 .dilation = options.dilation_rate[i],
                 .padding = padding_named(options.padding)},
                output);
  }
  return as_formatted(output, options.data_format);
}

/// Raises ShapeError unless the number of channels is known, positive and, in a layer that was built
/// for so many, `expected`.
void check_channels(const std::string& who, const Shape& input, const std::string& data_format,
                    std::optional<std::int64_t> expected);

}  // namespace strata::layers
