// Winograd's transforms where they suit; else, and where a result is not finite, the direct product.
#include "kernels/convolution/padded_convolution.hpp"

#include <algorithm>
#include <utility>

namespace strata::kernels {

PaddedConvolution::PaddedConvolution(ImplicitGemm gemm, const float* kernel, const float* bias,
                                     bool by_winograd)
    : kernel_(kernel), gemm_(std::move(gemm)) {
  if (bias != nullptr) {
    start_ = PackedPanels(1, gemm_.columns, tile_products()->lanes).pack_rows(bias, gemm_.columns);
    gemm_.start = start_.data();
  }
  if (by_winograd) {
    winograd_.emplace(WinogradTiles{gemm_.padded, gemm_.window[0].window, gemm_.positions[0],
                                    gemm_.positions[1], gemm_.positions[2]},
                      gemm_.columns, kernel, bias, gemm_.relu);
  } else {
    packed_ = packed_kernel();
    gemm_.packed = packed_.data();
  }
}

PaddedConvolution::PaddedConvolution(ImplicitGemm gemm, Buffer packed_kernel)
    : kernel_(nullptr), gemm_(std::move(gemm)), packed_(std::move(packed_kernel)) {
  gemm_.packed = packed_.data();
}

PaddedConvolution::Cells PaddedConvolution::cells(const IndexRange& groups) const {
  const std::int64_t first = groups.begin * group_lines();
  const std::int64_t last = std::min(groups.end * group_lines(), lines()) - 1;
  const auto covered = [&](std::size_t axis, std::int64_t from, std::int64_t to) {
    const WindowAxis& window = gemm_.window[axis];
    return IndexRange{from * gemm_.strides[axis],
                      to * gemm_.strides[axis] + (window.window - 1) * window.dilation + 1};
  };
  const std::int64_t plane_lines = gemm_.positions[1];
  const IndexRange planes = covered(0, first / plane_lines, last / plane_lines);
  if (first / plane_lines != last / plane_lines) return {planes, {0, gemm_.padded.extents[1]}};
  return {planes, covered(1, first % plane_lines, last % plane_lines)};
}

void PaddedConvolution::run(const float* image, const IndexRange& groups, float* y,
                            float* scratch) const {
  if (!winograd_) return gemm_.run(*tile_products(), image, groups, y);
  Buffer packed;
  winograd_->run(image, groups, y, scratch, [&](const IndexRange& lines, float* to) {
    if (!packed) packed = packed_kernel();
    ImplicitGemm direct = gemm_;
    direct.packed = packed.data();
    direct.run(*tile_products(), image, lines, to);
  });
}

}  // namespace strata::kernels
