// The forward pass of direct convolutions, alone or with the max pooling that follows.
#include "kernels/convolution/direct_convolution.hpp"

#include <algorithm>

#include "kernels/convolution/implicit_gemm.hpp"
#include "kernels/convolution/padded_convolution.hpp"
#include "kernels/convolution/pooling.hpp"
#include "kernels/convolution/winograd.hpp"
#include "kernels/convolution/work_split.hpp"
#include "kernels/products/epilogue.hpp"

namespace strata::kernels {
namespace {

using ops::FusedActivation;

// With fewer images that need padding, the work is split by groups of output lines, and each part
// pads what its lines need.
constexpr std::int64_t kFewestWholeImages = 16;

// What all parts of a forward pass read.
class ForwardWork {
 public:
  ForwardWork(const Convolution& convolution, const ConvolutionOperands& operands)
      : activation_(convolution.activation),
        filters_(convolution.filters),
        product_({.padded = padded_input(convolution.windows),
                  .offsets = run_offsets(convolution.windows, padded_input(convolution.windows)),
                  .run_length = run_length(convolution.windows, convolution.windows.channels),
                  .window = convolution.windows.axes,
                  .strides = convolution.windows.strides(),
                  .positions = convolution.windows.outputs(),
                  .panels = PackedPanels(convolution.columns().depth(), convolution.filters,
                                         tile_products()->lanes),
                  .relu = convolution.activation == FusedActivation::relu,
                  .columns = convolution.filters},
                 operands.kernel, operands.bias, suits_winograd(convolution)) {}

  const PaddedConvolution& product() const { return product_; }

  // Computes these groups of lines of an image's output; the first one goes to y.
  void run(const float* padded, const IndexRange& groups, float* y, float* scratch) const {
    product_.run(padded, groups, y, scratch);
    if (activation_ == FusedActivation::relu) return;
    const std::int64_t lines = std::min(groups.end * product_.group_lines(), product_.lines()) -
                               groups.begin * product_.group_lines();
    apply_epilogue(lines * product_.line_floats() / filters_, filters_, nullptr, activation_, y);
  }

 private:
  FusedActivation activation_;
  std::int64_t filters_;
  PaddedConvolution product_;
};

}  // namespace

bool convolves_directly(const Convolution& convolution) {
  return convolution.groups == 1 && tile_products() != nullptr && convolution.windows.rows() > 0 &&
         convolution.filters >= kFewestColumns;
}

void convolve_directly(const Convolution& convolution, const ConvolutionOperands& operands,
                       float* y) {
  const ForwardWork work(convolution, operands);
  const Windows& windows = convolution.windows;
  const PaddedConvolution& product = work.product();
  const std::int64_t groups = product.groups();
  const bool by_images = product.padded().has_padding() && windows.images >= kFewestWholeImages;
  const std::int64_t items = by_images ? windows.images : windows.images * groups;
  const std::int64_t parts = convolution_parts(convolution, items, most_output_parts(convolution));
  const int workers = worker_count(parts);
  const PaddedImages images(product.padded(), workers);
  const Buffer own = scratch(workers, product.scratch_floats());
  parallel_parts(parts, workers, [&](std::int64_t part, int worker) {
    IndexRange range = IndexRange::of_part(items, part, parts);
    if (by_images) range = {range.begin * groups, range.end * groups};
    for (std::int64_t group = range.begin; group < range.end;) {
      const std::int64_t image = group / groups;
      const std::int64_t first = image * groups;
      const std::int64_t end = std::min(range.end, first + groups);
      const std::int64_t line = image * product.lines() + (group - first) * product.group_lines();
      const IndexRange some{group - first, end - first};
      const auto [planes, lines] = product.cells(some);
      work.run(images.pad(operands.x + image * windows.image_size(), worker, planes, lines), some,
               y + line * product.line_floats(), own.data() + worker * product.scratch_floats());
      group = end;
    }
  });
}

bool can_convolve_and_pool(const Convolution& convolution) {
  // Each image belongs to one thread, so there must be some for each.
  return convolves_directly(convolution) &&
         convolution.windows.images >= 4 * worker_count(convolution.windows.images);
}

void convolve_and_pool(const Convolution& convolution, const Windows& pooling,
                       const ConvolutionOperands& operands, float* y) {
  const ForwardWork work(convolution, operands);
  const Windows& windows = convolution.windows;
  Windows one_image = pooling;
  one_image.images = 1;
  const std::int64_t pooled_floats = pooling.positions() * pooling.channels;
  const std::int64_t parts =
      convolution_parts(convolution, windows.images, most_output_parts(convolution));
  const int workers = worker_count(parts);
  const PaddedImages images(work.product().padded(), workers);
  // Room for two images per worker: max_pool prefetches what follows the image, which must not be
  // memory that another worker writes.
  const std::int64_t output_floats = 2 * one_image.image_size();
  const Buffer outputs = scratch(workers, output_floats);
  const std::int64_t own_floats = work.product().scratch_floats();
  const Buffer own = scratch(workers, own_floats);
  parallel_parts(parts, workers, [&](std::int64_t part, int worker) {
    const IndexRange range = IndexRange::of_part(windows.images, part, parts);
    float* const output = outputs.data() + worker * output_floats;
    for (std::int64_t image = range.begin; image < range.end; ++image) {
      work.run(images.pad(operands.x + image * windows.image_size(), worker),
               {0, work.product().groups()}, output, own.data() + worker * own_floats);
      max_pool(one_image, output, y + image * pooled_floats);
    }
  });
}

}  // namespace strata::kernels
