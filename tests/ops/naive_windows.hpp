// Windows by their definition, cell by cell: what kernels are held against.
#pragma once

#include <array>
#include <cstdint>

#include "strata/ops/convolution.hpp"
#include "strata/tensor/shape.hpp"

namespace strata::testing {

struct NaiveWindows {
  Shape x;  // (batch, spatial…, channels)
  std::array<int, 3> window;
  std::array<int, 3> strides;
  std::array<int, 3> dilation;
  ops::Padding padding;

  // Axes that the input lacks have one cell and a window of one cell.
  struct Axis {
    std::int64_t input = 1;
    std::int64_t output = 1;
    std::int64_t window = 1;
    std::int64_t stride = 1;
    std::int64_t dilation = 1;
    std::int64_t padding = 0;

    std::int64_t at(std::int64_t o, std::int64_t t) const {
      return o * stride + t * dilation - padding;
    }
    bool is_padding(std::int64_t o, std::int64_t t) const {
      return at(o, t) < 0 || at(o, t) >= input;
    }
  };

  Axis axis(int i) const {
    if (i >= x.rank() - 2) return {};
    const auto k = static_cast<std::size_t>(i);
    const std::int64_t n = x[i + 1];
    return {n,           ops::window_output(n, window[k], strides[k], dilation[k], padding),
            window[k],   strides[k],
            dilation[k], ops::window_padding(n, window[k], strides[k], dilation[k], padding)};
  }

  /// The output's shape with this many channels.
  Shape output(std::int64_t channels) const {
    Shape shape = {x.front()};
    for (int i = 0; i < x.rank() - 2; ++i) shape.append(axis(i).output);
    shape.append(channels);
    return shape;
  }

  /// Calls `visit(output position, cell of the window, input position)` for every cell that is not
  /// padding, in row-major order; positions count over all images.
  template <class Visit>
  void for_each_cell(const Visit& visit) const {
    const Axis a = axis(0), b = axis(1), c = axis(2);
    std::int64_t position = 0;
    for (std::int64_t image = 0; image < x.front(); ++image)
      for (std::int64_t i = 0; i < a.output; ++i)
        for (std::int64_t j = 0; j < b.output; ++j)
          for (std::int64_t k = 0; k < c.output; ++k, ++position)
            for (std::int64_t cell = 0; cell < a.window * b.window * c.window; ++cell) {
              const std::int64_t t = cell / (b.window * c.window);
              const std::int64_t u = cell / c.window % b.window;
              const std::int64_t v = cell % c.window;
              if (a.is_padding(i, t) || b.is_padding(j, u) || c.is_padding(k, v)) continue;
              const std::int64_t line = (image * a.input + a.at(i, t)) * b.input + b.at(j, u);
              visit(position, cell, line * c.input + c.at(k, v));
            }
  }
};

}  // namespace strata::testing
