// What layers over spatial axes share: where the channels stand, how windows are padded, and the
// checks of both.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "strata/config.hpp"
#include "strata/core/per_axis.hpp"
#include "strata/ops/convolution.hpp"
#include "strata/tensor/tensor.hpp"

namespace strata::layers {

/// Raise InvalidArgument in `who`'s name, or give back what was checked.
const std::string& checked_data_format(std::string_view who, const std::string& data_format);
/// Without regard to case; `causal` only where it makes sense.
std::string checked_padding(std::string_view who, std::string padding, bool may_be_causal);
ops::Padding padding_named(const std::string& padding);

template <int N>
void check_positive(std::string_view who, const char* what, const PerAxis<N>& numbers) {
  const auto& values = numbers.values();
  check(std::all_of(values.begin(), values.end(), [](int value) { return value > 0; }), who,
        "{0} must be positive, for each of the {1} spatial axes. Received: {0}=({2}).", what, N,
        fmt::join(values, ", "));
}

/// As ops take them: entries past the layer's axes are not read.
template <int N>
std::array<int, 3> first_of_three(const PerAxis<N>& numbers) {
  std::array<int, 3> three = {1, 1, 1};
  std::copy(numbers.values().begin(), numbers.values().end(), three.begin());
  return three;
}

/// From the layer's format to channels last, and back; the same where that is the format.
Shape channels_last(const Shape& shape, const std::string& data_format);
Shape as_formatted(const Shape& shape, const std::string& data_format);
Tensor channels_last(const Tensor& x, const std::string& data_format);
Tensor as_formatted(const Tensor& x, const std::string& data_format);

/// Raises ShapeError unless the input has a batch axis, `spatial` axes and channels.
void check_spatial_rank(const std::string& who, const Shape& input, int spatial);

/// Replaces spatial axis `axis` of a channels-last shape by what windows leave of it. Raises
/// ShapeError, in terms of the layer's own input, where that is nothing.
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

/// A config without a null data format, which means the default.
Config with_known_format(Config config);

}  // namespace strata::layers
