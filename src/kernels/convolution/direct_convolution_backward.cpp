// The backward pass of direct convolutions, image by image: dz = dy · activation'(y), padded, then
// the gradients of bias and kernel, and the input's: dz convolved with the flipped kernel.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/profile.hpp"
#include "kernels/convolution/direct_convolution.hpp"
#include "kernels/convolution/implicit_gemm.hpp"
#include "kernels/convolution/padded_convolution.hpp"
#include "kernels/convolution/winograd.hpp"
#include "kernels/convolution/work_split.hpp"
#include "kernels/moving/transpose.hpp"
#include "kernels/products/epilogue.hpp"

namespace strata::kernels {
namespace {

// With fewer tiles for each part, clearing the transformed sums and transforming them back would take
// longer than what they save.
constexpr std::int64_t kFewestTiles = 24;
// Most products of channels and filters whose transformed sums each worker keeps.
constexpr std::int64_t kMostTransformed = 1 << 18;

// The kernel with its window flipped along all axes, and channels and filters exchanged.
Buffer flip(const Convolution& convolution, const float* kernel) {
  const std::int64_t channels = convolution.windows.channels;
  const std::int64_t filters = convolution.filters;
  const std::int64_t cells = convolution.windows.cells();
  Buffer flipped = scratch(cells, channels * filters);
  for (std::int64_t cell = 0; cell < cells; ++cell) {
    transpose(Transposition{.rows = channels,
                            .columns = filters,
                            .from = kernel + (cells - 1 - cell) * channels * filters,
                            .from_step = filters,
                            .to = flipped.data() + cell * channels * filters,
                            .to_step = channels});
  }
  return flipped;
}

// The same in panels.
Buffer pack_flipped(const Convolution& convolution, const PackedPanels& panels,
                    const float* kernel) {
  const std::int64_t channels = convolution.windows.channels;
  const std::int64_t filters = convolution.filters;
  const std::int64_t cells = convolution.windows.cells();
  const PackedPanels of_cell(filters, channels, tile_products()->lanes);
  Buffer packed = scratch(1, panels.floats());
  for (std::int64_t panel = 0; panel < panels.count(); ++panel) {
    for (std::int64_t cell = 0; cell < cells; ++cell) {
      of_cell.copy_transposed(
          panel, kernel + (cells - 1 - cell) * channels * filters, filters,
          packed.data() + panels.offset(panel) + cell * filters * panels.width(panel));
    }
  }
  return packed;
}

// What a part, or the worker that it runs on, writes to.
struct BackwardScratch {
  int worker;
  float* dy;           // room for one image of dy; null if dy is an array already
  float* dz;           // one image of dz, padded
  float* kernel_sums;  // null, or this part's share of the kernel's gradient; in packed panels
                       // unless `winograd_kernel` computes it
  double* bias_sums;   // null, or this part's share of the bias's gradient
  float* winograd;     // what Winograd's transforms need, if they are used
};

// What all parts read.
struct BackwardWork {
  const Convolution& convolution;
  const TileProducts& products;
  const ConvolutionBackwardOperands& operands;
  float* dx;  // null if nobody wants it
  PaddedImage input;
  PaddedImages inputs;
  PaddedImage output;
  PackedPanels kernel;
  std::vector<std::int64_t> offsets;                // of the window's runs within the padded input
  std::optional<PaddedConvolution> input_gradient;  // from dz to dx
  std::optional<WinogradKernelGradient> winograd_kernel;

  void run(const IndexRange& images, const BackwardScratch& own) const {
    const std::int64_t image_size = convolution.windows.image_size();
    std::optional<WinogradKernelGradient::Sums> sums;
    if (winograd_kernel) sums = winograd_kernel->start(own.winograd);
    for (std::int64_t image = images.begin; image < images.end; ++image) {
      fill_dz(image, own);
      if (own.bias_sums != nullptr) add_bias_gradient(own.dz, own.bias_sums);
      if (own.kernel_sums != nullptr) {
        const float* const x = inputs.pad(operands.x + image * image_size, own.worker);
        if (winograd_kernel) {
          winograd_kernel->add_image(x, own.dz, *sums);
        } else {
          add_kernel_gradient(x, own.dz, own.kernel_sums);
        }
      }
      if (input_gradient) {
        input_gradient->run(own.dz, {0, input_gradient->groups()}, dx + image * image_size,
                            own.winograd + kernel_scratch_floats());
      }
    }
    if (winograd_kernel) winograd_kernel->finish(*sums, own.kernel_sums);
  }

  std::int64_t kernel_scratch_floats() const {
    return winograd_kernel ? winograd_kernel->scratch_floats() : 0;
  }
  std::int64_t scratch_floats() const {
    return kernel_scratch_floats() + (input_gradient ? input_gradient->scratch_floats() : 0);
  }

  void fill_dz(std::int64_t image, const BackwardScratch& own) const {
    const std::int64_t line_floats = output.inside[2] * output.channels;
    const std::int64_t first = image * convolution.windows.positions() * output.channels;
    if (own.dy != nullptr) (*operands.dy.write)(image, own.dy);
    const float* const dy = own.dy != nullptr ? own.dy : operands.dy.values + first;
    const float* const y = operands.y == nullptr ? nullptr : operands.y + first;
    output.for_each_line([&](std::int64_t line, std::int64_t to) {
      const std::int64_t from = line * line_floats;
      activation_gradient(line_floats, y == nullptr ? nullptr : y + from, dy + from,
                          convolution.activation, own.dz + to);
    });
  }

  void add_bias_gradient(const float* dz, double* sums) const {
    output.for_each_line([&](std::int64_t, std::int64_t at) {
      add_column_sums(output.inside[2], output.channels, dz + at, sums);
    });
  }

  // In blocks of lines, whose dz stays in the L1 cache for all cells of the windows.
  void add_kernel_gradient(const float* image, const float* dz, float* sums) const {
    const profile::TimedProduct timed;
    constexpr std::int64_t kDzFloats = 4096;
    const Windows& windows = convolution.windows;
    const auto strides = windows.strides();
    const std::int64_t run_floats = run_length(windows, input.channels);
    const std::int64_t block =
        std::max<std::int64_t>(1, kDzFloats / (output.inside[2] * kernel.width(0)));
    for (std::int64_t panel = 0; panel < kernel.count(); ++panel) {
      const std::int64_t width = kernel.width(panel);
      for (std::int64_t plane = 0; plane < output.inside[0]; ++plane) {
        for (std::int64_t line = 0; line < output.inside[1]; line += block) {
          GridProduct grid{
              .rows = run_floats,
              .x = image + input.at(plane * strides[0], line * strides[1], 0),
              .dz = dz + kernel.first_column(panel) +
                    output.at(plane + output.front[0], line + output.front[1], output.front[2]),
              .two_vectors = kernel.wide(panel),
              .extents = {std::min(block, output.inside[1] - line), output.inside[2]},
              .x_steps = {input.at(0, strides[1], 0), input.at(0, 0, strides[2])},
              .dz_steps = {output.at(0, 1, 0), output.at(0, 0, 1)},
              .fresh = false,
              .sums = sums + kernel.offset(panel),
              .sums_step = width,
              .columns = width};
          const float* const first = grid.x;
          for (const std::int64_t offset : offsets) {
            grid.x = first + offset;
            products.add_products(grid);
            grid.sums += run_floats * width;
          }
        }
      }
    }
  }
};

// kernel += the parts' sums, which are packed in panels.
void add_unpacked(const PackedPanels& panels, const PartSums<float>& sums, float* kernel) {
  const Buffer total = scratch(1, panels.floats());
  std::fill_n(total.data(), panels.floats(), 0.0f);
  sums.add_to(total.data());
  for (std::int64_t panel = 0; panel < panels.count(); ++panel) {
    const float* from = total.data() + panels.offset(panel);
    float* to = kernel + panels.first_column(panel);
    for (std::int64_t row = 0; row < panels.rows(); ++row) {
      for (std::int64_t j = 0; j < panels.columns(panel); ++j) to[j] += from[j];
      from += panels.width(panel);
      to += panels.columns();
    }
  }
}

}  // namespace

bool accepts_gradient_by_image(const Convolution& convolution,
                               const ConvolutionGradients& gradients) {
  if (!convolves_directly(convolution)) return false;
  const auto& axes = convolution.windows.axes;
  return gradients.x == nullptr ||
         (convolution.windows.channels >= kFewestColumns &&
          std::all_of(axes.begin(), axes.end(),
                      [](const WindowAxis& axis) { return axis.stride == 1; }));
}

void convolve_back_directly(const Convolution& convolution,
                            const ConvolutionBackwardOperands& operands,
                            const ConvolutionGradients& gradients) {
  const Windows& windows = convolution.windows;
  const std::int64_t filters = convolution.filters;
  const int lanes = tile_products()->lanes;
  const bool wants_x = gradients.x != nullptr;
  const bool wants_kernel = gradients.kernel != nullptr;
  const std::int64_t parts = convolution_parts(
      convolution, windows.images,
      wants_kernel ? most_kernel_sums(convolution) : most_output_parts(convolution));
  const int workers = worker_count(parts);
  const PaddedImage input = padded_input(windows);
  const PaddedImage output = wants_x
                                 ? padded_output_gradient(windows, filters)
                                 : PaddedImage{windows.outputs(), {}, windows.outputs(), filters};
  const bool by_winograd = suits_winograd(convolution);
  const bool x_by_winograd = by_winograd && wants_x && gradients.fresh_x;
  const Buffer flipped = x_by_winograd ? flip(convolution, operands.kernel) : Buffer();
  BackwardWork work{.convolution = convolution,
                    .products = *tile_products(),
                    .operands = operands,
                    .dx = gradients.x,
                    .input = input,
                    .inputs = PaddedImages(input, workers),
                    .output = output,
                    .kernel = PackedPanels(convolution.columns().depth(), filters, lanes),
                    .offsets = run_offsets(windows, input),
                    .input_gradient = {},
                    .winograd_kernel = {}};
  if (wants_x) {
    ImplicitGemm gemm{
        .padded = output,
        .offsets = run_offsets(windows, output),
        .run_length = run_length(windows, filters),
        .window = windows.axes,
        .strides = {1, 1, 1},
        .positions = {windows.axes[0].input, windows.axes[1].input, windows.axes[2].input},
        .panels = PackedPanels(windows.cells() * filters, windows.channels, lanes),
        .add = !gradients.fresh_x,
        .columns = windows.channels};
    if (x_by_winograd) {
      work.input_gradient.emplace(std::move(gemm), flipped.data(), nullptr, true);
    } else {
      Buffer packed = pack_flipped(convolution, gemm.panels, operands.kernel);
      work.input_gradient.emplace(std::move(gemm), std::move(packed));
    }
  }
  const WinogradTiles tiles{input, windows.axes[0].window, windows.axes[0].output,
                            windows.axes[1].output, windows.axes[2].output};
  if (wants_kernel && by_winograd && tiles.depth * windows.channels * filters <= kMostTransformed &&
      windows.images * tiles.planes * tiles.in_plane() >= kFewestTiles * parts)
    work.winograd_kernel.emplace(tiles, output);

  const std::int64_t dy_floats = operands.dy.write != nullptr ? windows.positions() * filters : 0;
  const std::int64_t dz_floats = output.size() + 2 * lanes;  // the last panel is read whole
  const Buffer dy = scratch(workers, dy_floats);
  const Buffer dz = scratch(workers, dz_floats);
  const Buffer winograd = scratch(workers, work.scratch_floats());
  for (int worker = 0; worker < workers; ++worker) {
    float* const own = dz.data() + worker * dz_floats;
    output.zero_padding(own);
    std::fill(own + output.size(), own + dz_floats, 0.0f);
  }
  const PartSums<float> kernel_sums(wants_kernel ? parts : 0, work.winograd_kernel
                                                                  ? convolution.kernel_size()
                                                                  : work.kernel.floats());
  const PartSums<double> bias_sums(gradients.bias != nullptr ? parts : 0, filters);
  parallel_parts(parts, workers, [&](std::int64_t part, int worker) {
    work.run(IndexRange::of_part(windows.images, part, parts),
             {.worker = worker,
              .dy = dy_floats > 0 ? dy.data() + worker * dy_floats : nullptr,
              .dz = dz.data() + worker * dz_floats,
              .kernel_sums = kernel_sums.zeroed(part),
              .bias_sums = bias_sums.zeroed(part),
              .winograd = winograd.data() + worker * work.scratch_floats()});
  });
  if (work.winograd_kernel) {
    kernel_sums.add_to(gradients.kernel);
  } else if (wants_kernel) {
    add_unpacked(work.kernel, kernel_sums, gradients.kernel);
  }
  bias_sums.add_to(gradients.bias);
}

}  // namespace strata::kernels
