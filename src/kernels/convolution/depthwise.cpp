// Depthwise convolutions image by image: padded, each channel repeated for each of its kernels, then
// line by line in the loops of depthwise_loops.hpp.
#include "kernels/convolution/depthwise.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "kernels/convolution/depthwise_loops.hpp"
#include "kernels/convolution/padded_image.hpp"
#include "kernels/convolution/work_split.hpp"
#include "kernels/products/epilogue.hpp"

namespace strata::kernels {
namespace {

using ops::FusedActivation;

// An image as the loops read it, one array per worker: padded, with each channel `multiplier` times.
// Without either the image itself is read.
class ExpandedImages {
 public:
  ExpandedImages(const PaddedImage& layout, std::int64_t multiplier, int workers)
      : layout_(layout),
        multiplier_(multiplier),
        floats_(layout.has_padding() || multiplier > 1 ? layout.size() : 0),
        arrays_(scratch(workers, floats_)) {
    if (floats_ == 0) return;
    for (int worker = 0; worker < workers; ++worker) layout_.zero_padding(of(worker));
  }

  /// Valid until this worker expands the next one.
  const float* expand(const float* image, int worker) const {
    if (floats_ == 0) return image;
    float* const to = of(worker);
    if (multiplier_ == 1) {
      layout_.copy_inside(image, to);
      return to;
    }
    const std::int64_t line_floats = layout_.inside[2] * layout_.channels / multiplier_;
    layout_.for_each_line([&](std::int64_t line, std::int64_t at) {
      const float* const from = image + line * line_floats;
      for (std::int64_t i = 0; i < line_floats; ++i)
        std::fill_n(to + at + i * multiplier_, multiplier_, from[i]);
    });
    return to;
  }

 private:
  float* of(int worker) const { return arrays_.data() + worker * floats_; }

  const PaddedImage& layout_;
  std::int64_t multiplier_;
  std::int64_t floats_;
  Buffer arrays_;
};

// The positions of a window over an image, as the loops walk them. Where a position has too few
// channels to fill vectors, a whole line of positions counts as one, whose lanes are the channels of
// all of them: with steps of 1, neighbours are neighbours in memory on both sides.
struct Walk {
  Walk(const PaddedImage& from, const PaddedImage& to, const std::array<std::int64_t, 3>& positions,
       const std::array<std::int64_t, 3>& strides, const std::array<WindowAxis, 3>& window)
      : planes(positions[0]) {
    const std::int64_t channels = from.channels;
    const int width = depthwise_loops().vector_lanes;
    joined = strides[2] == 1 && channels % width != 0 && channels < 4 * width;
    repeats = joined ? positions[2] : 1;
    lanes = channels * repeats;
    extents =
        joined ? std::array{std::int64_t{1}, positions[1]} : std::array{positions[1], positions[2]};
    from_plane = from.at(strides[0], 0, 0);
    to_plane = to.at(1, 0, 0);
    const std::int64_t from_line = from.at(0, strides[1], 0);
    const std::int64_t to_line = to.at(0, 1, 0);
    from_steps = joined ? std::array{std::int64_t{0}, from_line}
                        : std::array{from_line, strides[2] * channels};
    to_steps = joined ? std::array{std::int64_t{0}, to_line} : std::array{to_line, channels};
    for (std::int64_t i = 0; i < window[0].window; ++i) {
      for (std::int64_t j = 0; j < window[1].window; ++j) {
        for (std::int64_t k = 0; k < window[2].window; ++k)
          offsets.push_back(
              from.at(i * window[0].dilation, j * window[1].dilation, k * window[2].dilation));
      }
    }
  }

  std::int64_t cells() const { return static_cast<std::int64_t>(offsets.size()); }
  std::int64_t lines() const { return planes * extents[0]; }
  std::int64_t line_floats() const { return extents[1] * lanes; }

  // (cells, channels) as (cells, lanes): the channels once for each position that is joined.
  Buffer by_lane(const float* values, std::int64_t rows) const {
    const std::int64_t channels = lanes / repeats;
    Buffer result = scratch(rows, lanes);
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t i = 0; i < repeats; ++i)
        std::copy_n(values + row * channels, channels, result.data() + row * lanes + i * channels);
    }
    return result;
  }

  // The reverse: sums over the positions that are joined.
  void add_by_channel(const float* values, std::int64_t rows, float* sums) const {
    const std::int64_t channels = lanes / repeats;
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t i = 0; i < repeats; ++i) {
        const float* const from = values + row * lanes + i * channels;
        for (std::int64_t c = 0; c < channels; ++c) sums[row * channels + c] += from[c];
      }
    }
  }

  std::int64_t planes;
  bool joined = false;
  std::int64_t repeats = 1;  // positions in the lanes
  std::int64_t lanes = 0;
  std::array<std::int64_t, 2> extents = {};  // of a plane
  std::int64_t from_plane = 0;
  std::int64_t to_plane = 0;
  std::array<std::int64_t, 2> from_steps = {};
  std::array<std::int64_t, 2> to_steps = {};
  std::vector<std::int64_t> offsets;  // of a window's cells
};

PaddedImage unpadded(const std::array<std::int64_t, 3>& extents, std::int64_t channels) {
  return {extents, {}, extents, channels};
}

std::array<std::int64_t, 3> inputs_of(const Windows& windows) {
  return {windows.axes[0].input, windows.axes[1].input, windows.axes[2].input};
}

// The windows of the expanded image.
Windows expanded(const DepthwiseConvolution& convolution) {
  Windows windows = convolution.windows;
  windows.channels = convolution.outputs();
  return windows;
}

std::int64_t image_cost(const DepthwiseConvolution& convolution) {
  return convolution.windows.positions() * convolution.windows.cells() * convolution.outputs();
}

// What all parts of a backward pass read, and the loops over one image.
struct DepthwiseBackward {
  DepthwiseBackward(const DepthwiseConvolution& of, const ConvolutionBackwardOperands& reads,
                    const ConvolutionGradients& targets, int workers)
      : convolution(of),
        operands(reads),
        gradients(targets),
        windows(expanded(of)),
        gathers(std::all_of(windows.axes.begin(), windows.axes.end(),
                            [](const WindowAxis& axis) { return axis.stride == 1; })),
        input(padded_input(windows)),
        inputs(input, of.multiplier, workers),
        output(targets.x != nullptr && gathers ? padded_output_gradient(windows, windows.channels)
                                               : unpadded(windows.outputs(), windows.channels)),
        input_gradient(gathers ? unpadded(inputs_of(windows), windows.channels) : input),
        forward(input, output, windows.outputs(), windows.strides(), windows.axes),
        backward(output, input_gradient, inputs_of(windows), {1, 1, 1}, windows.axes) {
    if (targets.x == nullptr) return;
    if (!gathers) {
      kernel = forward.by_lane(reads.kernel, forward.cells());
      return;
    }
    const std::int64_t cells = windows.cells();
    const Buffer flipped = scratch(cells, windows.channels);
    for (std::int64_t cell = 0; cell < cells; ++cell)
      std::copy_n(reads.kernel + (cells - 1 - cell) * windows.channels, windows.channels,
                  flipped.data() + cell * windows.channels);
    kernel = backward.by_lane(flipped.data(), cells);
  }

  // Whether the input's gradient is computed in an array of its own before it goes to its place.
  bool has_own_dx() const {
    return gradients.x != nullptr && (!gathers || convolution.multiplier > 1);
  }

  void fill_dz(std::int64_t image, float* own_dy, float* dz) const {
    const std::int64_t line_floats = output.inside[2] * output.channels;
    const std::int64_t first = image * windows.positions() * output.channels;
    if (own_dy != nullptr) (*operands.dy.write)(image, own_dy);
    const float* const dy = own_dy != nullptr ? own_dy : operands.dy.values + first;
    const float* const y = operands.y == nullptr ? nullptr : operands.y + first;
    output.for_each_line([&](std::int64_t line, std::int64_t to) {
      const std::int64_t from = line * line_floats;
      activation_gradient(line_floats, y == nullptr ? nullptr : y + from, dy + from,
                          convolution.activation, dz + to);
    });
  }

  void add_bias_gradient(const float* dz, double* sums) const {
    output.for_each_line([&](std::int64_t, std::int64_t at) {
      add_column_sums(output.inside[2], output.channels, dz + at, sums);
    });
  }

  void add_kernel_gradient(const float* image, const float* dz, float* sums) const {
    for (std::int64_t plane = 0; plane < forward.planes; ++plane) {
      depthwise_loops().add_positions({.extents = forward.extents,
                                       .lanes = forward.lanes,
                                       .offsets = forward.offsets,
                                       .x = image + plane * forward.from_plane,
                                       .x_steps = forward.from_steps,
                                       .dz = dz + first_dz() + plane * forward.to_plane,
                                       .dz_steps = forward.to_steps,
                                       .sums = sums});
    }
  }

  // dx = dz convolved with the flipped kernel; `dx` has the layout `input_gradient`.
  void gather(const float* dz, bool add, float* dx) const {
    for (std::int64_t plane = 0; plane < backward.planes; ++plane) {
      for (std::int64_t line = 0; line < backward.extents[0]; ++line) {
        depthwise_loops().add_cells(
            {.positions = backward.extents[1],
             .lanes = backward.lanes,
             .offsets = backward.offsets,
             .x = dz + plane * backward.from_plane + line * backward.from_steps[0],
             .x_step = backward.from_steps[1],
             .kernel = kernel.data(),
             .start = nullptr,
             .add = add,
             .y = dx + plane * backward.to_plane + line * backward.to_steps[0],
             .y_step = backward.to_steps[1]});
      }
    }
  }

  // The same for strides above 1: each position of dz goes to the cells of its window.
  void scatter(const float* dz, float* dx) const {
    std::fill_n(dx, input_gradient.size(), 0.0f);
    for (std::int64_t plane = 0; plane < forward.planes; ++plane) {
      for (std::int64_t line = 0; line < forward.extents[0]; ++line) {
        depthwise_loops().scatter(
            {.positions = forward.extents[1],
             .lanes = forward.lanes,
             .offsets = forward.offsets,
             .dz = dz + plane * forward.to_plane + line * forward.to_steps[0],
             .dz_step = forward.to_steps[1],
             .kernel = kernel.data(),
             .dx = dx + plane * forward.from_plane + line * forward.from_steps[0],
             .dx_step = forward.from_steps[1]});
      }
    }
  }

  // From the expanded image's gradient to the image's: the sum over a channel's copies.
  void fold(const float* own, float* dx) const {
    const std::int64_t copies = convolution.multiplier;
    const std::int64_t line_floats = input_gradient.inside[2] * convolution.windows.channels;
    input_gradient.for_each_line([&](std::int64_t line, std::int64_t at) {
      float* const to = dx + line * line_floats;
      for (std::int64_t i = 0; i < line_floats; ++i) {
        float sum = own[at + i * copies];
        for (std::int64_t m = 1; m < copies; ++m) sum += own[at + i * copies + m];
        to[i] = gradients.fresh_x ? sum : to[i] + sum;
      }
    });
  }

  void add_input_gradient(std::int64_t image, const float* dz, float* own_dx) const {
    float* const dx = gradients.x + image * convolution.windows.image_size();
    if (!has_own_dx()) return gather(dz, !gradients.fresh_x, dx);
    gathers ? gather(dz, false, own_dx) : scatter(dz, own_dx);
    fold(own_dx, dx);
  }

  std::int64_t first_dz() const {
    return output.at(output.front[0], output.front[1], output.front[2]);
  }

  const DepthwiseConvolution& convolution;
  const ConvolutionBackwardOperands& operands;
  const ConvolutionGradients& gradients;
  Windows windows;
  bool gathers;  // whether the input's gradient is a convolution with the flipped kernel
  PaddedImage input;
  ExpandedImages inputs;
  PaddedImage output;          // of dz
  PaddedImage input_gradient;  // of the expanded image's gradient
  Walk forward;
  Walk backward;
  Buffer kernel;  // as `gather` or `scatter` reads it
};

}  // namespace

void convolve_depthwise(const DepthwiseConvolution& convolution,
                        const ConvolutionOperands& operands, float* y) {
  constexpr std::int64_t kFewestUnsplit = 16;
  const Windows windows = expanded(convolution);
  const PaddedImage input = padded_input(windows);
  const PaddedImage output = unpadded(windows.outputs(), windows.channels);
  const Walk walk(input, output, windows.outputs(), windows.strides(), windows.axes);
  const Buffer kernel = walk.by_lane(operands.kernel, walk.cells());
  const Buffer start = operands.bias == nullptr ? Buffer() : walk.by_lane(operands.bias, 1);

  // With few images the work is split by lines, and each part expands its own image.
  const std::int64_t image_lines = walk.lines();
  const bool by_images = windows.images >= kFewestUnsplit;
  const std::int64_t items = by_images ? windows.images : windows.images * image_lines;
  const std::int64_t cost = image_cost(convolution) / (by_images ? 1 : image_lines);
  const std::int64_t parts = part_count(items, cost);
  const int workers = worker_count(parts);
  const ExpandedImages images(input, convolution.multiplier, workers);
  parallel_parts(parts, workers, [&](std::int64_t part, int worker) {
    IndexRange range = IndexRange::of_part(items, part, parts);
    if (by_images) range = {range.begin * image_lines, range.end * image_lines};
    const float* image = nullptr;
    for (std::int64_t line = range.begin; line < range.end; ++line) {
      const std::int64_t index = line / image_lines;
      const std::int64_t plane = line % image_lines / walk.extents[0];
      const std::int64_t within = line % walk.extents[0];
      if (image == nullptr || line % image_lines == 0)
        image = images.expand(operands.x + index * convolution.windows.image_size(), worker);
      float* const to =
          y + index * output.size() + plane * walk.to_plane + within * walk.to_steps[0];
      depthwise_loops().add_cells(
          {.positions = walk.extents[1],
           .lanes = walk.lanes,
           .offsets = walk.offsets,
           .x = image + plane * walk.from_plane + within * walk.from_steps[0],
           .x_step = walk.from_steps[1],
           .kernel = kernel.data(),
           .start = start.data(),
           .add = false,
           .y = to,
           .y_step = walk.to_steps[1]});
      apply_epilogue(1, walk.line_floats(), nullptr, convolution.activation, to);
    }
  });
}

void convolve_depthwise_backward(const DepthwiseConvolution& convolution,
                                 const ConvolutionBackwardOperands& operands,
                                 const ConvolutionGradients& gradients) {
  constexpr std::int64_t kMostSumFloats = 1 << 20;  // of the kernel's sums of all parts
  const std::int64_t images = convolution.windows.images;
  const std::int64_t kernel_floats = convolution.windows.cells() * convolution.outputs();
  const std::int64_t most =
      gradients.kernel == nullptr
          ? kMostPartsOfAll
          : std::clamp<std::int64_t>(kMostSumFloats / kernel_floats, 4, kMostParts);
  const std::int64_t parts = std::min(part_count(images, 2 * image_cost(convolution)), most);
  const int workers = worker_count(parts);
  const DepthwiseBackward work(convolution, operands, gradients, workers);

  const std::int64_t dy_floats =
      operands.dy.write == nullptr ? 0 : work.windows.positions() * work.windows.channels;
  const std::int64_t dz_floats = work.output.size();
  const std::int64_t dx_floats = work.has_own_dx() ? work.input_gradient.size() : 0;
  const bool wants_kernel = gradients.kernel != nullptr;
  const std::int64_t lane_floats = wants_kernel ? work.forward.cells() * work.forward.lanes : 0;
  const Buffer dy = scratch(workers, dy_floats);
  const Buffer dz = scratch(workers, dz_floats);
  const Buffer dx = scratch(workers, dx_floats);
  const Buffer lane_sums = scratch(workers, lane_floats);
  for (int worker = 0; worker < workers; ++worker)
    work.output.zero_padding(dz.data() + worker * dz_floats);
  const PartSums<float> kernel_sums(wants_kernel ? parts : 0, kernel_floats);
  const PartSums<double> bias_sums(gradients.bias != nullptr ? parts : 0, work.windows.channels);
  parallel_parts(parts, workers, [&](std::int64_t part, int worker) {
    float* const own_dy = dy_floats > 0 ? dy.data() + worker * dy_floats : nullptr;
    float* const own_dz = dz.data() + worker * dz_floats;
    float* const own_sums = lane_sums.data() + worker * lane_floats;
    float* const part_sums = kernel_sums.zeroed(part);
    double* const part_bias = bias_sums.zeroed(part);
    std::fill_n(own_sums, lane_floats, 0.0f);
    const IndexRange range = IndexRange::of_part(images, part, parts);
    for (std::int64_t image = range.begin; image < range.end; ++image) {
      work.fill_dz(image, own_dy, own_dz);
      if (part_bias != nullptr) work.add_bias_gradient(own_dz, part_bias);
      if (part_sums != nullptr) {
        const float* const x = operands.x + image * convolution.windows.image_size();
        work.add_kernel_gradient(work.inputs.expand(x, worker), own_dz, own_sums);
      }
      if (gradients.x != nullptr)
        work.add_input_gradient(image, own_dz, dx.data() + worker * dx_floats);
    }
    if (part_sums != nullptr)
      work.forward.add_by_channel(own_sums, work.forward.cells(), part_sums);
  });
  kernel_sums.add_to(gradients.kernel);
  bias_sums.add_to(gradients.bias);
}

}  // namespace strata::kernels
