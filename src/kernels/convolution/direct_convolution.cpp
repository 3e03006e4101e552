// The forward pass of direct convolutions, alone or with the max pooling that follows.
#include "kernels/convolution/direct_convolution.hpp"

#include <algorithm>

#include "kernels/convolution/implicit_gemm.hpp"
#include "kernels/convolution/pooling.hpp"
#include "kernels/convolution/work_split.hpp"
#include "kernels/products/epilogue.hpp"

namespace strata::kernels {
namespace {

using ops::FusedActivation;

// With fewer images that need padding, the work is split by output lines, and each part pads the
// images that its lines need.
constexpr std::int64_t kFewestWholeImages = 16;

// What all parts of a forward pass read: the packed kernel and bias.
class ForwardWork {
 public:
  ForwardWork(const Convolution& convolution, const ConvolutionOperands& operands)
      : convolution_(convolution),
        panels_(convolution.columns().depth(), convolution.filters, tile_products()->lanes),
        packed_(panels_.pack_rows(operands.kernel, convolution.filters)),
        start_(operands.bias == nullptr
                   ? Buffer()
                   : PackedPanels(1, convolution.filters, tile_products()->lanes)
                         .pack_rows(operands.bias, convolution.filters)),
        gemm_{.padded = padded_input(convolution.windows),
              .offsets = run_offsets(convolution.windows, padded_input(convolution.windows)),
              .run_length = run_length(convolution.windows, convolution.windows.channels),
              .window = convolution.windows.axes,
              .strides = convolution.windows.strides(),
              .positions = convolution.windows.outputs(),
              .panels = panels_,
              .packed = packed_.data(),
              .start = start_.data(),
              .relu = convolution.activation == FusedActivation::relu,
              .columns = convolution.filters} {}

  const PaddedImage& padded() const { return gemm_.padded; }
  std::int64_t image_lines() const { return gemm_.positions[0] * gemm_.positions[1]; }
  std::int64_t line_floats() const { return gemm_.positions[2] * convolution_.filters; }

  // Computes these lines of an image's output; the first one goes to y.
  void run(const float* padded, const IndexRange& lines, float* y) const {
    gemm_.run(*tile_products(), padded, lines, y);
    if (gemm_.relu) return;
    apply_epilogue((lines.end - lines.begin) * gemm_.positions[2], convolution_.filters, nullptr,
                   convolution_.activation, y);
  }

 private:
  const Convolution& convolution_;
  PackedPanels panels_;
  Buffer packed_;
  Buffer start_;
  ImplicitGemm gemm_;
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
  const std::int64_t image_lines = work.image_lines();
  const std::int64_t lines = windows.images * image_lines;
  const bool by_images = work.padded().has_padding() && windows.images >= kFewestWholeImages;
  const std::int64_t items = by_images ? windows.images : lines;
  const std::int64_t parts = convolution_parts(convolution, items, most_output_parts(convolution));
  const int workers = worker_count(parts);
  const PaddedImages images(work.padded(), workers);
  parallel_parts(parts, workers, [&](std::int64_t part, int worker) {
    IndexRange range = IndexRange::of_part(items, part, parts);
    if (by_images) range = {range.begin * image_lines, range.end * image_lines};
    for (std::int64_t line = range.begin; line < range.end;) {
      const std::int64_t image = line / image_lines;
      const std::int64_t end = std::min(range.end, (image + 1) * image_lines);
      work.run(images.pad(operands.x + image * windows.image_size(), worker),
               {line - image * image_lines, end - image * image_lines},
               y + line * work.line_floats());
      line = end;
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
  const PaddedImages images(work.padded(), workers);
  // Room for two images per worker: max_pool prefetches what follows the image, which must not be
  // memory that another worker writes.
  const std::int64_t output_floats = 2 * one_image.image_size();
  const Buffer outputs = scratch(workers, output_floats);
  parallel_parts(parts, workers, [&](std::int64_t part, int worker) {
    const IndexRange range = IndexRange::of_part(windows.images, part, parts);
    float* const output = outputs.data() + worker * output_floats;
    for (std::int64_t image = range.begin; image < range.end; ++image) {
      work.run(images.pad(operands.x + image * windows.image_size(), worker),
               {0, work.image_lines()}, output);
      max_pool(one_image, output, y + image * pooled_floats);
    }
  });
}

}  // namespace strata::kernels
