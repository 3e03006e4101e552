#include "kernels/direct_convolution.hpp"

#include <algorithm>

#include "kernels/convolution_parts.hpp"
#include "kernels/epilogue.hpp"
#include "kernels/pooling.hpp"
#include "kernels/window_pass.hpp"

namespace strata::kernels {
namespace {

using ops::FusedActivation;

constexpr std::int64_t kImagesToSpread = 16;  // fewer are cut into lines, and entered by each part

// What the parts of a forward pass share.
class ForwardWork {
 public:
  ForwardWork(const Convolution& convolution, const float* kernel, const float* bias)
      : convolution_(convolution),
        panels_(convolution.columns().depth(), convolution.filters, tile_products()->lanes),
        packed_(panels_.pack_rows(kernel, convolution.filters)),
        start_(bias == nullptr ? Buffer()
                               : Panels(1, convolution.filters, tile_products()->lanes)
                                     .pack_rows(bias, convolution.filters)),
        pass_{.frame = input_frame(convolution.windows),
              .offsets = stretch_offsets(convolution.windows, input_frame(convolution.windows)),
              .stretch = stretch_length(convolution.windows, convolution.windows.channels),
              .window = convolution.windows.axes,
              .strides = strides_of(convolution.windows),
              .positions = outputs_of(convolution.windows),
              .panels = panels_,
              .packed = packed_.data(),
              .start = start_.data(),
              .relu = convolution.activation == FusedActivation::relu,
              .columns = convolution.filters} {}

  const Frame& frame() const { return pass_.frame; }
  std::int64_t image_lines() const { return pass_.positions[0] * pass_.positions[1]; }
  std::int64_t line_floats() const { return pass_.positions[2] * convolution_.filters; }

  // Lines of an image's outcome, the first of which goes to y.
  void run(const float* framed, const Part& lines, float* y) const {
    pass_.run(*tile_products(), framed, lines, y);
    if (pass_.relu) return;
    finish_rows((lines.end - lines.begin) * pass_.positions[2], convolution_.filters, nullptr,
                convolution_.activation, y);
  }

 private:
  const Convolution& convolution_;
  Panels panels_;
  Buffer packed_;
  Buffer start_;
  WindowPass pass_;
};

}  // namespace

bool convolves_directly(const Convolution& convolution) {
  return convolution.groups == 1 && tile_products() != nullptr && convolution.windows.rows() > 0 &&
         convolution.filters >= kFewestColumns;
}

void convolve_directly(const Convolution& convolution, const float* x, const float* kernel,
                       const float* bias, float* y) {
  const ForwardWork work(convolution, kernel, bias);
  const Windows& windows = convolution.windows;
  const std::int64_t image_lines = work.image_lines();
  const std::int64_t line_floats = work.line_floats();
  const std::int64_t lines = windows.images * image_lines;
  const bool by_images = work.frame().has_margins() && windows.images >= kImagesToSpread;
  const std::int64_t items = by_images ? windows.images : lines;
  const std::int64_t parts = worthwhile_parts(convolution, items, most_outcomes(convolution));
  const int workers = worker_count(parts);
  const FramedImages framed(work.frame(), workers);
  parallel_parts(parts, workers, [&](std::int64_t part, int worker) {
    Part range = Part::of(items, part, parts);
    if (by_images) range = {range.begin * image_lines, range.end * image_lines};
    for (std::int64_t line = range.begin; line < range.end;) {
      const std::int64_t image = line / image_lines;
      const std::int64_t end = std::min(range.end, (image + 1) * image_lines);
      work.run(framed.enter(x + image * windows.image_size(), worker),
               {line - image * image_lines, end - image * image_lines}, y + line * line_floats);
      line = end;
    }
  });
}

void convolve_and_pool_directly(const Convolution& convolution, const Windows& pooling,
                                const float* x, const float* kernel, const float* bias, float* y) {
  const ForwardWork work(convolution, kernel, bias);
  const Windows& windows = convolution.windows;
  Windows one_image = pooling;
  one_image.images = 1;
  const std::int64_t pooled_floats = pooling.positions() * pooling.channels;
  const std::int64_t parts =
      worthwhile_parts(convolution, windows.images, most_outcomes(convolution));
  const int workers = worker_count(parts);
  const FramedImages framed(work.frame(), workers);
  // Twice the image's room, since max_pool looks ahead, which must not be at another's cache lines.
  const std::int64_t outcome_floats = 2 * one_image.image_size();
  const Buffer outcomes = scratch(workers, outcome_floats);
  parallel_parts(parts, workers, [&](std::int64_t part, int worker) {
    const Part images = Part::of(windows.images, part, parts);
    float* const outcome = outcomes.data() + worker * outcome_floats;
    for (std::int64_t image = images.begin; image < images.end; ++image) {
      work.run(framed.enter(x + image * windows.image_size(), worker), {0, work.image_lines()},
               outcome);
      max_pool(one_image, outcome, y + image * pooled_floats);
    }
  });
}

}  // namespace strata::kernels
