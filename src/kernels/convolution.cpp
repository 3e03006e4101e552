#include "kernels/convolution.hpp"

#include <algorithm>
#include <memory>

#include "kernels/convolution_parts.hpp"
#include "kernels/direct_convolution.hpp"
#include "kernels/epilogue.hpp"
#include "kernels/single_threaded_blas.hpp"

namespace strata::kernels {
namespace {

using ops::FusedActivation;

constexpr std::int64_t kBlockFloats = 48 * 1024;  // a block of columns, well inside the L2 cache
constexpr std::int64_t kRowTile = 16;             // rows of a block come in multiples of it

std::int64_t block_rows(const Convolution& convolution, std::int64_t part_rows) {
  const std::int64_t width = std::max(convolution.columns().depth(), convolution.filters);
  const std::int64_t rows = std::max(kRowTile, kBlockFloats / width / kRowTile * kRowTile);
  return std::clamp<std::int64_t>(part_rows, 1, rows);
}

// The columns of a block as a factor of a product: the input itself, or gathered.
Matrix block_columns(const ColumnLayout& layout, const float* x, std::int64_t first_channel,
                     std::int64_t begin, std::int64_t end, float* columns) {
  const std::int64_t channels = layout.windows.channels;
  if (layout.is_input()) return {x + begin * channels + first_channel, channels, false};
  gather_columns(layout, x, first_channel, begin, end, columns);
  return layout.matrix(columns, end - begin);
}

// What a part of the backward pass works with.
struct BackwardPart {
  const Convolution& convolution;
  const float* x;
  const float* kernel;
  const float* y;
  const float* dy;
  float* columns;
  float* dz;          // null if the activation is linear
  float* dx;          // null, or of the whole input
  bool fresh_dx;      // whether there is nothing yet to add to
  float* kernel_sum;  // null, or this part's share of the kernel's gradient, added to
  double* bias_sum;   // null, or this part's share of the bias's gradient, added to

  void run(std::int64_t begin, std::int64_t end) const;
  void add_kernel_gradient(std::int64_t group, std::int64_t begin, std::int64_t end,
                           const float* block_dz) const;
  void add_input_gradient(std::int64_t group, std::int64_t begin, std::int64_t end,
                          const float* block_dz) const;
};

void BackwardPart::run(std::int64_t begin, std::int64_t end) const {
  const std::int64_t filters = convolution.filters;
  const float* block_dz = dy + begin * filters;
  if (dz != nullptr) {
    unfinish_rows(end - begin, filters, y + begin * filters, block_dz, convolution.activation, dz);
    block_dz = dz;
  }
  if (bias_sum != nullptr) add_column_sums(end - begin, filters, block_dz, bias_sum);
  for (std::int64_t group = 0; group < convolution.groups; ++group) {
    if (kernel_sum != nullptr) add_kernel_gradient(group, begin, end, block_dz);
    if (dx != nullptr) add_input_gradient(group, begin, end, block_dz);
  }
}

// columnsᵀ · dz
void BackwardPart::add_kernel_gradient(std::int64_t group, std::int64_t begin, std::int64_t end,
                                       const float* block_dz) const {
  const ColumnLayout layout = convolution.columns();
  const std::int64_t filters = convolution.group_filters();
  Matrix factor = block_columns(layout, x, group * layout.group_channels, begin, end, columns);
  factor.transposed = !factor.transposed;
  gemm_serial({.rows = layout.depth(),
               .columns = filters,
               .inner = end - begin,
               .a = factor,
               .b = {block_dz + group * filters, convolution.filters},
               .c = kernel_sum + group * filters,
               .c_stride = convolution.filters,
               .add = true});
}

// dz · kernelᵀ, back to where the columns came from
void BackwardPart::add_input_gradient(std::int64_t group, std::int64_t begin, std::int64_t end,
                                      const float* block_dz) const {
  const ColumnLayout layout = convolution.columns();
  const std::int64_t channels = layout.windows.channels;
  const std::int64_t filters = convolution.group_filters();
  const std::int64_t first_channel = group * layout.group_channels;
  const std::int64_t rows = end - begin;
  const Matrix errors{block_dz + group * filters, convolution.filters};
  const Matrix weights{kernel + group * filters, convolution.filters};
  const auto transpose = [](Matrix matrix) {
    matrix.transposed = !matrix.transposed;
    return matrix;
  };
  Product product{.rows = rows,
                  .columns = layout.depth(),
                  .inner = filters,
                  .a = errors,
                  .b = transpose(weights),
                  .c = columns,
                  .c_stride = layout.depth()};
  if (layout.is_input()) {
    product.c = dx + begin * channels + first_channel;
    product.c_stride = channels;
    product.add = !fresh_dx;
    return gemm_serial(product);
  }
  if (layout.transposed()) {
    product.rows = layout.depth();
    product.columns = product.c_stride = rows;
    product.a = weights;
    product.b = transpose(errors);
  }
  gemm_serial(product);
  scatter_columns(layout, columns, first_channel, begin, end, dx);
}

void zero_images(const Windows& windows, const Part& rows, float* x) {
  const std::int64_t first = rows.begin / windows.positions();
  const std::int64_t end = rows.end / windows.positions();
  std::fill_n(x + first * windows.image_size(), (end - first) * windows.image_size(), 0.0f);
}

// How the backward pass is cut up. Windows overlap inside an image, so where the input's gradient
// is wanted, an image belongs to one part.
struct BackwardPlan {
  BackwardPlan(const Convolution& convolution, const ConvolutionGradients& gradients)
      : item_rows(gradients.x != nullptr && !convolution.columns().is_input()
                      ? convolution.windows.positions()
                      : 1),
        items(convolution.windows.rows() / item_rows) {
    parts = worthwhile_parts(
        convolution, items,
        gradients.kernel != nullptr ? most_kernel_sums(convolution) : most_outcomes(convolution));
    block = block_rows(convolution, (items + parts - 1) / parts * item_rows);
  }

  Part rows(std::int64_t part) const {
    const Part range = Part::of(items, part, parts);
    return {range.begin * item_rows, range.end * item_rows};
  }

  std::int64_t item_rows;
  std::int64_t items;
  std::int64_t parts = 1;
  std::int64_t block = 1;
};

}  // namespace

void convolve(const Convolution& convolution, const float* x, const float* kernel,
              const float* bias, float* y) {
  if (convolves_directly(convolution)) return convolve_directly(convolution, x, kernel, bias, y);
  const ColumnLayout layout = convolution.columns();
  const std::int64_t rows = convolution.windows.rows();
  const std::int64_t parts = worthwhile_parts(convolution, rows, most_outcomes(convolution));
  const std::int64_t block = block_rows(convolution, (rows + parts - 1) / parts);
  const std::int64_t floats = layout.is_input() ? 0 : block * layout.depth();
  const int workers = worker_count(parts);
  const Buffer columns = scratch(workers, floats);
  const SingleThreadedBlas scope;
  parallel_parts(parts, workers, [&](std::int64_t part, int worker) {
    const Part range = Part::of(rows, part, parts);
    for (std::int64_t begin = range.begin; begin < range.end; begin += block) {
      const std::int64_t end = std::min(range.end, begin + block);
      float* const out = y + begin * convolution.filters;
      for (std::int64_t group = 0; group < convolution.groups; ++group) {
        const std::int64_t filter = group * convolution.group_filters();
        gemm_serial({.rows = end - begin,
                     .columns = convolution.group_filters(),
                     .inner = layout.depth(),
                     .a = block_columns(layout, x, group * layout.group_channels, begin, end,
                                        columns.data() + worker * floats),
                     .b = {kernel + filter, convolution.filters},
                     .c = out + filter,
                     .c_stride = convolution.filters});
      }
      finish_rows(end - begin, convolution.filters, bias, convolution.activation, out);
    }
  });
}

bool pools_along(const Convolution& convolution) {
  // Images are spread over threads whole, so there must be some for each.
  return convolves_directly(convolution) &&
         convolution.windows.images >= 4 * worker_count(convolution.windows.images);
}

void convolve_and_pool(const Convolution& convolution, const Windows& pooling, const float* x,
                       const float* kernel, const float* bias, float* y) {
  convolve_and_pool_directly(convolution, pooling, x, kernel, bias, y);
}

bool takes_images(const Convolution& convolution, const ConvolutionGradients& gradients) {
  return convolves_back_directly(convolution, gradients);
}

void convolve_backward(const Convolution& convolution, const float* x, const float* kernel,
                       const float* y, const OutcomeGradient& dy,
                       const ConvolutionGradients& gradients) {
  if (convolves_back_directly(convolution, gradients))
    return convolve_back_directly(convolution, x, kernel, y, dy, gradients);
  const BackwardPlan plan(convolution, gradients);
  const ColumnLayout layout = convolution.columns();
  const std::int64_t kernel_size = convolution.kernel_size();
  const std::int64_t filters = convolution.filters;
  const bool linear = convolution.activation == FusedActivation::linear;
  const bool scatters = gradients.x != nullptr && !layout.is_input();
  const bool own_sums = gradients.kernel != nullptr && plan.parts > 1;

  const std::int64_t column_floats = layout.is_input() ? 0 : plan.block * layout.depth();
  const std::int64_t dz_floats = linear ? 0 : plan.block * filters;
  const int workers = worker_count(plan.parts);
  const Buffer columns = scratch(workers, column_floats);
  const Buffer dz = scratch(workers, dz_floats);
  const Buffer kernel_sums = own_sums ? scratch(plan.parts, kernel_size) : Buffer();
  const Buffer bias_sums = gradients.bias != nullptr ? scratch(plan.parts, 2 * filters) : Buffer();
  auto* const sums = reinterpret_cast<double*>(bias_sums.data());
  if (sums != nullptr) std::uninitialized_fill_n(sums, plan.parts * filters, 0.0);

  const SingleThreadedBlas scope;
  parallel_parts(plan.parts, workers, [&](std::int64_t part, int worker) {
    const Part rows = plan.rows(part);
    const BackwardPart work{convolution,
                            x,
                            kernel,
                            y,
                            dy.values,
                            columns.data() + worker * column_floats,
                            linear ? nullptr : dz.data() + worker * dz_floats,
                            gradients.x,
                            gradients.fresh_x,
                            own_sums ? kernel_sums.data() + part * kernel_size : gradients.kernel,
                            sums == nullptr ? nullptr : sums + part * filters};
    if (own_sums) std::fill_n(work.kernel_sum, kernel_size, 0.0f);
    if (scatters && gradients.fresh_x) zero_images(convolution.windows, rows, gradients.x);
    for (std::int64_t begin = rows.begin; begin < rows.end; begin += plan.block)
      work.run(begin, std::min(rows.end, begin + plan.block));
  });
  if (own_sums) add_parts(plan.parts, kernel_size, kernel_sums.data(), gradients.kernel);
  if (sums != nullptr) add_parts(plan.parts, filters, sums, gradients.bias);
}

}  // namespace strata::kernels
