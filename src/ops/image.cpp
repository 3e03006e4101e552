// Resizing: the weights of each filter, applied along one axis after the other.
#include "strata/ops/image.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "core/check.hpp"
#include "ops/axis_windows.hpp"
#include "ops/inputs.hpp"
#include "ops/part_of.hpp"
#include "ops/resize_options.hpp"
#include "strata/ops/array.hpp"
#include "tensor/format.hpp"

namespace strata::ops::image {
namespace {

constexpr const char* kResize = "ops::image::resize";

double triangle(double x) { return std::max(0.0, 1.0 - x); }

// Keys's cubic convolution with a = -0.5.
double keys_cubic(double x) {
  if (x >= 2.0) return 0.0;
  return x < 1.0 ? ((1.5 * x - 2.5) * x) * x + 1.0 : ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0;
}

template <int kRadius>
double lanczos(double x) {
  if (x > kRadius) return 0.0;
  if (x <= 1e-3) return 1.0;
  const double angle = std::numbers::pi * x;
  return kRadius * std::sin(angle) * std::sin(angle / kRadius) / (angle * angle);
}

/// The weight of a pixel at a distance, and the distance from which on it is 0.
struct Filter {
  const char* name;
  double (*weight)(double distance);  // null: the nearest pixel alone
  double radius;
};

constexpr Filter kFilters[] = {
    {"nearest", nullptr, 0.0},     {"bilinear", triangle, 1.0},   {"bicubic", keys_cubic, 2.0},
    {"lanczos3", lanczos<3>, 3.0}, {"lanczos5", lanczos<5>, 5.0},
};

const Filter* find_filter(const std::string& name) {
  const auto* const found = std::find_if(std::begin(kFilters), std::end(kFilters),
                                         [&](const Filter& filter) { return filter.name == name; });
  return found == std::end(kFilters) ? nullptr : found;
}

// The window and weights of an output at `center`, in pixels of the input.
void append_window(const Filter& filter, double center, double scale,
                   kernels::AxisWindows& windows) {
  const double reach = filter.radius * scale;
  const double last = static_cast<double>(windows.input - 1);
  const auto begin = static_cast<std::int64_t>(std::clamp(std::ceil(center - reach), 0.0, last));
  const auto end = static_cast<std::int64_t>(std::clamp(std::floor(center + reach), 0.0, last)) + 1;
  std::vector<double> weights;
  double total = 0.0;
  for (std::int64_t i = begin; i < end; ++i) {
    weights.push_back(filter.weight(std::abs(center - static_cast<double>(i)) / scale));
    total += weights.back();
  }
  windows.outputs.push_back({begin, end, static_cast<std::int64_t>(windows.weights.size())});
  for (const double weight : weights) windows.weights.push_back(static_cast<float>(weight / total));
}

kernels::AxisWindows resize_windows(std::int64_t extent, std::int64_t size, const Filter& filter,
                                    bool antialias) {
  kernels::AxisWindows windows{.input = extent};
  if (size == extent) return windows;
  const double step = static_cast<double>(extent) / static_cast<double>(size);
  for (std::int64_t i = 0; i < size; ++i) {
    if (filter.weight == nullptr) {
      const std::int64_t at = (2 * i + 1) * extent / (2 * size);
      windows.outputs.push_back({at, at + 1, 0});
    } else {
      append_window(filter, (static_cast<double>(i) + 0.5) * step - 0.5,
                    antialias ? std::max(step, 1.0) : 1.0, windows);
    }
  }
  if (filter.weight == nullptr) windows.weights = {1.0f};
  return windows;
}

Tensor cut_or_padded(const Tensor& x, int at, const ResizedAxis& axis, float fill_value) {
  if (axis.extent < x.shape()[at]) return part_of(x, at, axis.begin, axis.begin + axis.extent);
  if (axis.padding == 0) return x;
  std::vector<std::pair<std::int64_t, std::int64_t>> padding(static_cast<std::size_t>(x.rank()));
  padding[static_cast<std::size_t>(at)] = {axis.padding, axis.padding};
  return pad(x, padding, fill_value);
}

}  // namespace

// Cropping and padding give the image the aspect ratio of the result, rounded to whole pixels.
std::array<ResizedAxis, 2> resized_axes(const std::array<std::int64_t, 2>& extents,
                                        const std::array<std::int64_t, 2>& size,
                                        const ResizeOptions& options) {
  const Filter& filter = *find_filter(options.interpolation);
  std::array<ResizedAxis, 2> axes;
  for (std::size_t i = 0; i < 2; ++i) {
    const std::int64_t fitting = extents[1 - i] * size[i] / size[1 - i];
    axes[i].extent = extents[i];
    if (options.crop_to_aspect_ratio)
      axes[i].extent = std::max<std::int64_t>(std::min(extents[i], fitting), 1);
    if (options.pad_to_aspect_ratio)
      axes[i].padding = (std::max(extents[i], fitting) - extents[i]) / 2;
    axes[i].begin = (extents[i] - axes[i].extent) / 2;
    axes[i].windows =
        resize_windows(axes[i].extent + 2 * axes[i].padding, size[i], filter, options.antialias);
  }
  return axes;
}

void check_interpolation(const char* who, const std::string& interpolation) {
  check(find_filter(interpolation) != nullptr, who,
        "interpolation must be \"nearest\", \"bilinear\", \"bicubic\", \"lanczos3\" or "
        "\"lanczos5\". Received: interpolation={}.",
        interpolation);
}

void check_options(const char* who, std::int64_t height, std::int64_t width,
                   const ResizeOptions& options) {
  check(height > 0 && width > 0, who,
        "height and width must be positive. Received: height={}, width={}.", height, width);
  check_interpolation(who, options.interpolation);
  check(!options.crop_to_aspect_ratio || !options.pad_to_aspect_ratio, who,
        "only one of crop_to_aspect_ratio and pad_to_aspect_ratio may be set. Received: both.");
  check(options.fill_mode == "constant", who,
        "fill_mode must be \"constant\". Received: fill_mode={}.", options.fill_mode);
  check(options.data_format == "channels_last" || options.data_format == "channels_first", who,
        "data_format must be \"channels_last\" or \"channels_first\". Received: data_format={}.",
        options.data_format);
}

Tensor resize(const Tensor& images, std::int64_t height, std::int64_t width,
              const ResizeOptions& options) {
  check_defined(kResize, images);
  check_options(kResize, height, width, options);
  check<ShapeError>(images.rank() == 3 || images.rank() == 4, kResize,
                    "images must have rank 4, or one image rank 3. Received: shape={}.",
                    images.shape());
  const int row_axis = images.rank() - (options.data_format == "channels_first" ? 2 : 3);
  check<ShapeError>(images.shape()[row_axis] > 0 && images.shape()[row_axis + 1] > 0, kResize,
                    "images must have pixels. Received: shape={}.", images.shape());
  const auto axes = resized_axes({images.shape()[row_axis], images.shape()[row_axis + 1]},
                                 {height, width}, options);
  Tensor x = images;
  for (int i = 0; i < 2; ++i) {
    const ResizedAxis& axis = axes[static_cast<std::size_t>(i)];
    x = cut_or_padded(x, row_axis + i, axis, options.fill_value);
    if (!axis.windows.outputs.empty()) x = sum_windows(kResize, x, row_axis + i, axis.windows);
  }
  return x;
}

}  // namespace strata::ops::image
