#include <algorithm>
#include <memory>
#include <vector>

#include "core/profile.hpp"
#include "kernels/convolution_parts.hpp"
#include "kernels/direct_convolution.hpp"
#include "kernels/epilogue.hpp"
#include "kernels/window_pass.hpp"

namespace strata::kernels {
namespace {

// What a part of a backward pass has to itself, or its worker.
struct BackwardScratch {
  int worker;
  float* outcome;      // an image of dy; null if it is there already
  float* errors;       // the gradient of what the activation is applied to, framed
  float* kernel_sums;  // null, or this part's share of the kernel's gradient, in panels
  double* bias_sums;   // null, or this part's share of the bias's gradient
};

// What the parts share.
struct BackwardWork {
  const Convolution& convolution;
  const TileProducts& products;
  const float* x;
  const float* y;
  const OutcomeGradient& dy;
  float* dx;  // null if nobody wants it
  Frame input;
  FramedImages inputs;
  Frame output;
  Panels kernel;
  std::vector<std::int64_t> offsets;  // of the window within the input's frame
  WindowPass back;                    // from the errors to the input's gradient

  void run(const Part& images, const BackwardScratch& own) const;
  void fill_errors(std::int64_t image, const BackwardScratch& own) const;
  void add_bias_gradient(const float* errors, double* sums) const;
  void add_kernel_gradient(const float* image, const float* errors, float* sums) const;
};

void BackwardWork::run(const Part& images, const BackwardScratch& own) const {
  const std::int64_t image_size = convolution.windows.image_size();
  for (std::int64_t image = images.begin; image < images.end; ++image) {
    fill_errors(image, own);
    if (own.bias_sums != nullptr) add_bias_gradient(own.errors, own.bias_sums);
    if (own.kernel_sums != nullptr) {
      add_kernel_gradient(inputs.enter(x + image * image_size, own.worker), own.errors,
                          own.kernel_sums);
    }
    if (dx != nullptr) {
      back.run(products, own.errors, {0, back.positions[0] * back.positions[1]},
               dx + image * image_size);
    }
  }
}

void BackwardWork::fill_errors(std::int64_t image, const BackwardScratch& own) const {
  const std::int64_t line_floats = output.inside[2] * output.channels;
  const std::int64_t first = image * convolution.windows.positions() * output.channels;
  if (own.outcome != nullptr) (*dy.write)(image, own.outcome);
  const float* const errors = own.outcome != nullptr ? own.outcome : dy.values + first;
  output.for_each_line([&](std::int64_t line, std::int64_t to) {
    const std::int64_t from = line * line_floats;
    unfinish_rows(output.inside[2], output.channels, y == nullptr ? nullptr : y + first + from,
                  errors + from, convolution.activation, own.errors + to);
  });
}

void BackwardWork::add_bias_gradient(const float* errors, double* sums) const {
  output.for_each_line([&](std::int64_t, std::int64_t at) {
    add_column_sums(output.inside[2], output.channels, errors + at, sums);
  });
}

// In blocks of lines whose errors stay in the nearest cache while all rows of the kernel meet them.
void BackwardWork::add_kernel_gradient(const float* image, const float* errors, float* sums) const {
  const profile::TimedProduct timed;
  constexpr std::int64_t kErrorFloats = 4096;
  const Windows& windows = convolution.windows;
  const auto strides = strides_of(windows);
  const std::int64_t stretch = stretch_length(windows, input.channels);
  const std::int64_t block =
      std::max<std::int64_t>(1, kErrorFloats / (output.inside[2] * kernel.width(0)));
  for (std::int64_t panel = 0; panel < kernel.count(); ++panel) {
    for (std::int64_t plane = 0; plane < output.inside[0]; ++plane) {
      for (std::int64_t line = 0; line < output.inside[1]; line += block) {
        GridProduct grid{
            .x = image + input.at(plane * strides[0], line * strides[1], 0),
            .dz = errors + kernel.first_column(panel) +
                  output.at(plane + output.front[0], line + output.front[1], output.front[2]),
            .extents = {std::min(block, output.inside[1] - line), output.inside[2]},
            .x_steps = {input.at(0, strides[1], 0), input.at(0, 0, strides[2])},
            .dz_steps = {output.at(0, 1, 0), output.at(0, 0, 1)},
            .fresh = false,
            .sums = sums + kernel.offset(panel),
            .sums_step = kernel.width(panel),
            .columns = kernel.width(panel)};
        const float* const first = grid.x;
        for (const std::int64_t offset : offsets) {
          grid.x = first + offset;
          products.add_products(grid, stretch, kernel.wide(panel));
          grid.sums += stretch * kernel.width(panel);
        }
      }
    }
  }
}

// The kernel with its window turned around, and channels and filters exchanged.
Buffer turned_kernel(const Convolution& convolution, const Panels& panels, const float* kernel) {
  const std::int64_t channels = convolution.windows.channels;
  const std::int64_t filters = convolution.filters;
  const std::int64_t cells = convolution.windows.cells();
  return panels.pack([=](std::int64_t row, std::int64_t channel) {
    const std::int64_t cell = cells - 1 - row / filters;
    return kernel[(cell * channels + channel) * filters + row % filters];
  });
}

// sum += each part's panels, in order; the sum's rows lie one behind the other.
void add_panels(const Panels& panels, std::int64_t parts, const float* values, float* sum) {
  Buffer total = scratch(1, panels.floats());
  std::fill_n(total.data(), panels.floats(), 0.0f);
  add_parts(parts, panels.floats(), values, total.data());
  for (std::int64_t panel = 0; panel < panels.count(); ++panel) {
    const float* from = total.data() + panels.offset(panel);
    float* to = sum + panels.first_column(panel);
    for (std::int64_t row = 0; row < panels.rows(); ++row) {
      for (std::int64_t j = 0; j < panels.columns(panel); ++j) to[j] += from[j];
      from += panels.width(panel);
      to += panels.columns();
    }
  }
}

}  // namespace

bool convolves_back_directly(const Convolution& convolution,
                             const ConvolutionGradients& gradients) {
  const auto& axes = convolution.windows.axes;
  return convolves_directly(convolution) &&
         (gradients.x == nullptr || convolution.windows.channels >= kFewestColumns) &&
         (gradients.x == nullptr ||
          std::all_of(axes.begin(), axes.end(),
                      [](const WindowAxis& axis) { return axis.stride == 1; }));
}

void convolve_back_directly(const Convolution& convolution, const float* x, const float* kernel,
                            const float* y, const OutcomeGradient& dy,
                            const ConvolutionGradients& gradients) {
  const Windows& windows = convolution.windows;
  const std::int64_t filters = convolution.filters;
  const int lanes = tile_products()->lanes;
  const bool wants_x = gradients.x != nullptr;
  const bool wants_kernel = gradients.kernel != nullptr;
  const std::int64_t parts =
      worthwhile_parts(convolution, windows.images,
                       wants_kernel ? most_kernel_sums(convolution) : most_outcomes(convolution));
  const int workers = worker_count(parts);
  const Frame input = input_frame(windows);
  const Frame output = wants_x ? output_frame(windows, filters)
                               : Frame{outputs_of(windows), {}, outputs_of(windows), filters};
  const Panels turned(windows.cells() * filters, windows.channels, lanes);
  const Buffer packed = wants_x ? turned_kernel(convolution, turned, kernel) : Buffer();
  const BackwardWork work{
      .convolution = convolution,
      .products = *tile_products(),
      .x = x,
      .y = y,
      .dy = dy,
      .dx = gradients.x,
      .input = input,
      .inputs = FramedImages(input, workers),
      .output = output,
      .kernel = Panels(convolution.columns().depth(), filters, lanes),
      .offsets = stretch_offsets(windows, input),
      .back = {.frame = output,
               .offsets = stretch_offsets(windows, output),
               .stretch = stretch_length(windows, filters),
               .window = windows.axes,
               .strides = {1, 1, 1},
               .positions = {windows.axes[0].input, windows.axes[1].input, windows.axes[2].input},
               .panels = turned,
               .packed = packed.data(),
               .add = !gradients.fresh_x,
               .columns = windows.channels}};

  const std::int64_t outcome_floats = dy.write != nullptr ? windows.positions() * filters : 0;
  const std::int64_t error_floats = output.size() + 2 * lanes;  // the last panel is read whole
  const std::int64_t sum_floats = work.kernel.floats();
  const Buffer outcomes = scratch(workers, outcome_floats);
  const Buffer errors = scratch(workers, error_floats);
  for (int worker = 0; worker < workers; ++worker) {
    float* const framed = errors.data() + worker * error_floats;
    output.clear_margins(framed);
    std::fill(framed + output.size(), framed + error_floats, 0.0f);
  }
  const Buffer kernel_sums = wants_kernel ? scratch(parts, sum_floats) : Buffer();
  const Buffer bias_sums = gradients.bias != nullptr ? scratch(parts, 2 * filters) : Buffer();
  auto* const sums = reinterpret_cast<double*>(bias_sums.data());
  if (sums != nullptr) std::uninitialized_fill_n(sums, parts * filters, 0.0);

  parallel_parts(parts, workers, [&](std::int64_t part, int worker) {
    const BackwardScratch own{
        .worker = worker,
        .outcome = outcome_floats > 0 ? outcomes.data() + worker * outcome_floats : nullptr,
        .errors = errors.data() + worker * error_floats,
        .kernel_sums = wants_kernel ? kernel_sums.data() + part * sum_floats : nullptr,
        .bias_sums = sums == nullptr ? nullptr : sums + part * filters};
    if (wants_kernel) std::fill_n(own.kernel_sums, sum_floats, 0.0f);
    work.run(Part::of(windows.images, part, parts), own);
  });
  if (wants_kernel) add_panels(work.kernel, parts, kernel_sums.data(), gradients.kernel);
  if (sums != nullptr) add_parts(parts, filters, sums, gradients.bias);
}

}  // namespace strata::kernels
