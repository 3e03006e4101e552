#include "kernels/window_pass.hpp"

#include <algorithm>

#include "core/profile.hpp"

namespace strata::kernels {

std::vector<std::int64_t> stretch_offsets(const Windows& windows, const Frame& frame) {
  const auto& [outer, middle, inner] = windows.axes;
  std::vector<std::int64_t> offsets;
  for (std::int64_t i = 0; i < outer.window; ++i) {
    for (std::int64_t j = 0; j < middle.window; ++j) {
      for (std::int64_t k = 0; k < (inner.dilation == 1 ? 1 : inner.window); ++k)
        offsets.push_back(frame.at(i * outer.dilation, j * middle.dilation, k * inner.dilation));
    }
  }
  return offsets;
}

std::int64_t stretch_length(const Windows& windows, std::int64_t channels) {
  const WindowAxis& inner = windows.axes[2];
  return inner.dilation == 1 ? inner.window * channels : channels;
}

std::array<std::int64_t, 3> outputs_of(const Windows& windows) {
  return {windows.axes[0].output, windows.axes[1].output, windows.axes[2].output};
}

std::array<std::int64_t, 3> strides_of(const Windows& windows) {
  return {windows.axes[0].stride, windows.axes[1].stride, windows.axes[2].stride};
}

// The window's cells along an axis that don't lie in the margins, for a window that begins there.
Part WindowPass::cells_inside(std::size_t axis, std::int64_t begin) const {
  const WindowAxis& cells = window[axis];
  const auto cells_before = [&](std::int64_t edge) {
    return std::clamp<std::int64_t>((edge - begin + cells.dilation - 1) / cells.dilation, 0,
                                    cells.window);
  };
  return {cells_before(frame.front[axis]), cells_before(frame.front[axis] + frame.inside[axis])};
}

// Those stretches of the window at a line that may hold something besides zeros.
Part WindowPass::stretches_inside(std::int64_t i, std::int64_t j) const {
  const std::size_t axis = window[0].window == 1 ? 1 : 0;
  const Part cells = cells_inside(axis, axis == 1 ? j * strides[1] : i * strides[0]);
  const auto each = static_cast<std::int64_t>(offsets.size()) / window[axis].window;
  return {cells.begin * each, cells.end * each};
}

void WindowPass::run(const TileProducts& products, const float* image, Part lines, float* y) const {
  const profile::TimedProduct timed;
  for (std::int64_t panel = 0; panel < panels.count(); ++panel) {
    const std::int64_t column = panels.first_column(panel);
    for (std::int64_t line = lines.begin; line < lines.end; ++line) {
      const std::int64_t i = line / positions[1];
      const std::int64_t j = line % positions[1];
      const Part inside = stretches_inside(i, j);
      products.multiply_rows(
          {.a = image + frame.at(i * strides[0], j * strides[1], 0),
           .a_step = strides[2] * frame.channels,
           .stretches = {offsets.data() + inside.begin, inside.end - inside.begin, stretch},
           .panel = packed + panels.offset(panel) + inside.begin * stretch * panels.width(panel),
           .panel_step = panels.width(panel),
           .start = start == nullptr ? nullptr : start + column,
           .relu = relu,
           .add = add,
           .y = y + (line - lines.begin) * positions[2] * columns + column,
           .y_step = columns,
           .columns = panels.columns(panel)},
          positions[2], panels.wide(panel));
    }
  }
}

}  // namespace strata::kernels
