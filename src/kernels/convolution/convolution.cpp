// Convolutions by im2col: blocks of columns that stay in cache, multiplied by gemm_serial; chooses
// between this and the direct ones.
#include "kernels/convolution/convolution.hpp"

#include <algorithm>

#include "kernels/convolution/direct_convolution.hpp"
#include "kernels/convolution/work_split.hpp"
#include "kernels/products/epilogue.hpp"
#include "kernels/products/single_threaded_blas.hpp"

namespace strata::kernels {
namespace {

using ops::FusedActivation;

constexpr std::int64_t kBlockFloats = 48 * 1024;  // a block of columns, well inside the L2 cache
constexpr std::int64_t kRowTile = 16;             // blocks have a multiple of so many rows

std::int64_t block_rows(const Convolution& convolution, std::int64_t part_rows) {
  const std::int64_t width = std::max(convolution.columns().depth(), convolution.filters);
  const std::int64_t rows = std::max(kRowTile, kBlockFloats / width / kRowTile * kRowTile);
  return std::clamp<std::int64_t>(part_rows, 1, rows);
}

// The columns of a block as a factor of a product: the input itself, or gathered.
Matrix block_columns(const ColumnLayout& layout, const float* x, const ColumnBlock& block,
                     float* columns) {
  const std::int64_t channels = layout.windows.channels;
  if (layout.is_input()) return {x + block.begin * channels + block.first_channel, channels};
  gather_columns(layout, x, block, columns);
  return layout.matrix(columns, block.rows());
}

Matrix transpose(Matrix matrix) {
  matrix.transposed = !matrix.transposed;
  return matrix;
}

// What a part of the backward pass reads and writes.
struct BackwardPart {
  const Convolution& convolution;
  const ConvolutionBackwardOperands& operands;
  float* columns;
  float* dz;          // null if the activation is linear
  float* dx;          // null, or of the whole input
  bool fresh_dx;      // whether dx is to be overwritten
  float* kernel_sum;  // null, or where this part adds its share of the kernel's gradient
  double* bias_sum;   // null, or where this part adds its share of the bias's gradient

  void run(std::int64_t begin, std::int64_t end) const {
    const std::int64_t filters = convolution.filters;
    const float* block_dz = operands.dy.values + begin * filters;
    if (dz != nullptr) {
      activation_gradient((end - begin) * filters, operands.y + begin * filters, block_dz,
                          convolution.activation, dz);
      block_dz = dz;
    }
    if (bias_sum != nullptr) add_column_sums(end - begin, filters, block_dz, bias_sum);
    for (std::int64_t group = 0; group < convolution.groups; ++group) {
      const ColumnBlock block{group * convolution.columns().group_channels, begin, end};
      const std::int64_t filter = group * convolution.group_filters();
      if (kernel_sum != nullptr) add_kernel_gradient(block, filter, block_dz);
      if (dx != nullptr) add_input_gradient(block, filter, block_dz);
    }
  }

  // columnsᵀ · dz, for the group of filters from `filter` on
  void add_kernel_gradient(const ColumnBlock& block, std::int64_t filter,
                           const float* block_dz) const {
    const ColumnLayout layout = convolution.columns();
    gemm_serial({.rows = layout.depth(),
                 .columns = convolution.group_filters(),
                 .inner = block.rows(),
                 .a = transpose(block_columns(layout, operands.x, block, columns)),
                 .b = {block_dz + filter, convolution.filters},
                 .c = kernel_sum + filter,
                 .c_stride = convolution.filters,
                 .add = true});
  }

  // dz · kernelᵀ, scattered to where the columns came from
  void add_input_gradient(const ColumnBlock& block, std::int64_t filter,
                          const float* block_dz) const {
    const ColumnLayout layout = convolution.columns();
    const std::int64_t channels = layout.windows.channels;
    const Matrix group_dz{block_dz + filter, convolution.filters};
    const Matrix group_kernel{operands.kernel + filter, convolution.filters};
    Product product{.rows = block.rows(),
                    .columns = layout.depth(),
                    .inner = convolution.group_filters(),
                    .a = group_dz,
                    .b = transpose(group_kernel),
                    .c = columns,
                    .c_stride = layout.depth()};
    if (layout.is_input()) {
      product.c = dx + block.begin * channels + block.first_channel;
      product.c_stride = channels;
      product.add = !fresh_dx;
      return gemm_serial(product);
    }
    if (layout.transposed()) {
      product.rows = layout.depth();
      product.columns = product.c_stride = block.rows();
      product.a = group_kernel;
      product.b = transpose(group_dz);
    }
    gemm_serial(product);
    scatter_columns(layout, columns, block, dx);
  }
};

void zero_images(const Windows& windows, const IndexRange& rows, float* x) {
  const std::int64_t first = rows.begin / windows.positions();
  const std::int64_t end = rows.end / windows.positions();
  std::fill_n(x + first * windows.image_size(), (end - first) * windows.image_size(), 0.0f);
}

// How the backward pass is split. Windows overlap within an image, so where the input's gradient is
// wanted, each image belongs to one part.
struct BackwardPlan {
  BackwardPlan(const Convolution& convolution, const ConvolutionGradients& gradients)
      : item_rows(gradients.x != nullptr && !convolution.columns().is_input()
                      ? convolution.windows.positions()
                      : 1),
        items(convolution.windows.rows() / item_rows) {
    parts = convolution_parts(convolution, items,
                              gradients.kernel != nullptr ? most_kernel_sums(convolution)
                                                          : most_output_parts(convolution));
    block = block_rows(convolution, (items + parts - 1) / parts * item_rows);
  }

  IndexRange rows(std::int64_t part) const {
    const IndexRange range = IndexRange::of_part(items, part, parts);
    return {range.begin * item_rows, range.end * item_rows};
  }

  std::int64_t item_rows;
  std::int64_t items;
  std::int64_t parts = 1;
  std::int64_t block = 1;
};

}  // namespace

void convolve(const Convolution& convolution, const ConvolutionOperands& operands, float* y) {
  if (convolves_directly(convolution)) return convolve_directly(convolution, operands, y);
  const ColumnLayout layout = convolution.columns();
  const std::int64_t rows = convolution.windows.rows();
  const std::int64_t parts = convolution_parts(convolution, rows, most_output_parts(convolution));
  const std::int64_t block_size = block_rows(convolution, (rows + parts - 1) / parts);
  const std::int64_t floats = layout.is_input() ? 0 : block_size * layout.depth();
  const int workers = worker_count(parts);
  const Buffer columns = scratch(workers, floats);
  const SingleThreadedBlas scope;
  parallel_parts(parts, workers, [&](std::int64_t part, int worker) {
    const IndexRange range = IndexRange::of_part(rows, part, parts);
    for (std::int64_t begin = range.begin; begin < range.end; begin += block_size) {
      const std::int64_t end = std::min(range.end, begin + block_size);
      float* const out = y + begin * convolution.filters;
      for (std::int64_t group = 0; group < convolution.groups; ++group) {
        const ColumnBlock block{group * layout.group_channels, begin, end};
        const std::int64_t filter = group * convolution.group_filters();
        gemm_serial(
            {.rows = block.rows(),
             .columns = convolution.group_filters(),
             .inner = layout.depth(),
             .a = block_columns(layout, operands.x, block, columns.data() + worker * floats),
             .b = {operands.kernel + filter, convolution.filters},
             .c = out + filter,
             .c_stride = convolution.filters});
      }
      apply_epilogue(end - begin, convolution.filters, operands.bias, convolution.activation, out);
    }
  });
}

void convolve_backward(const Convolution& convolution, const ConvolutionBackwardOperands& operands,
                       const ConvolutionGradients& gradients) {
  if (accepts_gradient_by_image(convolution, gradients))
    return convolve_back_directly(convolution, operands, gradients);
  const BackwardPlan plan(convolution, gradients);
  const ColumnLayout layout = convolution.columns();
  const std::int64_t filters = convolution.filters;
  const bool linear = convolution.activation == FusedActivation::linear;
  const bool scatters = gradients.x != nullptr && !layout.is_input();
  const bool has_own_sums = gradients.kernel != nullptr && plan.parts > 1;

  const std::int64_t column_floats = layout.is_input() ? 0 : plan.block * layout.depth();
  const std::int64_t dz_floats = linear ? 0 : plan.block * filters;
  const int workers = worker_count(plan.parts);
  const Buffer columns = scratch(workers, column_floats);
  const Buffer dz = scratch(workers, dz_floats);
  const PartSums<float> kernel_sums(has_own_sums ? plan.parts : 0, convolution.kernel_size());
  const PartSums<double> bias_sums(gradients.bias != nullptr ? plan.parts : 0, filters);

  const SingleThreadedBlas scope;
  parallel_parts(plan.parts, workers, [&](std::int64_t part, int worker) {
    const IndexRange rows = plan.rows(part);
    const BackwardPart work{
        .convolution = convolution,
        .operands = operands,
        .columns = columns.data() + worker * column_floats,
        .dz = linear ? nullptr : dz.data() + worker * dz_floats,
        .dx = gradients.x,
        .fresh_dx = gradients.fresh_x,
        .kernel_sum = has_own_sums ? kernel_sums.zeroed(part) : gradients.kernel,
        .bias_sum = bias_sums.zeroed(part)};
    if (scatters && gradients.fresh_x) zero_images(convolution.windows, rows, gradients.x);
    for (std::int64_t begin = rows.begin; begin < rows.end; begin += plan.block)
      work.run(begin, std::min(rows.end, begin + plan.block));
  });
  kernel_sums.add_to(gradients.kernel);
  bias_sums.add_to(gradients.bias);
}

}  // namespace strata::kernels
