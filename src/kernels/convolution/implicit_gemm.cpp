// Where a window's contiguous runs lie, and the loop over panels and lines of output positions.
#include "kernels/convolution/implicit_gemm.hpp"

#include <algorithm>

#include "core/profile.hpp"

namespace strata::kernels {

std::vector<std::int64_t> run_offsets(const Windows& windows, const PaddedImage& padded) {
  const auto& [outer, middle, inner] = windows.axes;
  std::vector<std::int64_t> offsets;
  for (std::int64_t i = 0; i < outer.window; ++i) {
    for (std::int64_t j = 0; j < middle.window; ++j) {
      for (std::int64_t k = 0; k < (inner.dilation == 1 ? 1 : inner.window); ++k)
        offsets.push_back(padded.at(i * outer.dilation, j * middle.dilation, k * inner.dilation));
    }
  }
  return offsets;
}

std::int64_t run_length(const Windows& windows, std::int64_t channels) {
  const WindowAxis& inner = windows.axes[2];
  return inner.dilation == 1 ? inner.window * channels : channels;
}

// The cells along an axis that don't lie in the padding, of a window whose first cell is `begin`.
IndexRange ImplicitGemm::cells_inside(std::size_t axis, std::int64_t begin) const {
  const WindowAxis& cells = window[axis];
  const auto cells_before = [&](std::int64_t edge) {
    return std::clamp<std::int64_t>((edge - begin + cells.dilation - 1) / cells.dilation, 0,
                                    cells.window);
  };
  return {cells_before(padded.front[axis]), cells_before(padded.front[axis] + padded.inside[axis])};
}

// The runs of a window at output line (i, j) that don't lie in the padding as a whole: along the
// outermost axis on which the window has several cells, the others contribute zeros.
IndexRange ImplicitGemm::runs_inside(std::int64_t i, std::int64_t j) const {
  const std::size_t axis = window[0].window == 1 ? 1 : 0;
  const IndexRange cells = cells_inside(axis, axis == 1 ? j * strides[1] : i * strides[0]);
  const auto runs_per_cell = static_cast<std::int64_t>(offsets.size()) / window[axis].window;
  return {cells.begin * runs_per_cell, cells.end * runs_per_cell};
}

void ImplicitGemm::run(const TileProducts& products, const float* image, IndexRange lines,
                       float* y) const {
  const profile::TimedProduct timed;
  for (std::int64_t panel = 0; panel < panels.count(); ++panel) {
    const std::int64_t column = panels.first_column(panel);
    const std::int64_t width = panels.width(panel);
    for (std::int64_t line = lines.begin; line < lines.end; ++line) {
      const std::int64_t i = line / positions[1];
      const std::int64_t j = line % positions[1];
      const IndexRange inside = runs_inside(i, j);
      products.multiply_rows(
          {.rows = positions[2],
           .a = image + padded.at(i * strides[0], j * strides[1], 0),
           .a_step = strides[2] * padded.channels,
           .runs = {offsets.data() + inside.begin, inside.end - inside.begin, run_length},
           .panel = packed + panels.offset(panel) + inside.begin * run_length * width,
           .panel_step = width,
           .two_vectors = panels.wide(panel),
           .start = start == nullptr ? nullptr : start + column,
           .relu = relu,
           .add = add,
           .y = y + (line - lines.begin) * positions[2] * columns + column,
           .y_step = columns,
           .columns = panels.columns(panel)});
    }
  }
}

}  // namespace strata::kernels
