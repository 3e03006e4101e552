// Affine maps of images: in parallel over rows of the result, backward over images, since their
// pixels gather gradients from anywhere.
#include "kernels/moving/affine.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/parallel.hpp"

namespace strata::kernels {
namespace {

constexpr std::int64_t kOutside = -1;
constexpr std::int64_t kPixelCost = 16;  // of finding one, in additions

/// Pixels of one axis with their weights: one, or two that a place lies between.
struct Neighbors {
  int count;
  std::array<std::int64_t, 2> index;
  std::array<float, 2> weight;
};

std::int64_t modulo(std::int64_t i, std::int64_t period) {
  const std::int64_t rest = i % period;
  return rest < 0 ? rest + period : rest;
}

/// The pixel that stands for index `i`, which may lie outside.
std::int64_t filled_index(std::int64_t i, std::int64_t extent, FillMode mode) {
  if (i >= 0 && i < extent) return i;
  if (mode == FillMode::constant) return kOutside;
  if (mode == FillMode::nearest) return i < 0 ? 0 : extent - 1;
  if (mode == FillMode::wrap) return modulo(i, extent);
  if (mode == FillMode::reflect) {
    const std::int64_t at = modulo(i, 2 * extent);
    return at < extent ? at : 2 * extent - 1 - at;
  }
  if (extent == 1) return 0;
  const std::int64_t at = modulo(i, 2 * extent - 2);
  return at < extent ? at : 2 * extent - 2 - at;
}

Neighbors neighbors_of(float place, std::int64_t extent, const AffineMaps& maps) {
  // Where whole numbers are all that there is. Infinities that meet are as far as anything.
  constexpr float kFar = 0x1p30f;
  const float near = place > -kFar ? std::min(place, kFar) : -kFar;
  if (!maps.interpolate) {
    const auto index = static_cast<std::int64_t>(std::round(near));
    return {1, {filled_index(index, extent, maps.fill_mode), 0}, {1.0f, 0.0f}};
  }
  const float lower = std::floor(near);
  const auto index = static_cast<std::int64_t>(lower);
  const float upper_weight = near - lower;
  return {2,
          {filled_index(index, extent, maps.fill_mode),
           filled_index(index + 1, extent, maps.fill_mode)},
          {1.0f - upper_weight, upper_weight}};
}

/// Calls `visit(pixel of the result, pixel of the image or kOutside, weight)` for all of a row of an
/// image, where `row` counts the rows of all images.
template <class Visit>
void visit_row(const AffineMaps& maps, std::int64_t row, const Visit& visit) {
  const std::int64_t image = row / maps.height;
  const std::int64_t first = image * maps.height * maps.width;
  const float* const t = maps.transforms + 8 * (image / maps.images_per_transform);
  const auto y = static_cast<float>(row % maps.height);
  for (std::int64_t column = 0; column < maps.width; ++column) {
    const auto x = static_cast<float>(column);
    const Neighbors rows = neighbors_of(t[4] * y + t[3] * x + t[5], maps.height, maps);
    const Neighbors columns = neighbors_of(t[1] * y + t[0] * x + t[2], maps.width, maps);
    for (std::size_t i = 0; i < static_cast<std::size_t>(rows.count); ++i) {
      for (std::size_t j = 0; j < static_cast<std::size_t>(columns.count); ++j) {
        const bool outside = rows.index[i] == kOutside || columns.index[j] == kOutside;
        visit(row * maps.width + column,
              outside ? kOutside : first + rows.index[i] * maps.width + columns.index[j],
              rows.weight[i] * columns.weight[j]);
      }
    }
  }
}

std::int64_t row_cost(const AffineMaps& maps) {
  return maps.width * (kPixelCost + (maps.interpolate ? 4 : 1) * maps.channels);
}

}  // namespace

void transform_images(const AffineMaps& maps, const float* x, float* y) {
  const std::int64_t channels = maps.channels;
  const std::int64_t row_size = maps.width * channels;
  parallel_for(maps.images * maps.height, row_cost(maps),
               [&, channels](std::int64_t begin, std::int64_t end) {
                 std::fill(y + begin * row_size, y + end * row_size, 0.0f);
                 for (std::int64_t row = begin; row < end; ++row) {
                   visit_row(maps, row, [&](std::int64_t to, std::int64_t from, float weight) {
                     float* const sums = y + to * channels;
                     if (from == kOutside) {
                       for (std::int64_t k = 0; k < channels; ++k)
                         sums[k] += weight * maps.fill_value;
                     } else {
                       const float* const values = x + from * channels;
                       for (std::int64_t k = 0; k < channels; ++k) sums[k] += weight * values[k];
                     }
                   });
                 }
               });
}

void transform_images_backward(const AffineMaps& maps, const float* dy, float* dx) {
  const std::int64_t channels = maps.channels;
  const std::int64_t image_size = maps.height * maps.width * channels;
  parallel_for(maps.images, maps.height * row_cost(maps),
               [&, channels](std::int64_t begin, std::int64_t end) {
                 std::fill(dx + begin * image_size, dx + end * image_size, 0.0f);
                 for (std::int64_t row = begin * maps.height; row < end * maps.height; ++row) {
                   visit_row(maps, row, [&](std::int64_t from, std::int64_t to, float weight) {
                     if (to == kOutside) return;
                     const float* const values = dy + from * channels;
                     float* const sums = dx + to * channels;
                     for (std::int64_t k = 0; k < channels; ++k) sums[k] += weight * values[k];
                   });
                 }
               });
}

}  // namespace strata::kernels
